// SPDX-License-Identifier: MIT
/* run_machine.c - the machine of `rdinit run`, by the options and the kernel's configuration. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/kernel/kernel_fit.h"
#include "tools/lib/machine/qemu.h"
#include "tools/run.h"

static bool is_not_for_microvm(const struct disk *disk)
{
	return !disk_modules(disk->bus, DISK_HOST_MICROVM)[0];
}

int run_open_disks(struct run *run)
{
	run->disks = xcalloc(run->disk_texts.count + 1, sizeof(*run->disks));
	for (size_t i = 0; i < run->disk_texts.count; i++)
		if (disk_parse(run->disk_texts.list[i], &run->disks[i]))
			return -1;
	for (size_t i = 0; i < run->disk_texts.count && run->machine.type == MACHINE_MICROVM; i++)
		if (is_not_for_microvm(&run->disks[i]))
			return error("disk %s: a microvm has no PCI: use the bus virtio or scsi",
				     shown(run->disks[i].path));
	run->machine.disks = run->disks;
	run->machine.disk_count = run->disk_texts.count;
	return 0;
}

static bool is_virtio(const struct disk *disk)
{
	return disk->bus == DISK_VIRTIO || disk->bus == DISK_SCSI || disk->bus == DISK_CDROM;
}

static bool is_ide(const struct disk *disk)
{
	return disk->bus == DISK_IDE;
}

static bool is_on(const struct kernel_config *config, const char *symbol)
{
	return kernel_config_get(config, symbol) == KCONFIG_Y;
}

static bool has_disk(const struct run *run, bool (*is_such)(const struct disk *))
{
	for (size_t i = 0; i < run->disk_texts.count; i++)
		if (is_such(&run->disks[i]))
			return true;
	return false;
}

/* Whether the kernel has a driver: built in, or as a module that is packed. An image that the user
 * made is not changed. */
static bool has_driver(const struct run *run, const struct kernel *kernel,
		       const struct kernel_config *config, const char *symbol)
{
	enum kconfig_value value = kernel_config_get(config, symbol);

	return value == KCONFIG_Y ||
	       (value == KCONFIG_M && kernel->modules_dir && !run->image_path);
}

/* Whether a microvm can have ACPI: it has its serial port for user space only if the kernel finds
 * that there. */
static bool microvm_has_acpi(const struct kernel_config *config)
{
	return is_on(config, "ACPI") && is_on(config, "SERIAL_8250_PNP");
}

/* Whether the kernel has what the virtio devices of this machine are found by. */
static bool has_virtio(const struct run *run, const struct kernel *kernel,
		       const struct kernel_config *config)
{
	if (run->machine.type != MACHINE_MICROVM)
		return has_driver(run, kernel, config, "VIRTIO_PCI");
	return has_driver(run, kernel, config, "VIRTIO_MMIO") &&
	       (is_on(config, "VIRTIO_MMIO_CMDLINE_DEVICES") || microvm_has_acpi(config));
}

/* Where the configuration is unknown, the serial line is what every kernel has. */
static bool has_ports(const struct run *run, const struct kernel *kernel,
		      const struct kernel_config *config)
{
	return run->machine.type != MACHINE_UML && !run->dry_run &&
	       has_virtio(run, kernel, config) && has_driver(run, kernel, config, "VIRTIO_CONSOLE");
}

bool run_locks_down(const struct run *run)
{
	return run->append.data && strstr(run->append.data, "lockdown=");
}

