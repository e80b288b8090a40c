// SPDX-License-Identifier: MIT
/* run_boot.c - what `rdinit run` boots: the kernel, its words, and the image. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/check/memory_need.h"
#include "tools/lib/kernel/kernel.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/kernel/kernel_fit.h"
#include "tools/lib/program/program_status.h"
#include "tools/lib/machine/qemu.h"
#include "tools/lib/machine/boot_parameters.h"
#include "tools/lib/machine/uml.h"
#include "tools/run.h"

static bool is_plain_word(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._+-", *text))
			return false;
	return true;
}

void run_add_tuning(const struct run *run, struct buffer *words)
{
	const struct machine_config *machine = &run->machine;
	/* With STDIO_CONSOLE the kernel's messages would be on the screen, too. */
	bool is_logged = machine->log && machine->stdio == STDIO_PIPE;
	const struct boot_facts facts = { .machine = machine->type,
					  .cpus = machine->cpus,
					  .kvm = qemu_kvm_works(),
					  .acpi = machine->acpi,
					  .verbose = machine->verbose || is_logged };

	buffer_text(words, "console=ttyS0 panic=-1");
	if (!run->no_tuning)
		boot_parameters_add(words, &facts);
	if (machine->gdb_port) /* symbols are at the addresses of the file */
		buffer_text(words, " nokaslr");
}

void run_add_words(const struct run *run, struct buffer *words)
{
	const struct machine_config *machine = &run->machine;
	int interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	const char *term = getenv("TERM");
	struct winsize size;

	if (!interactive || machine->stdio == STDIO_PIPE)
		buffer_text(words, " rdinit.onfail=poweroff");
	else if (term && *term && is_plain_word(term))
		buffer_printf(words, " TERM=%s", term);
	if (run_is_on_terminal(run) && !ioctl(STDIN_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col)
		buffer_printf(words, " rdinit.window=%ux%u%s", size.ws_row, size.ws_col,
			      machine->has_port ? "," QEMU_STDIO_PORT : "");
	if (machine->stdio == STDIO_PIPE)
		buffer_printf(words, " rdinit.stdio=%s" QEMU_STDIO_LINE,
			      machine->has_port ? "virtio:" QEMU_STDIO_PORT "," : "");
	/* A reboot would be another boot: User-mode Linux starts itself again. */
	if (machine->type == MACHINE_UML)
		buffer_text(words, " rdinit.host=ttyS2 rdinit.exit=poweroff");
	if (machine->tree)
		buffer_printf(words, " rdinit.root=virtiofs:" HOST_TREE_TAG "%s",
			      run->read_only ? "" : " rd.overlay");
	if (machine->netdev)
		buffer_text(words, " ip=" GUEST_IP);
}

/* The whole command line; the user's words come last, and so win. malloc'd, or NULL after
 * reporting. */
static char *command_line(const struct run *run)
{
	struct buffer words = { NULL, 0, 0 };

	run_add_tuning(run, &words);
	run_add_words(run, &words);
	if (run->append.data)
		buffer_text(&words, run->append.data);
	if (words.len > QEMU_APPEND_MAX) {
		error("the kernel's command line would have %zu bytes, but the kernel reads %d",
		      words.len, QEMU_APPEND_MAX);
		buffer_free(&words);
	}
	return words.data;
}

static void print_boot(const struct run *run, const struct kernel *kernel,
		       const struct kernel_boot *form)
{
	fprintf(stderr, "rdinit: kernel %s (%s), %s, %u MiB, %s, parameters: %s\n",
		shown(kernel->image), kernel->release, qemu_machine_name(run->machine.type),
		run->machine.memory_mib,
		run->machine.type == MACHINE_UML ? "UML"
		: qemu_kvm_works()		 ? "KVM"
						 : "TCG",
		shown(run->machine.append));
	if (kernel->kind != KERNEL_BZIMAGE)
		return;
	if (form->why_not)
		fprintf(stderr, "rdinit: booting the bzImage itself: %s\n", form->why_not);
	else
		fprintf(stderr, "rdinit: booting its vmlinux, by PVH: %s\n", shown(form->path));
}

/* A kernel without ioperm(2) keeps /init from QEMU's debug console port; then a virtio-serial port
 * is the wire, and on User-mode Linux a serial line. */
static bool tells_ready(const struct run *run, const struct kernel_config *config,
			const struct run_image_file *file)
{
	return file->is_ours && !strstr(run->machine.append, "rdinit=") &&
	       (run->machine.type == MACHINE_UML || run->machine.has_status_port ||
		kernel_config_get(config, "X86_IOPL_IOPERM") != KCONFIG_N);
}

/* Checks --memory as `check` does. Returns 0, or -1 after reporting. */
static int check_memory(const struct run *run, const struct kernel_boot *form,
			const struct run_image_file *file)
{
	const struct memory_need need = { .memory = run->machine.memory_mib * MEMORY_MIB,
					  .kernel = memory_kernel_bytes(form->vmlinux),
					  .packed = file->packed,
					  .tree = file->tree };
	unsigned int needed = memory_needed_mib(need, memory_is_tmpfs(run->machine.append));

	if (run->machine.type == MACHINE_UML || run->machine.memory_mib >= needed)
		return 0;
	return error("--memory %u: the kernel (%llu MiB), the image (%llu MiB) and its files (%llu "
		     "MiB) need at least %u MiB; without --memory the machine has %u",
		     run->machine.memory_mib, memory_mib_for(need.kernel),
		     memory_mib_for(need.packed), memory_mib_for(need.tree), needed,
		     run_image_memory(file));
}

/* The image for a program was not made: the status that the program would have had in the guest. */
int run_status_without_image(const struct run *run)
{
	int status = !run->image.program || run->image.oci
			     ? 0
			     : program_status(run->image.sysroot ? run->image.sysroot : "",
					      run->image.program[0]);

	return status ? status : 1;
}

/* In this machine's files a program starts where and as it would here. */
void run_complete_program(struct run *run)
{
	struct texts env = { 0 };

	run->image.env = &run->env;
	if (!run->image.is_in_root || (run->root && strcmp(run->root, "/") != 0))
		return;
	for (char **word = environ; *word; word++)
		texts_add(&env, *word);
	for (size_t i = 0; i < run->env.count; i++)
		texts_add(&env, run->env.list[i]);
	free(run->env.list);
	run->env = env;
	if (!run->image.workdir)
		run->image.workdir = run->directory;
}

/* The file that -kernel and -bios name must be there when we are not. */
static void name_kernel(struct run *run, const struct kernel *kernel,
			const struct kernel_boot *form)
{
	bool is_ours = run->dry_run && form->fd >= 0;

	run->machine.kernel = is_ours ? kernel->image : form->path;
	run->machine.firmware = is_ours ? NULL : run_firmware(run, form);
}

/* For --dry-run the image needs a name: that of the user's, or one that nobody else can have.
 * Returns 0, or -1 after reporting. */
static int name_image(struct run *run)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	run->image.keep = run->image_path ? realpath(run->image_path, NULL)
			  : run->keep	  ? xstrdup(run->keep)
					  : NULL;
	if (run->image.keep || !run->dry_run)
		return 0;
	run->image.keep = xasprintf("%s/rdinit-XXXXXX.img", tmp && *tmp ? tmp : "/tmp");
	fd = mkstemps(run->image.keep, 4);
	if (fd < 0)
		return error_errno(errno, "%s", shown(run->image.keep));
	close(fd);
	return 0;
}

