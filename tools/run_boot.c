/* run_boot.c - what `rdinit run` boots: the kernel, its words, and the image. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/kernel/kernel.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/kernel/kernel_fit.h"
#include "tools/lib/kernel/kernel_name.h"
#include "tools/lib/run/qemu.h"
#include "tools/lib/run/tuning.h"
#include "tools/lib/run/uml.h"
#include "tools/run.h"

static int is_for_microvm(const struct disk *disk)
{
	return disk_modules(disk->bus, DISK_HOST_MICROVM)[0] != NULL;
}

static int open_disks(struct run *run)
{
	run->disks = xcalloc(run->disk_count + 1, sizeof(*run->disks));
	for (size_t i = 0; i < run->disk_count; i++)
		if (disk_parse(run->disk_texts[i], &run->disks[i]))
			return -1;
	for (size_t i = 0; i < run->disk_count && run->machine.type == MACHINE_MICROVM; i++)
		if (!is_for_microvm(&run->disks[i]))
			return error("disk %s: a microvm has no PCI, and takes only virtio and scsi disks",
				     shown(run->disks[i].path));
	run->machine.disks = run->disks;
	run->machine.disk_count = run->disk_count;
	return 0;
}

static int is_plain_word(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._+-", *text))
			return 0;
	return 1;
}

/* The whole command line; the user's words come last, and so win. malloc'd, or NULL after
 * reporting. */
static char *command_line(const struct run *run)
{
	const struct machine_config *machine = &run->machine;
	int interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	const char *term = getenv("TERM");
	const struct tuning_facts facts = { .machine = machine->type, .cpus = machine->cpus,
					    .kvm = qemu_kvm_works(),
					    .acpi = machine->acpi, .verbose = machine->verbose };
	struct buffer words = { NULL, 0, 0 };

	buffer_text(&words, "console=ttyS0 panic=-1");
	if (!run->no_tuning)
		tuning_add(&words, &facts);
	if (!interactive || machine->stdio == STDIO_PIPE)
		buffer_text(&words, " rdinit.onfail=poweroff");
	else if (term && *term && is_plain_word(term))
		buffer_printf(&words, " TERM=%s", term);
	if (machine->stdio == STDIO_PIPE)
		buffer_text(&words, " rdinit.stdio=ttyS1");
	/* A reboot would be another boot: User-mode Linux starts itself again. */
	if (machine->type == MACHINE_UML)
		buffer_text(&words, " rdinit.host=ttyS2 rdinit.exit=poweroff");
	if (run->append.data)
		buffer_text(&words, run->append.data);
	if (words.len > QEMU_APPEND_MAX) {
		error("the kernel's command line would have %zu bytes, and %d is what it reads",
		      words.len, QEMU_APPEND_MAX);
		buffer_free(&words);
	}
	return words.data;
}

static void say_what_boots(const struct run *run, const struct kernel *kernel,
			   const struct kernel_boot *form)
{
	fprintf(stderr, "rdinit: kernel %s (%s), %s, %u MiB, %s, words: %s\n", shown(kernel->image),
		kernel->release, qemu_machine_name(run->machine.type), run->machine.memory_mib,
		run->machine.type == MACHINE_UML ? "UML" : qemu_kvm_works() ? "KVM" : "TCG",
		shown(run->machine.append));
	if (kernel->kind != KERNEL_BZIMAGE)
		return;
	if (form->why_not)
		fprintf(stderr, "rdinit: the bzImage is booted as it is: %s\n", form->why_not);
	else
		fprintf(stderr, "rdinit: its vmlinux is booted, by PVH: %s\n", shown(form->path));
}

static int has_virtio_disks(const struct run *run)
{
	for (size_t i = 0; i < run->disk_count; i++)
		if (run->disks[i].bus == DISK_VIRTIO || run->disks[i].bus == DISK_SCSI)
			return 1;
	return 0;
}

static int is_on(const struct kernel_config *config, const char *symbol)
{
	return kernel_config_get(config, symbol) == KCONFIG_Y;
}

/*
 * A microvm has the shortest way to the program, for a kernel that is made for one: it finds the interrupts and
 * disks of a microvm without ACPI, all built in, and is entered without its unpacker. A distribution's kernel is not, and
 * its modules may be for PCI.
 */
