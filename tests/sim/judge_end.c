// SPDX-License-Identifier: MIT
/* judge_end.c - what must hold when a boot has ended: the rules from 6 on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "init/pure/names.h"
#include "tests/sim/judge.h"

#define PATIENCE_MS 10000 /* after which a probe or a module is left alone, in words */

/* The last one may have no end: a line that takes no bytes cuts it off. */
static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* Lines of the wire that begin so. */
static int count_reports(const char *word)
{
	size_t len = strlen(word);
	int count = 0;

	for (const char *line = kernel->wire; *line; line = next_line(line))
		count += strncmp(line, word, len) == 0;
	return count;
}

static bool has_wire(void)
{
	return world_machine(&kernel->world, "port", 1) == 1;
}

/* --- which root --- */

static bool is_uuid(const char *text, unsigned int uuid)
{
	char expected[40];

	snprintf(expected, sizeof(expected), "%u%u000000-0000-0000-0000-000000000000", uuid, uuid);
	return strcmp(text, expected) == 0;
}

static bool is_part_uuid(const struct block *device, const char *text)
{
	char expected[40];
	unsigned int byte;

	if (device->disk < 0)
		return false;
	byte = 0x11 * image_uuid(kernel->devices[device->disk].first_image) + device->part - 1;
	snprintf(expected, sizeof(expected),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", byte, byte,
		 byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte,
		 byte);
	return strcmp(text, expected) == 0;
}

/* Whether the device is what root= names. */
bool judge_is_meant(const struct block *device, const char *root)
{
	unsigned int major, minor;

	if (device->made_of >= 0 && judge_is_meant(&kernel->devices[device->made_of], root))
		return true;
	if (strncmp(root, "/dev/", 5) == 0)
		return strcmp(device->name, root + 5) == 0;
	if (strncmp(root, "UUID=", 5) == 0)
		return is_uuid(root + 5, image_uuid(device->image)) ||
		       is_uuid(root + 5, image_uuid(device->first_image));
	if (strncmp(root, "LABEL=L", 7) == 0)
		return (unsigned int)atoi(root + 7) == image_uuid(device->image) ||
		       (unsigned int)atoi(root + 7) == image_uuid(device->first_image);
	if (strncmp(root, "PARTUUID=", 9) == 0)
		return is_part_uuid(device, root + 9);
	if (strcmp(root, "gpt-auto") == 0)
		return device->disk >= 0 && device->part == 2;
	return sscanf(root, "%u:%u", &major, &minor) == 2 && device->major == major &&
	       device->minor == minor;
}

static bool is_root_in_file(void)
{
	return param("rdinit.loop") || param("rdinit.toram");
}

/* `at`: the root of the program. */
static void check_root(const char *program, struct spot at)
{
	short device = kernel->fs[kernel->mounts[at.mount].fs].device;
	bool is_share = share_is_meant(&kernel->mounts[at.mount], param_root());
	bool is_overlay = strcmp(kernel->mounts[at.mount].source, "overlay") == 0;

	if (at.mount == 0 || at.node != kernel->mounts[at.mount].root)
		break_rule("%s runs, and / is not the real root", program);
	else if (device < 0 && !is_share)
		break_rule("%s runs in a root that is in memory", program);
	else if ((param("rd.overlay") != NULL) != is_overlay)
		break_rule("%s runs %s", program,
			   is_overlay ? "over an overlay that nobody asked for"
				      : "without the overlay that was asked for");
	else if (is_share)
		return;
	else if (is_root_in_file() ? kernel->devices[device].major != 7
				   : !judge_is_meant(&kernel->devices[device], param_root()))
		break_rule("wrong root: %s, and %s was asked for", kernel->devices[device].name,
			   param_root());
	else if (!is_overlay && !kernel->faults_hit &&
		 !(kernel->mounts[at.mount].flags & MS_RDONLY) != (param("rw") != NULL))
		break_rule("the root is mounted %s, and that was not asked for",
			   param("rw") ? "read-only" : "for writing");
}

static void check_became(void)
{
	const char *init = param("init");

	if (!param_root() || is_mode_run()) {
		if (strcmp(kernel->became, "/sbin/init"))
			break_rule("PID 1 became %s", kernel->became);
		return;
	}
	if (init && *init && strcmp(init, kernel->became))
		break_rule("PID 1 became %s, and init=%s was asked for", kernel->became, init);
	check_root(kernel->became, kernel->became_root);
}

/* --- what is left --- */

