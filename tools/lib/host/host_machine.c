// SPDX-License-Identifier: MIT
/* host_machine.c - the drivers that a machine's devices need. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/host/host.h"

enum kind { DISK, OTHER };

#define PCI_DISKS                                                           \
	{                                                                   \
		"virtio_pci", "virtio_blk", "virtio_scsi", "nvme", "sd_mod" \
	}
#define VIRTIO_OTHERS                                                            \
	{                                                                        \
		"virtio_net", "virtio_console", "9pnet_virtio", "9p", "virtiofs" \
	}

/* Devices that QEMU's options can add to these machines, in the order of their buses. The modules
 * wait for their device, or for a mount; only what a command line announces has none. */
static const struct row {
	const char *machine;
	enum kind kind;
	enum module_load load;
	const char *modules[6];
} rows[] = {
	{ "pc", DISK, LOAD_ON_DEVICE, PCI_DISKS },
	{ "pc", DISK, LOAD_ON_DEVICE, { "ata_piix", "sd_mod" } },
	{ "pc", OTHER, LOAD_ON_DEVICE, VIRTIO_OTHERS },
	{ "q35", DISK, LOAD_ON_DEVICE, PCI_DISKS },
	{ "q35", DISK, LOAD_ON_DEVICE, { "ahci", "sd_mod" } },
	{ "q35", OTHER, LOAD_ON_DEVICE, VIRTIO_OTHERS },
	{ "microvm", DISK, LOAD_ALWAYS, { "virtio_mmio" } },
	{ "microvm", DISK, LOAD_ON_DEVICE, { "virtio_blk", "virtio_scsi", "sd_mod" } },
	{ "microvm", OTHER, LOAD_ON_DEVICE, VIRTIO_OTHERS },
};

/* Where the drivers of disks, of their buses, of consoles and keyboards, and of a virtual machine's
 * network and directories stand among the modules. All others can wait for the real root, and would
 * make an image of hundreds of megabytes. */
static const char *const directories[] = {
	"acpi/nfit",
	"ata/",
	"block/",
	"cdrom/",
	"char/virtio_console",
	"firewire/",
	"hid/",
	"hv/",
	"input/keyboard/",
	"input/serio/",
	"memstick/",
	"message/fusion/",
	"misc/cardreader/",
	"mmc/",
	"net/virtio_net",
	"nvdimm/",
	"nvme/",
	"pci/controller/",
	"scsi/",
	"ufs/",
	"usb/common/",
	"usb/core/",
	"usb/dwc3/",
	"usb/host/",
	"usb/storage/",
	"virtio/",
	"xen/",
	NULL,
};

/* How many of a row the kernel has, or -1 after reporting. */
static int add_row(struct modules *modules, const struct row *row, const char *why)
{
	int count = 0;

	for (const char *const *name = row->modules; *name; name++) {
		if (!modules_know(modules, *name))
			continue;
		if (modules_add(modules, row->load, *name, NULL, why))
			return -1;
		count++;
	}
	return count;
}

/* 1: there is such a machine, 0: not, -1 after reporting. */
static int add_table(struct modules *modules, const char *machine, const char *why)
{
	int known = 0, disks = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		int count;

		if (strcmp(rows[i].machine, machine) != 0)
			continue;
		known = 1;
		count = add_row(modules, &rows[i], why);
		if (count < 0)
			return -1;
		disks += rows[i].kind == DISK ? count : 0;
	}
	if (known && !disks)
		return error(
			"for-machine %s: this kernel has no driver for any disk of that machine",
			machine);
	return known;
}

int host_add_device(struct modules *modules, enum module_load load, const char *alias,
		    const char *why)
{
	return modules_add_device(modules, load, alias, directories, why);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of the aliases, each once: that of the devices is another at every boot. */
static int add_aliases(struct modules *modules, char **aliases, size_t count, const char *why)
{
	int result = 0;

	if (count)
		qsort(aliases, count, sizeof(*aliases), by_text);
	for (size_t i = 0; i < count && !result; i++)
		if (!i || strcmp(aliases[i - 1], aliases[i]) != 0)
			result = host_add_device(modules, LOAD_ON_DEVICE, aliases[i], why);
	return result;
}

static int add_this(struct modules *modules, const char *root, const char *why)
{
	char *pattern = xasprintf("%s/sys/bus/*/devices/*/modalias", root), **aliases;
	size_t count = 0;
	glob_t found;
	int result = glob(pattern, 0, NULL, &found);

	free(pattern);
	if (result)
		return error("for-machine this: no devices in %s/sys/bus: is /sys mounted?",
			     shown(root));
	aliases = xcalloc(found.gl_pathc, sizeof(*aliases));
	for (size_t i = 0; i < found.gl_pathc; i++) {
		aliases[count] = host_line("", found.gl_pathv[i]);
		count += aliases[count] != NULL;
	}
	globfree(&found);
	result = add_aliases(modules, aliases, count, why);
	for (size_t i = 0; i < count; i++)
		free(aliases[i]);
	free(aliases);
	return result;
}

int host_add_machine(struct modules *modules, const char *root, const char *name, const char *why)
{
	int known;

	if (!strcmp(name, "this"))
		return add_this(modules, root, why);
	known = add_table(modules, name, why);
	if (!known)
		error("for-machine %s: expected pc, q35, microvm or this", shown(name));
	return known > 0 ? 0 : -1;
}