static enum machine_type best_machine(const struct run *run, const struct kernel_boot *form,
				      const struct kernel_config *config)
{
	if (run->no_tuning || form->why_not || !is_on(config, "X86_MPPARSE"))
		return MACHINE_PC;
	if (kernel_config_get(config, "PCI") != KCONFIG_N && !is_on(config, "VIRTIO_MMIO_CMDLINE_DEVICES"))
		return MACHINE_PC;
	for (size_t i = 0; i < run->disk_count; i++)
		if (!is_for_microvm(&run->disks[i]))
			return MACHINE_PC;
	return MACHINE_MICROVM;
}

/* A microvm with ACPI has no timer but the processor's, which takes 0.3 s to measure where it is emulated. So it
 * is without, unless the kernel learns of processors or disks in no other way; and has its serial
 * port for user space only if the kernel finds that there. */
static int microvm_needs_acpi(const struct run *run, const struct kernel_config *config)
{
	if (!is_on(config, "ACPI") || !is_on(config, "SERIAL_8250_PNP"))
		return 0;
	return (run->machine.cpus > 1 && !is_on(config, "X86_MPPARSE")) ||
	       (has_virtio_disks(run) && !is_on(config, "VIRTIO_MMIO_CMDLINE_DEVICES"));
}

/* How virtio devices reach the kernel. On a microvm without ACPI they stand on its command line. */
static unsigned int virtio_of(const struct run *run, const struct disk *disk)
{
	if (disk->bus != DISK_SCSI && disk->bus != DISK_VIRTIO)
		return 0;
	if (run->machine.type != MACHINE_MICROVM)
		return FIT_VIRTIO_PCI;
	return run->machine.acpi ? FIT_VIRTIO_MMIO : FIT_VIRTIO_MMIO | FIT_VIRTIO_CMDLINE;
}

static unsigned int wanted_of(const struct run *run)
{
	static const enum fit_for for_bus[] = { [DISK_SCSI] = FIT_DISK_SCSI,
						[DISK_VIRTIO] = FIT_DISK_VIRTIO,
						[DISK_IDE] = FIT_DISK_IDE,
						[DISK_NVME] = FIT_DISK_NVME };
	int is_uml = run->machine.type == MACHINE_UML;
	unsigned int wanted = FIT_IMAGE;

	if (!run->image_path)
		wanted |= FIT_PROGRAM | (is_uml ? FIT_UML_LINES : FIT_STATUS);
	if (run->machine.stdio == STDIO_PIPE)
		wanted |= is_uml ? FIT_UML_LINES : FIT_SERIAL;
	for (size_t i = 0; i < run->disk_count; i++)
		wanted |= is_uml ? FIT_DISK_UML : for_bus[run->disks[i].bus] | virtio_of(run, &run->disks[i]);
	return wanted;
}

/* What the kernel's configuration decides, and forbids. 0, or -1 after reporting. */
static int heed_config(struct run *run, struct kernel *kernel, const struct kernel_boot *form,
		       const struct kernel_config *config)
{
	if (!run->machine_given)
		run->machine.type = best_machine(run, form, config);
	run->machine.acpi = microvm_needs_acpi(run, config);
	if (kernel_config_get(config, "MODULES") == KCONFIG_N) {
		free(kernel->modules_dir);
		kernel->modules_dir = NULL;
	}
	if (run->machine.verbose)
		fprintf(stderr, "rdinit: its configuration: %s\n",
			config->from ? shown(config->from) : "not found");
	return kernel_fit(config, kernel->image, wanted_of(run));
}

/* A pc's own firmware looks for disks, screens and networks to boot from: a quarter of an emulated boot. */
static const char *firmware_for(const struct run *run, const struct kernel_boot *form)
{
	int is_pc = run->machine.type == MACHINE_PC || run->machine.type == MACHINE_Q35;

	if (run->no_tuning || form->why_not || !is_pc || qemu_kvm_works())
		return NULL;
	return qemu_fast_firmware();
}