static int start(struct run *run, const char *qemu, const struct kernel *kernel)
{
	if (run->dry_run)
		return run_print_qemu(run, qemu);
	if (run->machine.gdb_port)
		run_announce_gdb(run, kernel);
	return machine_run(qemu, &run->machine, &run->result);
}

static int boot(struct run *run, const char *qemu, const struct kernel *kernel,
		const struct kernel_boot *form, const struct kernel_config *config)
{
	char *append = command_line(run);
	struct run_image_file file = { .fd = -1 };
	int status = 1, result;

	if (!append || name_image(run) || run_pack_input(run)) {
		free(append);
		return 1;
	}
	run_complete_program(run);
	run->image.kernel = kernel;
	run->image.disks = run->disks;
	run->image.disk_count = run->disk_texts.count;
	run->image.host = qemu_disk_host(run->machine.type);
	if (run->machine.type == MACHINE_UML)
		run->image.disk_count = 0; /* their driver is not a module, and not of a bus */
	result = !run->image_path ? run_image_build(&run->image, &file)
				  : run_image_open(run->image_path, &file);
	if (result && !run->image_path)
		status = run_status_without_image(run);
	if (!result)
		result = kernel_fit_compression(config, run->image_path, file.compression);
	if (!result) {
		name_kernel(run, kernel, form);
		run->machine.initrd = run->dry_run && run->image_path ? run->image.keep : file.path;
		run->machine.append = append;
		if (!run->machine.memory_mib)
			run->machine.memory_mib = run->image.is_in_root ? RUN_MEMORY_IN_ROOT
									: run_image_memory(&file);
		else if (!run->image_path)
			result = run_image_measure(&file);
		if (!result)
			result = check_memory(run, form, &file);
	}
	if (!result) {
		run->machine.tells_ready = tells_ready(run, config, &file);
		if (run->machine.verbose)
			print_boot(run, kernel, form);
		run->machine.more = run->more.list;
		status = start(run, qemu, kernel);
	}
	if (status && run->dry_run && !run->keep && !run->image_path)
		unlink(run->image.keep);
	run_image_close(&file);
	free(append);
	return status;
}

/* User-mode Linux has files next to it. */
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
			rmdir(scratch); /* where no machine came to do it */
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

	if (!kernel_boot_open(kernel, run->no_tuning ? FORM_AS_IT_IS : FORM_KEPT, &form)) {
		kernel_config_find(kernel, form.vmlinux, &config);
		if (!run_heed_config(run, kernel, &form, &config)) {
			int fault = run->image.is_in_root ? run_judge_program(run) : 0;

			status = fault ? fault : boot_it(run, kernel, &form, &config);
		}
	}
	kernel_config_free(&config);
	kernel_boot_close(&form);
	return status;
}

static int check_kind(const struct run *run, const struct kernel *kernel)
{
	bool is_uml = kernel->kind == KERNEL_UML;

	if (is_uml == (run->machine.type == MACHINE_UML))
		return 0;
	return error(
		"kernel %s: %s", shown(kernel->image),
		is_uml ? "User-mode Linux, which is a program: boot it with --machine uml"
		       : "for a machine; for --machine uml build one that is a program (`make kernel "
			 "PROFILE=uml`)");
}

int run_boot(struct run *run)
{
	struct kernel kernel;
	char *uml = NULL;
	int status = 1;

	if (run_open_disks(run))
		return 1;
	/* The kernel that machines have by default is none for User-mode Linux. */
	if (run->machine.type == MACHINE_UML && !run->kernel) {
		uml = kernel_by_name("uml");
		if (!uml)
			return 1;
		run->kernel = uml;
	}
	if (!kernel_find(run->kernel, &kernel)) {
		run->kernel_path = xstrdup(kernel.image);
		run->release = xstrdup(kernel.release);
		if (!check_kind(run, &kernel) && !run_warm(run, &kernel, &status))
			status = find_and_boot(run, &kernel);
		kernel_free(&kernel);
	}
	free(uml);
	return status;
}
