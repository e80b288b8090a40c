// SPDX-License-Identifier: MIT
/* check_root.c - the rules of the real root: its name, its drivers, its init. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/finding.h"
#include "init/pure/limits.h"
#include "init/pure/fslist.h"
#include "init/pure/layer.h"
#include "init/pure/rootspec.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"

/* A driver is there if its symbol is y, or its module in the image's list. */
struct driver {
	const char *symbol, *module;
};

/* To read a type, one of its drivers is enough. Others have one, as format_info() says. */
static const struct {
	const char *type;
	struct driver drivers[3];
} types[] = {
	{ "ext3", { { "EXT4_FS", "ext4" }, { "EXT3_FS", "ext3" } } },
	{ "ext2", { { "EXT2_FS", "ext2" }, { "EXT4_USE_FOR_EXT2", "ext4" } } },
};

#define ON(machine) (1u << (machine))

/* Each row of a device that fits the machine must have one of its drivers. */
static const struct {
	const char *device; /* the beginning of its name */
	unsigned int machines;
	struct driver drivers[3];
} buses[] = {
	{ "/dev/vd", ~0u, { { "VIRTIO_BLK", "virtio_blk" } } },
	{ "/dev/vd", ON(CHECK_PC) | ON(CHECK_Q35), { { "VIRTIO_PCI", "virtio_pci" } } },
	{ "/dev/vd", ON(CHECK_MICROVM), { { "VIRTIO_MMIO", "virtio_mmio" } } },
	{ "/dev/vd",
	  ON(CHECK_ANY_MACHINE),
	  { { "VIRTIO_PCI", "virtio_pci" }, { "VIRTIO_MMIO", "virtio_mmio" } } },
	{ "/dev/sd", ~0u, { { "BLK_DEV_SD", "sd_mod" } } },
	{ "/dev/sd",
	  ON(CHECK_PC),
	  { { "SCSI_VIRTIO", "virtio_scsi" }, { "ATA_PIIX", "ata_piix" } } },
	{ "/dev/sd", ON(CHECK_Q35), { { "SCSI_VIRTIO", "virtio_scsi" }, { "SATA_AHCI", "ahci" } } },
	{ "/dev/nvme", ~0u, { { "BLK_DEV_NVME", "nvme" } } },
};

static bool is_there(const struct check *check, const struct driver *driver)
{
	return check_config(check, driver->symbol) == KCONFIG_Y ||
	       check_loads(check, driver->module) || check_waits(check, driver->module);
}

static bool has_one(const struct check *check, const struct driver drivers[3])
{
	for (size_t i = 0; i < 3 && drivers[i].symbol; i++)
		if (is_there(check, &drivers[i]))
			return true;
	return false;
}

static void report_missing(struct check *check, const char *what, const struct driver drivers[3])
{
	struct buffer names = { NULL, 0, 0 };

	for (size_t i = 0; i < 3 && drivers[i].symbol; i++)
		buffer_printf(&names, "%s%s (CONFIG_%s)", i ? " or " : "", drivers[i].module,
			      drivers[i].symbol);
	check_report(
		check, CHECK_ROOT, CHECK_ERROR, "add the module with `rdinit pack --module NAME`",
		"%s needs the driver %s, which is neither built into the kernel nor in the image's "
		"list of modules",
		what, names.data);
	buffer_free(&names);
}

static void judge_buses(struct check *check, const char *path)
{
	for (size_t i = 0; i < COUNT(buses); i++) {
		char *what;

		if (strncmp(path, buses[i].device, strlen(buses[i].device)) ||
		    !(buses[i].machines & ON(check->machine)) || has_one(check, buses[i].drivers))
			continue;
		what = xasprintf("root=%s", shown(path));
		report_missing(check, what, buses[i].drivers);
		free(what);
	}
}

static bool find_drivers(const char *type, struct driver drivers[3])
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].type, type)) {
			memcpy(drivers, types[i].drivers, sizeof(types[i].drivers));
			return true;
		}
	for (unsigned int format = 0; format < FORMAT_COUNT; format++) {
		struct format_info info = format_info(format);

		if (info.use == USE_FILE_SYSTEM && !strcmp(info.type, type)) {
			drivers[0] = (struct driver){ info.symbol, info.module };
			return true;
		}
	}
	return false;
}

/* -1: a type that is not in our tables; 1: its driver is there. */
static int is_readable(const struct check *check, const char *type, struct driver drivers[3])
{
	struct driver own[3] = { { NULL, NULL } };

	if (!find_drivers(type, own))
		return -1;
	memcpy(drivers, own, sizeof(own));
	return has_one(check, own);
}

/* /init tries one after another: only if none can be read, and all are known, is it an error. */
void check_root_types(struct check *check, const char *list, const char *what)
{
	char *text = xstrdup(list);
	struct driver drivers[3] = { { NULL, NULL } };
	const char *names[FSLIST_MAX];
	int left_out, missing = 0, count = fslist_split(text, names, &left_out);

	for (int i = 0; i < count; i++)
		missing += is_readable(check, names[i], drivers) == 0;
	if (missing && missing == count && !left_out)
		report_missing(check, what, drivers);
	free(text);
}

static void judge_types(struct check *check, const char *list)
{
	char *what = xasprintf("rootfstype=%s", shown(list));

	check_root_types(check, list, what);
	free(what);
}

static void judge_name(struct check *check, const char *root, struct rootspec *spec)
{
	static const char cure[] =
		"name the device as in rdinit-cmdline(7), preferably root=UUID=...";
	const struct layer *layer;

	if (rootspec_parse(root, spec)) {
		spec->path = NULL;
		check_report(check, CHECK_ROOT, CHECK_ERROR, cure,
			     "root=%s is not a name that /init accepts: UUID=, LABEL=, PARTUUID=, "
			     "PARTLABEL=, WWID=, gpt-auto, /dev/NAME or MAJ:MIN",
			     shown(root));
	} else if (spec->kind != ROOTSPEC_PATH) {
		spec->path = NULL;
	} else if (strlen(spec->path) >= DEVICE_PATH_MAX) {
		check_report(check, CHECK_ROOT, CHECK_ERROR, cure, "root=%s has more than %d bytes",
			     shown(root), DEVICE_PATH_MAX - 1);
		spec->path = NULL;
	} else if ((layer = layer_of_path(spec->path)) && !layer->opener) {
		check_report(check, CHECK_ROOT, CHECK_ERROR,
			     "name another root, or use an initramfs that opens it",
			     "root=%s is %s, which /init does not open", shown(root),
			     layer_text(layer, LAYER_PRODUCT));
		spec->path = NULL;
	}
}

void check_root(struct check *check)
{
	const struct settings *settings = &check->settings;
	struct rootspec spec;

	if (!settings->root || !*settings->root || settings->run)
		return;
	if (!check->is_ours) {
		check_skip(check, CHECK_ROOT, "%s is not rdinit's, and finds root= itself",
			   shown(check->rdinit));
		return;
	}
	judge_name(check, settings->root, &spec);
	if (!check->config.from || check->archive->is_damaged) {
		check_skip(
			check, CHECK_ROOT,
			"the drivers of root=: the kernel's configuration is unknown, or a part of the "
			"image could not be read");
		return;
	}
	if (spec.path)
		judge_buses(check, spec.path);
	if (settings->rootfstype)
		judge_types(check, settings->rootfstype);
}
