// SPDX-License-Identifier: MIT
/* run_warm.c - start a run from a machine that was saved, and save that machine. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/machine/boot_parameters.h"
#include "tools/lib/machine/qemu.h"
#include "tools/lib/machine/snapshot.h"
#include "tools/run.h"

/* --- which machine --- */

/* NULL, or what this run has that a saved machine has not. */
static const char *why_cold(const struct run *run)
{
	const struct {
		bool is_asked_for;
		const char *what;
	} others[] = {
		{ run->cold, "--cold" },
		{ !run->image.program, "an IMAGE" },
		{ run->machine_choice >= 0 && run->machine_choice != MACHINE_Q35, "--machine" },
		{ run->image.oci || run->image.sysroot || run->image.trees.count,
		  "--oci, --sysroot and --tree" },
		{ run->image.modules.count, "--module" },
		{ run->disk_texts.count, "--disk" },
		{ run->more.count, "--qemu and --device" },
		{ run->machine.gdb_port, "--gdb" },
		{ run->machine.nodes, "--numa" },
		{ run->wants_tpm, "--tpm" },
		{ run->dry_run || run->keep, "--dry-run and --keep" },
		{ run->no_tuning, "--no-tuning" },
		{ run->machine.log, "--log" },
		{ run_locks_down(run), "--append lockdown=" },
	};

	for (size_t i = 0; i < COUNT(others); i++)
		if (others[i].is_asked_for)
			return others[i].what;
	return NULL;
}