bool run_is_on_terminal(const struct run *run)
{
	return run->machine.stdio == STDIO_CONSOLE && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* For the program's streams, or for the size of its terminal. */
static bool wants_port(const struct run *run)
{
	return run->machine.stdio == STDIO_PIPE || run_is_on_terminal(run);
}

/* The debug console port needs no driver, but ioperm(2). Where virtio-serial is there anyway, a
 * second port costs nothing, and the guest may lock its kernel down in a way that is not seen here.
 */
static bool wants_status_port(const struct run *run, const struct kernel_config *config)
{
	return wants_port(run) || run_locks_down(run) ||
	       kernel_config_get(config, "X86_IOPL_IOPERM") == KCONFIG_N;
}

static bool has_share(const struct run *run)
{
	return run->machine.tree || run->machine.volumes;
}

/* A microvm has the shortest way to the program, for a kernel that is made for one: it finds
 * interrupts and disks there without ACPI and without modules, and is entered after its unpacker. A
 * kernel with ACPI is not: on another machine it powers off on its own, whoever asks for it. */
static int suits_microvm(const struct run *run, const struct kernel_boot *form,
			 const struct kernel_config *config)
{
	if (form->why_not || has_share(run) || run->machine.nodes || run->wants_tpm ||
	    run->netdev || !is_on(config, "X86_MPPARSE") || has_disk(run, is_not_for_microvm) ||
	    kernel_config_get(config, "ACPI") != KCONFIG_N)
		return 0;
	return kernel_config_get(config, "PCI") == KCONFIG_N ||
	       is_on(config, "VIRTIO_MMIO_CMDLINE_DEVICES");
}

/* On a pc the first device with an interrupt sets the kernel's ACPI interpreter going, for 80
 * million instructions; a q35 has no such methods. IDE disks have other drivers there. */
static int suits_q35(const struct run *run, const struct kernel *kernel,
		     const struct kernel_config *config)
{
	return is_on(config, "ACPI") &&
	       (run->disk_texts.count || has_share(run) || run->netdev ||
		(wants_status_port(run, config) && has_ports(run, kernel, config))) &&
	       !has_disk(run, is_ide);
}

static enum machine_type best_machine(const struct run *run, const struct kernel *kernel,
				      const struct kernel_boot *form,
				      const struct kernel_config *config)
{
	if (run->no_tuning)
		return MACHINE_PC;
	if (suits_microvm(run, form, config))
		return MACHINE_MICROVM;
	return suits_q35(run, kernel, config) ? MACHINE_Q35 : MACHINE_PC;
}

/* A microvm with ACPI has no timer but the processor's, which takes 0.3 s to measure where it is
 * emulated. So it is without, unless the kernel learns of processors or devices in no other way. */
static int microvm_needs_acpi(const struct run *run, const struct kernel_config *config)
{
	if (!microvm_has_acpi(config))
		return 0;
	return (run->machine.cpus > 1 && !is_on(config, "X86_MPPARSE")) ||
	       ((has_disk(run, is_virtio) || run->netdev || run->machine.has_status_port) &&
		!is_on(config, "VIRTIO_MMIO_CMDLINE_DEVICES"));
}

/* How virtio devices reach the kernel. On a microvm without ACPI they stand on its command line. */
static unsigned int virtio_of(const struct run *run, const struct disk *disk)
{
	if (!is_virtio(disk))
		return 0;
	if (run->machine.type != MACHINE_MICROVM)
		return FIT_VIRTIO_PCI;
	return run->machine.acpi ? FIT_VIRTIO_MMIO : FIT_VIRTIO_MMIO | FIT_VIRTIO_CMDLINE;
}

static unsigned int wanted_of(const struct run *run)
{
	static const enum fit_for for_bus[] = {
		[DISK_SCSI] = FIT_DISK_SCSI, [DISK_VIRTIO] = FIT_DISK_VIRTIO,
		[DISK_IDE] = FIT_DISK_IDE,   [DISK_NVME] = FIT_DISK_NVME,
		[DISK_USB] = FIT_DISK_USB,   [DISK_CDROM] = FIT_DISK_CDROM
	};
	bool is_uml = run->machine.type == MACHINE_UML;
	unsigned int wanted = FIT_IMAGE;

	if (!run->image_path)
		wanted |= FIT_PROGRAM | (is_uml				? FIT_UML_LINES
					 : run->machine.has_status_port ? 0u
									: FIT_STATUS);
	if (run->netdev)
		wanted |= FIT_NETWORK;
	if (run->machine.stdio == STDIO_PIPE)
		wanted |= is_uml ? FIT_UML_LINES : FIT_SERIAL;
	for (size_t i = 0; i < run->disk_texts.count; i++)
		wanted |= is_uml ? FIT_DISK_UML
				 : for_bus[run->disks[i].bus] | virtio_of(run, &run->disks[i]);
	return wanted;
}

static int check_nodes(const struct run *run, const struct kernel *kernel,
		       const struct kernel_config *config)
{
	if (!run->machine.nodes || kernel_config_get(config, "ACPI_NUMA") != KCONFIG_N)
		return 0;
	return error("--numa: kernel %s has no CONFIG_ACPI_NUMA: it would find one node",
		     shown(kernel->image));
}

/* A dry run names the socket of one that the user starts. */
static int open_tpm(struct run *run, const struct kernel *kernel,
		    const struct kernel_config *config)
{
	char *why = NULL;

	if (!run->wants_tpm)
		return 0;
	if (kernel_config_get(config, "TCG_TIS") == KCONFIG_N)
		return error("--tpm: kernel %s has no CONFIG_TCG_TIS", shown(kernel->image));
	if (!run->dry_run)
		why = tpm_open(&run->tpm);
	if (why)
		error("--tpm: %s", why);
	run->machine.tpm = &run->tpm;
	run->image.has_tpm = true;
	free(why);
	return why ? -1 : 0;
}

int run_heed_config(struct run *run, struct kernel *kernel, const struct kernel_boot *form,
		    const struct kernel_config *config)
{
	if (check_nodes(run, kernel, config) || open_tpm(run, kernel, config) ||
	    run_open_root(run, kernel, config) || run_open_volumes(run, kernel, config))
		return -1;
	if (kernel_config_get(config, "MODULES") == KCONFIG_N) {
		free(kernel->modules_dir);
		kernel->modules_dir = NULL;
	}
	if (run->machine_choice < 0)
		run->machine.type = best_machine(run, kernel, form, config);
	if (has_ports(run, kernel, config)) {
		run->machine.has_port = wants_port(run);
		run->machine.has_status_port = wants_status_port(run, config);
		run->image.has_ports = run->machine.has_status_port;
	}
	run->machine.acpi = microvm_needs_acpi(run, config);
	if (run->machine.verbose)
		fprintf(stderr, "rdinit: its configuration: %s\n",
			config->from ? shown(config->from) : "not found");
	return kernel_fit(config, kernel->image, wanted_of(run));
}

/* A pc's own firmware looks for disks, screens and networks to boot from: a quarter of an emulated
 * boot. */
const char *run_firmware(const struct run *run, const struct kernel_boot *form)
{
	bool is_pc = run->machine.type == MACHINE_PC || run->machine.type == MACHINE_Q35;

	if (run->no_tuning || form->why_not || !is_pc || qemu_kvm_works())
		return NULL;
	return qemu_fast_firmware();
}