static const struct {
	enum file_kind kind;
	int most;
} kept[] = { { FILE_UEVENTS, 1 },
	     { FILE_SIGNALS, 1 },
	     { FILE_BLOCK, 1 },
	     { FILE_TTY, 1 },
	     { FILE_PIPE, 4 } };

static int allowed(const struct file *file)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (file->kind == kept[i].kind)
			return kept[i].most;
	return 0;
}

/* The loop device's, which frees itself with its last user; and the output of programs that open
 * layers for longer than anybody waits. */
static void check_descriptors(void)
{
	const struct proc *init = &kernel->procs[0];
	int counts[FILE_LOOP_CONTROL + 1] = { 0 };

	for (int fd = 3; fd < FDS_MAX; fd++) {
		const struct file *file = init->fds[fd] < 0 ? NULL : &kernel->files[init->fds[fd]];

		if (!file)
			continue;
		if (init->inherited & UINT64_C(1) << fd)
			break_rule("descriptor %d (%s) passes to the next init", fd, file->name);
		if (++counts[file->kind] > allowed(file))
			break_rule("descriptor %d (%s) is left open", fd, file->name);
	}
}

/* The program of a layer, or the probe, of a device that is gone: nobody waits for it any more. The
 * probe was killed, and cannot end yet. */
static bool is_device_gone(const struct proc *proc)
{
	if (proc->opens >= 0)
		return kernel->devices[proc->opens].stage == STAGE_ABSENT;
	return proc->state == PROC_SLEEPS && proc->status == SIGKILL;
}

static bool cannot_kill(void)
{
	for (int i = 0; i < kernel->fault_count; i++)
		if (strncmp(kernel->faults[i].line, "kill", 4) == 0)
			return true;
	return false;
}

static void check_children(void)
{
	for (int i = 1; i < kernel->proc_count; i++) {
		const struct proc *proc = &kernel->procs[i];

		/* One that ends between the last wait and execve(2) is the next init's. */
		if (proc->state == PROC_ZOMBIE && kernel->ending == END_BECAME &&
		    proc->ended < kernel->reported_at - kernel->call_ms)
			break_rule("a child is lost: %d (%s) is a zombie at the end", proc->pid,
				   proc->name);
		if ((proc->state == PROC_RUNS || proc->state == PROC_SLEEPS) && !proc->has_hung &&
		    !cannot_kill() && !proc->is_orphan && kernel->ending == END_BECAME &&
		    kernel->now - proc->started < PATIENCE_MS && !is_device_gone(proc))
			break_rule("a child is lost: %d (%s) still runs at the end", proc->pid,
				   proc->name);
	}
}

/* --- what was said --- */

/* "exit status 125 (failed: STEP)" after a line "init: STEP: ... (E...)". */
static void check_report(void)
{
	const char *at = strstr(kernel->log, "exit status 125 (failed: ");
	char step[32] = "", prefix[48];

	if (!at || sscanf(at, "exit status 125 (failed: %31[a-z-])", step) != 1) {
		break_rule("the boot stopped, and no step is said to have failed");
		return;
	}
	snprintf(prefix, sizeof(prefix), "init: %s: ", step);
	for (const char *line = kernel->log; line && line < at; line = strchr(line, '\n')) {
		const char *end = strchr(line += *line == '\n', '\n');

		if (strncmp(line, prefix, strlen(prefix)) == 0 && end &&
		    memmem(line, (size_t)(end - line), " (E", 3))
			return;
	}
	break_rule("the step that failed, %s, gave no reason", step);
}

/* What the program that the boot is about came to; "": no program was started. */
static void expected_end(char *text, size_t size)
{
	const char *name;

	text[0] = '\0';
	if (!kernel->main_ended)
		return;
	if (WIFEXITED(kernel->main_status)) {
		snprintf(text, size, "exit %d", WEXITSTATUS(kernel->main_status));
		return;
	}
	name = signal_name(WTERMSIG(kernel->main_status));
	if (name && is_mode_run())
		snprintf(text, size, "signal %s", name);
	else
		snprintf(text, size, "exit %d", 128 + WTERMSIG(kernel->main_status));
}

static void last_told(char *text, size_t size)
{
	text[0] = '\0';
	for (const char *line = kernel->wire; *line; line = next_line(line))
		if (!strncmp(line, "exit ", 5) || !strncmp(line, "signal ", 7) ||
		    !strncmp(line, "failed ", 7) || !strncmp(line, "handoff", 7))
			snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
}