/* Another file of this name is another one, however it came there. */
static void add_file(struct buffer *text, const char *what, const char *path)
{
	struct stat st;

	if (!path || stat(path, &st))
		return;
	buffer_printf(text, ", %s %s of %lld bytes and %lld.%09ld", what, path,
		      (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* All that the saved machine depends on. malloc'd. */
static char *identity(const struct run *run, const struct kernel *kernel, const char *qemu)
{
	char *init = installed_init();
	struct buffer text = { 0 };

	buffer_printf(&text, "%u MiB, %u processors, %s, %snetwork, parameters:%s",
		      run->machine.memory_mib, run->machine.cpus, qemu_kvm_works() ? "KVM" : "TCG",
		      run->image.has_network ? "" : "no ",
		      run->append.data ? run->append.data : " none");
	add_file(&text, "kernel", kernel->image);
	add_file(&text, "modules", kernel->modules_dir);
	add_file(&text, "init", init);
	add_file(&text, "rdinit", "/proc/self/exe");
	add_file(&text, "QEMU", qemu);
	free(init);
	return text.data;
}

/* The devices that every run from it may use. */
static void configure(struct run *run, const struct kernel *kernel)
{
	struct machine_config *machine = &run->machine;

	machine->type = MACHINE_Q35;
	machine->has_port = true;
	machine->firmware = qemu_kvm_works() ? NULL : qemu_fast_firmware();
	machine->tells_ready = true;
	if (!machine->memory_mib)
		machine->memory_mib = RUN_MEMORY_IN_ROOT;
	run->image.kernel = kernel;
	run->image.volumes = &run->volumes;
	run->image.host = DISK_HOST_Q35;
}

/* --- start from it --- */

/* Returns 0, or -1: the cold way knows what to say. */
static int open_shares(struct run *run)
{
	char *why = NULL;

	if (run_wants_root(run)) {
		why = host_tree_open(run->root ? run->root : "/", &run->tree);
		run->image.is_in_root = true;
		run->machine.tree = &run->tree;
	}
	if (!why && run->volumes.count) {
		why = host_volumes_open(&run->volumes, &run->volume_share);
		run->machine.volumes = &run->volume_share;
	}
	free(why);
	return why ? -1 : 0;
}

/* As before run_warm(), for a machine that boots. */
static void undo(struct run *run, const struct run *before)
{
	host_tree_close(&run->tree);
	host_tree_close(&run->volume_share);
	run->machine = before->machine;
	run->image.is_in_root = false;
	run->image.part = IMAGE_WHOLE;
	run->image.parameters = NULL;
}

static void say(const struct run *run, const char *text, const char *more)
{
	if (run->machine.verbose)
		fprintf(stderr, "rdinit: %s%s\n", text, more);
}

/* Returns 0, or -1 after reporting. */
static int build_order(struct run *run, struct run_image_file *order)
{
	struct buffer words = { 0 };
	int result;

	run_complete_program(run);
	run_add_words(run, &words);
	run->image.part = IMAGE_ORDER;
	run->image.parameters = words.data;
	result = run_image_build(&run->image, order);
	run->image.parameters = NULL;
	buffer_free(&words);
	return result;
}

/* NULL, with the exit status, or why the saved machine is no good, malloc'd. */
static char *start(struct run *run, const char *qemu, const struct snapshot *snapshot, int order,
		   int *status)
{
	const struct warm warm = { .ram = snapshot_ram(snapshot->ram, run->machine.memory_mib),
				   .state = snapshot->state,
				   .is_restored = true,
				   .order = order };
	char *why;

	*status = 1;
	if (warm.ram < 0)
		return NULL;
	run->machine.warm = &warm;
	why = machine_run_warm(qemu, &run->machine, &run->result, status);
	run->machine.warm = NULL;
	close(warm.ram);
	return why;
}

/* Returns whether the run is over. */
static bool run_order(struct run *run, const char *qemu, const char *key,
		      const struct snapshot *snapshot, const struct run_image_file *order,
		      int *status)
{
	char *why;

	if (run_image_memory(order) > run->machine.memory_mib) {
		say(run, "booting, for the saved machine has too little memory", "");
		return false;
	}
	why = start(run, qemu, snapshot, order->fd, status);
	if (!why)
		return true;
	warning("the saved machine is removed, and this run boots: %s", why);
	free(why);
	snapshot_remove(key);
	return false;
}

/* Returns whether the run is over. */
static bool run_from(struct run *run, const char *qemu, const char *key,
		     const struct snapshot *snapshot, int *status)
{
	struct run_image_file order = { .fd = -1 };
	bool is_over = true;

	if (open_shares(run))
		return false;
	*status = run->image.is_in_root ? run_judge_program(run) : 0;
	if (*status)
		return true;
	if (build_order(run, &order))
		*status = run_status_without_image(run);
	else
		is_over = run_order(run, qemu, key, snapshot, &order, status);
	run_image_close(&order);
	return is_over;
}

/* Returns whether a saved machine was there, and the run is over. */
static bool find_and_run(struct run *run, const struct kernel *kernel, const char *qemu,
			 int *status)
{
	char *text = identity(run, kernel, qemu), *key = snapshot_key(text);
	struct snapshot snapshot;
	bool is_over = false;

	if (snapshot_open(key, &snapshot)) {
		say(run, "booting: no machine is saved for this; `rdinit warm` saves one", "");
	} else {
		say(run, "from a saved machine of ", shown(text));
		is_over = run_from(run, qemu, key, &snapshot, status);
		snapshot_close(&snapshot);
	}
	free(key);
	free(text);
	return is_over;
}

bool run_warm(struct run *run, const struct kernel *kernel, int *status)
{
	const struct run before = *run;
	const char *what = why_cold(run);
	char *qemu = what ? NULL : qemu_find_quietly();
	bool is_over = false;

	if (what && !run->cold)
		say(run, "booting, for no saved machine has ", what);
	if (!qemu)
		return false;
	configure(run, kernel);
	is_over = find_and_run(run, kernel, qemu, status);
	if (!is_over)
		undo(run, &before);
	free(qemu);
	return is_over;
}

/* --- save it --- */

/* Returns an exit status. */
static int store(const char *text, const struct snapshot *snapshot)
{
	char *key = snapshot_key(text);
	int result;

	snapshot_remove(key);
	result = snapshot_store(key, text, snapshot);
	free(key);
	return result ? 1 : 0;
}

static int save(struct run *run, const char *qemu, const char *text)
{
	struct snapshot snapshot = { .ram = snapshot_ram(-1, run->machine.memory_mib),
				     .state = memfd_create("state", MFD_CLOEXEC) };
	const struct warm warm = { .ram = snapshot.ram, .state = snapshot.state, .order = -1 };
	int status = 1, signal = 0;
	char *why = NULL;

	run->machine.warm = &warm;
	if (snapshot.ram >= 0 && snapshot.state >= 0) {
		why = machine_save(qemu, &run->machine, &signal);
		status = signal ? 128 + signal : why ? 1 : store(text, &snapshot);
		if (why && !signal)
			error("the machine was not saved: %s", why);
		free(why);
	}
	snapshot_close(&snapshot);
	return status;
}

/* Returns an exit status. */
static int boot_and_save(struct run *run, const struct kernel *kernel,
			 const struct kernel_boot *form, const char *qemu)
{
	struct run_image_file file = { .fd = -1 };
	struct buffer append = { 0 };
	char *text = identity(run, kernel, qemu);
	int status = 1;

	run_add_tuning(run, &append);
	buffer_printf(&append, " rdinit.order=" QEMU_ORDER_PORT "%s",
		      run->append.data ? run->append.data : "");
	run->image.part = IMAGE_WITHOUT_PROGRAM;
	if (!run_image_build(&run->image, &file)) {
		run->machine.kernel = form->path;
		run->machine.initrd = file.path;
		run->machine.append = append.data;
		status = save(run, qemu, text);
	}
	run_image_close(&file);
	buffer_free(&append);
	free(text);
	return status;
}

/* NULL, or why no machine with this kernel can be saved. */
static char *judge(const struct kernel *kernel, const struct kernel_boot *form,
		   const struct kernel_config *config)
{
	/* Shares are plugged in; the order comes over a port; /init answers over another one. */
	static const char *const symbols[] = {
		"VIRTIO_FS",	  "VIRTIO_PCI",	     "OVERLAY_FS", "HOTPLUG_PCI_PCIE",
		"VIRTIO_CONSOLE", "X86_IOPL_IOPERM", NULL
	};

	if (form->why_not)
		return xasprintf("kernel %s is not entered by PVH: %s", shown(kernel->image),
				 form->why_not);
	return run_judge_kernel(kernel, config, symbols);
}

int run_save(struct run *run)
{
	struct kernel kernel;
	struct kernel_boot form;
	struct kernel_config config = { .from = NULL };
	char *qemu = qemu_find(), *why;
	int status = 1;

	if (!qemu || kernel_find(run->kernel, &kernel)) {
		free(qemu);
		return 1;
	}
	if (!kernel_boot_open(&kernel, FORM_FASTEST, &form)) {
		kernel_config_find(&kernel, form.vmlinux, &config);
		configure(run, &kernel);
		why = judge(&kernel, &form, &config);
		if (why)
			error("the machine cannot be saved: %s", why);
		else
			status = boot_and_save(run, &kernel, &form, qemu);
		free(why);
		kernel_config_free(&config);
		kernel_boot_close(&form);
	}
	kernel_free(&kernel);
	free(qemu);
	return status;
}
