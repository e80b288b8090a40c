// SPDX-License-Identifier: MIT
/*
 * program.c - what a child executes, what signals do to it, and how it is waited for.
 *
 *	program PATH ms=20 exit=0 ...
 *
 * It is a file of the image, and runs for so long (-1: for ever) before it exits, or is killed by
 * signal=. term=: so long after a signal it ends by that (-1: it ignores it). stops=1: it stops.
 * ready=: so long after its start it sends READY=1 (sd_notify(3)) to the socket of rdinit.notify,
 *if there is one. orphans=: children that it leaves behind. writes=: bytes to its standard output.
 *missing=1, no-exec=1: the image has it not, or not to be executed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/paths.h"
#include "tests/sim/kernel.h"

/* --- programs --- */

/* Its line, or -1. */
static int find_program(const char *path)
{
	char name[64];

	for (int i = 0; i < kernel->world.count; i++) {
		if (!item_is(kernel->world.items[i], "program", NULL))
			continue;
		item_object(kernel->world.items[i], name, sizeof(name));
		if (strcmp(name, path) == 0)
			return i;
	}
	return -1;
}

static void set_outcome(struct proc *proc, const char *path)
{
	int item = find_program(path);
	const char *line = item < 0 ? "program" : kernel->world.items[item];
	long ms = item_number(line, "ms", 20), signal = item_number(line, "signal", 0);

	proc->status = signal ? (int)signal : (int)item_number(line, "exit", 0) << 8;
	proc->wakes = ms == NEVER_MS ? NEVER : kernel->now + ms;
	proc->term_ms = (int)item_number(line, "term", 5);
	proc->is_deaf = proc->term_ms == NEVER_MS;
	proc->orphans = item_number(line, "orphans", 0);
	proc->writes = item_number(line, "writes", 0);
	if (item_number(line, "stops", 0)) {
		proc->state = PROC_STOPPED;
		proc->wakes = NEVER;
	}
	if (item_number(line, "ready", -1) >= 0)
		event_add(kernel->now + item_number(line, "ready", 0), EVENT_MESSAGE,
			  (int)(proc - kernel->procs), 0);
	if (proc->writes)
		event_add(kernel->now + (ms > 1 ? ms / 2 : 1), EVENT_PROGRAM,
			  (int)(proc - kernel->procs), 0);
}

void program_writes(short number)
{
	struct proc *proc = &kernel->procs[number];
	struct file *file;

	if (proc->state != PROC_RUNS || proc->fds[1] < 0)
		return;
	file = &kernel->files[proc->fds[1]];
	if (file->kind != FILE_PIPE)
		return;
	memset(kernel->pipes[file->pipe].bytes, 'y', (size_t)proc->writes);
	kernel->pipes[file->pipe].len = (size_t)proc->writes;
}

static bool is_notified(void)
{
	const struct proc *init = &kernel->procs[0];

	for (int fd = 0; fd < FDS_MAX; fd++)
		if (init->fds[fd] >= 0 && kernel->files[init->fds[fd]].kind == FILE_MESSAGES)
			return true;
	return false;
}

void program_notifies(short number)
{
	if (kernel->procs[number].state == PROC_RUNS && is_notified())
		kernel->readies++;
}

static void add_to_proc(const struct proc *proc)
{
	char path[32], stat[64];
	int len;

	snprintf(path, sizeof(path), "%d/stat", proc->pid);
	len = snprintf(stat, sizeof(stat), "%d (x) S 1 %d %d 1025 20\n", proc->pid, proc->pid,
		       proc->pid);
	tree_file(kernel->fs[FS_PROC].root, path, arena_text(stat, (size_t)len), (size_t)len);
}

/* The one that the boot is about, unless it is over already. */
static bool is_main(const char *path)
{
	return strncmp(path, "/sbin/", 6) && strncmp(path, HOOKS_DIR, strlen(HOOKS_DIR)) &&
	       !strstr(kernel->wire, "failed ") && !strstr(kernel->log, "(failed: ");
}

static void become_program(struct proc *proc, const char *path)
{
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (proc->fds[fd] >= 0 && !(proc->inherited & UINT64_C(1) << fd)) {
			file_drop(proc->fds[fd]);
			proc->fds[fd] = -1;
		}
	snprintf(proc->name, sizeof(proc->name), "%s", path);
	proc->is_program = true;
	add_to_proc(proc);
	set_outcome(proc, path);
	if (!is_main(path))
		return;
	judge_start();
	proc->is_main = kernel->main_started = true;
	kernel->main_ended = false;
	kernel->main_pid = proc->pid;
	kernel->main_root = proc->root;
	kernel->main_starts++;
}