static void check_truth(void)
{
	char told[160], expected[32];

	last_told(told, sizeof(told));
	expected_end(expected, sizeof(expected));
	if (has_failed()) {
		if (strncmp(told, "failed ", 7))
			break_rule("the boot failed, and the host was told: %s", told);
	} else if (kernel->ending == END_BECAME) {
		if (strcmp(told, "handoff"))
			break_rule("PID 1 became %s, and the host was told: %s", kernel->became,
				   told);
	} else if (expected[0] && strcmp(told, expected) &&
		   (is_mode_run() || strcmp(told, "exit 0"))) { /* a shell that a signal ended */
		break_rule("the host was told: %s; the truth is: %s", told, expected);
	} else if (!told[0] && kernel->ending != END_WAITS && !has_log("for a restart")) {
		break_rule("the host was not told how it ended");
	}
}

/* "failed STEP ENOENT STEP: find it: No such file or directory (ENOENT)"; settings goes on after an
 * error, and may log another one. */
static void check_reason(void)
{
	const char *line = strstr(kernel->wire, "failed ");
	char symbol[24], named[32];

	if (!line || strncmp(line, "failed settings ", 16) == 0 ||
	    sscanf(line, "failed %*s %23s", symbol) != 1)
		return;
	snprintf(named, sizeof(named), "(%s)", symbol);
	if (!memmem(line, strcspn(line, "\n"), named, strlen(named)))
		break_rule("the host was told another reason: %.*s", (int)strcspn(line, "\n"),
			   line);
}

static void check_ready(void)
{
	unsigned int told = (unsigned int)count_reports("status READY=1");

	if (told != kernel->readies && has_wire() && !kernel->faults_hit)
		break_rule("the program said %u times that it is ready, and the host was told %u "
			   "times",
			   kernel->readies, told);
}

static void check_host(void)
{
	int exits = count_reports("exit ") + count_reports("signal "),
	    failed = count_reports("failed "), handoffs = count_reports("handoff");

	if (exits > 1 || failed > 1 || handoffs > 1 || (exits && failed) || (exits && handoffs))
		break_rule("the host was told twice how it ended");
	else if (has_wire() && !kernel->faults_hit)
		check_truth();
	check_ready();
	if (world_machine(&kernel->world, "line-takes", -1) < 0)
		check_reason();
}

/* --- how the machine ends --- */

static enum ending asked_end(void)
{
	const char *exit = param("rdinit.exit"), *fail = param("rdinit.onfail");

	if (has_failed() && fail && strcmp(fail, "reboot") == 0)
		return END_REBOOT;
	if (has_failed() && fail && strcmp(fail, "halt") == 0)
		return END_HALT;
	if (exit)
		return strcmp(exit, "reboot") == 0 ? END_REBOOT
		       : strcmp(exit, "halt") == 0 ? END_HALT
						   : END_OFF;
	return world_machine(&kernel->world, "acpi", 1) ? END_OFF : END_REBOOT;
}

/* The host has acknowledged the last packet, or has had its time to. */
static void check_stream(void)
{
	if (kernel->stream_len && !kernel->is_answered && !kernel->faults_hit &&
	    kernel->main_ended && !has_log("the host has not read all") &&
	    !has_log("processes still running"))
		break_rule("the power goes before the program's last byte");
}

/* What pivot_root(2) asks of it. */
static void check_reroot(void)
{
	const struct mount *root = &kernel->mounts[kernel->main_root.mount];

	if (root->parent < 0 || kernel->main_root.node != root->root)
		break_rule("the program runs in a root that pivot_root(2) cannot leave");
}

static void check_off(void)
{
	check_stream();
	if (!has_failed() && !kernel->main_started && !has_log(" (E") && !has_log("for a restart"))
		break_rule("the machine ends, and neither program nor failure is the reason");
	if (kernel->main_started && is_mode_run() && param_root())
		check_root("the program", kernel->main_root);
	if (kernel->main_started && is_mode_run() && is_param("rdinit.root", "tmpfs"))
		check_reroot();
	if (has_failed())
		check_report();
	if (kernel->unsynced && !has_log("a disk has not answered"))
		break_rule("the power goes before the disks are synced");
	if (!kernel->faults_hit && !kernel->asked_signal && !param("panic") &&
	    !has_log("for a restart") && kernel->ending != asked_end())
		break_rule("the machine ends in another way than was asked for");
}

static void check_waits(void)
{
	if (has_failed())
		check_report();
}

void judge_end(void)
{
	if (kernel->ending == END_BROKEN)
		return;
	switch (kernel->ending) {
	case END_BECAME:
		check_became();
		break;
	case END_WAITS:
		check_waits();
		break;
	default:
		check_off();
	}
	check_host();
	if (kernel->ending == END_BECAME)
		check_descriptors();
	check_children();
	judge_success();
}