static int boot(struct run *run, const char *qemu, const struct kernel *kernel,
		const struct kernel_boot *form, const struct kernel_config *config)
{
	char *append = command_line(run);
	struct run_image_file file = { .fd = -1 };
	int status = 1, result;

	if (!append)
		return 1;
	run->image.kernel = kernel;
	run->image.disks = run->disks;
	run->image.disk_count = run->disk_count;
	run->image.host = qemu_disk_host(run->machine.type);
	if (run->machine.type == MACHINE_UML)
		run->image.disk_count = 0;	/* their driver is no module, and not of a bus */
	result = !run->image_path ? run_image_build(&run->image, &file)
				    : run_image_open(run->image_path, &file);
	if (!result)
		result = kernel_fit_compression(config, run->image_path, file.compression);
	if (!result) {
		run->machine.kernel = form->path;
		run->machine.initrd = file.path;
		run->machine.append = append;
		run->machine.firmware = firmware_for(run, form);
		if (!run->machine.memory_mib)
			run->machine.memory_mib = run_image_memory(&file);
		if (run->machine.verbose)
			say_what_boots(run, kernel, form);
		status = machine_run(qemu, &run->machine);
	}
	run_image_close(&file);
	free(append);
	return status;
}

/* User-mode Linux has files of its own beside it. */
static int boot_uml(struct run *run, const struct kernel *kernel, const struct kernel_boot *form,
		    const struct kernel_config *config)
{
	const char *tmp = getenv("TMPDIR");
	char *scratch = xasprintf("%s/rdinit-XXXXXX", tmp && *tmp ? tmp : "/tmp"), *preload;
	int status = 1;

	if (!uml_check(kernel, form, &run->machine, &preload)) {
		if (!mkdtemp(scratch)) {
			error_errno(errno, "%s", shown(scratch));
		} else {
			run->machine.scratch = scratch;
			run->machine.preload = preload;
			status = boot(run, kernel->image, kernel, form, config);
			rmdir(scratch);	/* where no machine came to do it */
		}
	}
	free(preload);
	free(scratch);
	return status;
}

static int boot_qemu(struct run *run, const struct kernel *kernel, const struct kernel_boot *form,
		     const struct kernel_config *config)
{
	int status = 1;
	char *qemu;

	qemu = qemu_find();
	if (qemu)
		status = boot(run, qemu, kernel, form, config);
	free(qemu);
	return status;
}

static int find_and_boot(struct run *run, struct kernel *kernel)
{
	int (*const boot_it)(struct run *, const struct kernel *, const struct kernel_boot *,
			     const struct kernel_config *) =
		run->machine.type == MACHINE_UML ? boot_uml : boot_qemu;
	struct kernel_boot form;
	struct kernel_config config = { .from = NULL };
	int status = 1;

	if (!kernel_boot_open(kernel, run->no_tuning ? FORM_AS_IT_IS : FORM_FASTEST, &form)) {
		kernel_config_find(kernel, form.vmlinux, &config);
		if (!heed_config(run, kernel, &form, &config))
			status = boot_it(run, kernel, &form, &config);
	}
	kernel_config_free(&config);
	kernel_boot_close(&form);
	return status;
}

static int check_kind(const struct run *run, const struct kernel *kernel)
{
	int is_uml = kernel->kind == KERNEL_UML;

	if (is_uml == (run->machine.type == MACHINE_UML))
		return 0;
	return error("kernel %s: %s", shown(kernel->image),
		     is_uml ? "User-mode Linux, which is a program: --machine uml boots it"
			    : "for a machine; --machine uml takes a kernel that is a program "
			      "(`make kernel PROFILE=uml`)");
}

int run_boot(struct run *run)
{
	struct kernel kernel;
	char *uml = NULL;
	int status = 1;

	if (open_disks(run))
		return 1;
	/* The kernel that machines have by default is none for User-mode Linux. */
	if (run->machine.type == MACHINE_UML && !run->kernel) {
		uml = kernel_by_name("uml");
		if (!uml)
			return 1;
		run->kernel = uml;
	}
	if (!kernel_find(run->kernel, &kernel)) {
		if (!check_kind(run, &kernel))
			status = find_and_boot(run, &kernel);
		kernel_free(&kernel);
	}
	free(uml);
	return status;
}