static int check_program(const char *path, struct spot *at)
{
	const struct proc *proc = proc_current();
	int error = tree_walk(proc->root, proc->cwd, path, WALK_FOLLOW, at);
	const struct node *node;

	if (error)
		return error;
	node = &kernel->nodes[at->node];
	if (node->type != NODE_FILE || !(node->mode & 0111))
		return -EACCES;
	if (node->len >= 4 && memcmp(node->bytes, "\177ELF", 4) == 0)
		return 0;
	if (node->len < 2 || memcmp(node->bytes, "#!", 2))
		return -ENOEXEC;
	return tree_walk(proc->root, proc->cwd, "/bin/sh", WALK_FOLLOW, at);
}

int sys_execve(const char *path, char *const argv[], char *const envp[])
{
	long error = call_enter("execve", path);
	struct proc *proc = proc_current();
	struct spot at;

	(void)envp;
	if (!error)
		error = check_program(path, &at);
	call_leave(error);
	if (error)
		return (int)error;
	if (proc->pid != 1) {
		become_program(proc, path);
		proc->opens = layer_opened_by(path, argv ? argv[1] : NULL);
		proc_leave();
	}
	snprintf(kernel->became, sizeof(kernel->became), "%s", path);
	kernel->became_root = proc->root;
	end_boot(END_BECAME);
}

/* --- wait(2) and kill(2) --- */

int sys_wait(int *status, int flags)
{
	long error = call_enter("wait", "");
	bool has_children = false;

	(void)flags;
	if (error)
		return (int)call_leave(error);
	for (int i = 1; i < kernel->proc_count; i++) {
		struct proc *proc = &kernel->procs[i];
		int pid = proc->pid;
		short node;
		char name[16];

		has_children |= proc->state != PROC_NONE;
		if (proc->state != PROC_ZOMBIE)
			continue;
		snprintf(name, sizeof(name), "%d", pid);
		node = tree_get(kernel->fs[FS_PROC].root, name);
		if (node >= 0)
			tree_remove(node);
		*status = proc->status;
		proc_clean(proc);
		proc->state = PROC_NONE;
		return (int)call_leave(pid);
	}
	return (int)call_leave(has_children ? 0 : -ECHILD);
}

static bool ends_program(int signal)
{
	return signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT ||
	       signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGALRM || signal == SIGPIPE;
}

/* All but SIGKILL are blocked in children that run no program. */
static void deliver(struct proc *proc, int signal)
{
	if (proc->state == PROC_ZOMBIE || proc->has_hung)
		return;
	if (signal == SIGKILL && proc->state == PROC_SLEEPS)
		proc->status = SIGKILL;
	else if (signal == SIGKILL)
		proc_end(proc, SIGKILL);
	if (!proc->is_program || signal == SIGKILL)
		return;
	if (signal == SIGCONT && proc->state == PROC_STOPPED) {
		proc->state = PROC_RUNS;
		proc->wakes = proc->status & 0x7f ? kernel->now : NEVER;
	}
	if (!ends_program(signal) || proc->is_deaf)
		return;
	proc->status = signal;
	if (proc->state == PROC_RUNS && proc->wakes > kernel->now + proc->term_ms)
		proc->wakes = kernel->now + proc->term_ms;
}

int sys_kill(int pid, int signal)
{
	char object[32];
	long error;
	int count = 0;

	snprintf(object, sizeof(object), "%d %d", pid, signal);
	error = call_enter("kill", object);
	if (error)
		return (int)call_leave(error);
	for (int i = 1; i < kernel->proc_count; i++) {
		struct proc *proc = &kernel->procs[i];

		if (proc->state == PROC_NONE || (pid != -1 && proc->pid != abs(pid)))
			continue;
		count++;
		deliver(proc, signal);
	}
	return (int)call_leave(count ? 0 : -ESRCH);
}

int sys_getpid(void)
{
	return (int)call_leave(call_enter("getpid", "") ? 1 : proc_current()->pid);
}

int sys_processors(void)
{
	long error = call_enter("processors", "");

	return (int)call_leave(error ? error : world_machine(&kernel->world, "processors", 1));
}

int sys_setsid(void)
{
	return 0;
}

int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count)
{
	(void)uid, (void)gid, (void)groups, (void)group_count;
	return (int)call_leave(call_enter("set_identity", ""));
}

int sys_set_limit(int resource, uint64_t soft, uint64_t hard)
{
	(void)resource, (void)soft, (void)hard;
	return (int)call_leave(call_enter("set_limit", ""));
}

int sys_prctl(int option, unsigned long second, unsigned long third)
{
	(void)option, (void)second, (void)third;
	return (int)call_leave(call_enter("prctl", ""));
}

int sys_set_capabilities(uint64_t set)
{
	(void)set;
	return (int)call_leave(call_enter("set_capabilities", ""));
}

int sys_set_hostname(const char *name)
{
	return (int)call_leave(call_enter("set_hostname", name));
}

int sys_confine(void)
{
	return (int)call_leave(call_enter("confine", ""));
}
