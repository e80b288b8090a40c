// SPDX-License-Identifier: MIT
/*
 * process.c - children: how they start, sleep, go on and end.
 *
 * A child runs at once, in the process and on the stack of its parent, until it sleeps in a call;
 * one that ends without costs no more than a function. Where it is to go on later it becomes a
 * process of its own by fork(2) at that point. The simulated kernel lies in shared memory, and
 * `turn` says who runs: so what happens is the same in both ways. One that works beside PID 1, in
 * its memory, has a stack of its own (makecontext(3)), larger than the one that it was given.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "init/pure/paths.h"
#include "tests/shared/errors.h"
#include "tests/sim/kernel.h"

#define FIRST_PID 20
#define ORPHAN_MS 700
#define STACK_SIZE 131072

bool proc_forks_always;

static sigjmp_buf in_parent; /* where the child was started */
static ucontext_t pid_1, beside[PROCS_MAX];
static int own; /* index of the process that this one has become; 0: PID 1's */

struct proc *proc_current(void)
{
	return &kernel->procs[kernel->current];
}

struct proc *proc_of(int pid)
{
	for (int i = 0; i < kernel->proc_count; i++)
		if (kernel->procs[i].pid == pid && kernel->procs[i].state != PROC_NONE)
			return &kernel->procs[i];
	return NULL;
}

static int index_of(const struct proc *proc)
{
	return (int)(proc - kernel->procs);
}

static struct proc *proc_new(void)
{
	int at = 0;
	struct proc *proc;

	while (at < kernel->proc_count && kernel->procs[at].state != PROC_NONE)
		at++;
	if (at == PROCS_MAX)
		return NULL;
	if (at == kernel->proc_count)
		kernel->proc_count++;
	proc = &kernel->procs[at];
	memset(proc, 0, sizeof(*proc));
	memset(proc->fds, -1, sizeof(proc->fds));
	proc->pid = kernel->next_pid++;
	proc->parent = 1;
	proc->state = PROC_RUNS;
	proc->started = kernel->now;
	proc->wakes = NEVER;
	proc->opens = -1;
	return proc;
}

void proc_reset(void)
{
	kernel->next_pid = 1;
	proc_new();
	kernel->next_pid = FIRST_PID;
	kernel->current = 0;
}

/* --- turns --- */

static void futex(int operation, int value, const struct timespec *time)
{
	syscall(SYS_futex, &kernel->turn, operation, value, time, NULL, 0);
}

static void give_turn(int to)
{
	__atomic_store_n(&kernel->turn, to, __ATOMIC_SEQ_CST);
	futex(FUTEX_WAKE, PROCS_MAX, NULL);
}

/* A process that crashed gives nobody the turn. */
static void await_turn(int whose, const struct proc *other)
{
	const struct timespec second = { .tv_sec = 1 };
	int turn;

	while ((turn = __atomic_load_n(&kernel->turn, __ATOMIC_SEQ_CST)) != whose) {
		futex(FUTEX_WAIT, turn, &second);
		if (other && kernel->turn != whose && waitpid(other->real, NULL, WNOHANG) > 0) {
			break_rule("a child crashed in its code");
			end_boot(END_BROKEN);
		}
	}
}

static void run_on(struct proc *proc)
{
	int previous = kernel->current;

	kernel->current = index_of(proc);
	if (proc->is_beside) {
		swapcontext(&pid_1, &beside[kernel->current]);
	} else {
		give_turn(kernel->current);
		await_turn(0, proc);
	}
	kernel->current = previous;
}

/* In the process that a child became: PID 1 goes on. Does not return but with the turn. */
static void pass_turn(void)
{
	give_turn(0);
	await_turn(own, NULL);
}

/* The child is over for this process: its parent goes on. */
void proc_leave(void)
{
	if (proc_current()->is_beside)
		setcontext(&pid_1);
	if (!own)
		siglongjmp(in_parent, 1);
	give_turn(0);
	_exit(0);
}

static void become_process(struct proc *proc)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid > 0) {
		proc->real = pid;
		siglongjmp(in_parent, 1);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	own = index_of(proc);
	await_turn(own, NULL);
}

static void block_pid_1(int64_t until, const char *what)
{
	if (until == NEVER)
		judge_forever(what);
	clock_reach(until);
}

void proc_block(int64_t until, const char *what)
{
	struct proc *proc = proc_current();

	trace("    sleeps in %s\n", what);
	if (proc->pid == 1) {
		block_pid_1(until, what);
		return;
	}
	proc->state = PROC_SLEEPS;
	proc->wakes = until;
	proc->has_hung = until == NEVER;
	if (until == NEVER)
		proc_leave();
	if (proc->is_beside)
		swapcontext(&beside[index_of(proc)], &pid_1);
	else if (own)
		pass_turn();
	else
		become_process(proc);
	proc->state = PROC_RUNS;
	proc->wakes = NEVER;
}

/* --- the end of one --- */

static void add_orphans(const struct proc *proc)
{
	for (long i = 0; i < proc->orphans; i++) {
		struct proc *orphan = proc_new();

		if (!orphan)
			return;
		orphan->is_program = orphan->is_orphan = true;
		orphan->wakes = kernel->now + ORPHAN_MS * (i + 1);
		strcpy(orphan->name, "orphan");
	}
}

void proc_end(struct proc *proc, int status)
{
	trace("%6ld   %d ends: %x\n", (long)kernel->now, proc->pid, (unsigned int)status);
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (proc->fds[fd] >= 0)
			file_drop(proc->fds[fd]);
	memset(proc->fds, -1, sizeof(proc->fds));
	proc->state = PROC_ZOMBIE;
	proc->wakes = NEVER;
	proc->status = status;
	proc->ended = kernel->now;
	add_orphans(proc);
	if (proc->opens >= 0 && status == 0)
		layer_open(proc->opens);
	if (status && strncmp(proc->name, HOOKS_DIR, strlen(HOOKS_DIR)) == 0)
		kernel->hook_failed = true;
	if (proc->is_main) {
		kernel->main_ended = true;
		kernel->main_ended_at = kernel->now;
		kernel->main_status = status;
	}
	signal_send(SIGCHLD);
}

/* What is due at its time. A signal that was sent while it slept ends it now. */
void proc_wake(struct proc *proc)
{
	if (proc->state == PROC_RUNS)
		proc_end(proc, proc->status);
	else if (proc->status)
		proc_end(proc, proc->status);
	else
		run_on(proc);
}

void proc_killed_in_child(int signal)
{
	proc_end(proc_current(), signal);
	proc_leave();
}

void proc_clean(struct proc *proc)
{
	if (!proc->real)
		return;
	kill(proc->real, SIGKILL);
	waitpid(proc->real, NULL, 0);
	proc->real = 0;
}

void proc_clean_all(void)
{
	for (int i = 1; i < kernel->proc_count; i++)
		proc_clean(&kernel->procs[i]);
}

/* --- how they start --- */

static void inherit(struct proc *proc)
{
	const struct proc *parent = &kernel->procs[0];

	memcpy(proc->fds, parent->fds, sizeof(proc->fds));
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (proc->fds[fd] >= 0)
			kernel->files[proc->fds[fd]].users++;
	proc->inherited = parent->inherited;
	proc->root = parent->root;
	proc->cwd = parent->cwd;
}

static struct {
	int (*child)(void *);
	void *argument;
	long fault;
} started;

static void set_end(int status)
{
	proc_current()->status = status;
	proc_current()->wakes = kernel->now + world_machine(&kernel->world, "child", 1);
}

static int start(int (*child)(void *), void *argument, bool is_spawned, long fault)
{
	static struct proc *proc;

	proc = proc_new();
	if (!proc)
		return -EAGAIN;
	inherit(proc);
	kernel->current = index_of(proc);
	if (sigsetjmp(in_parent, 0) == 0) {
		int status;

		if (fault == CHILD_DIES)
			proc_killed_in_child(SIGSEGV);
		if (fault == CHILD_HANGS)
			proc_block(NEVER, "its start");
		if (proc_forks_always && !is_spawned) {
			proc->state = PROC_SLEEPS;
			proc->wakes = kernel->now;
			become_process(proc);
			proc->state = PROC_RUNS;
			proc->wakes = NEVER;
		}
		status = (child(argument) & 0xff) << 8;
		if (is_spawned) /* which its parent waited for */
			proc_end(proc_current(), status);
		else
			set_end(status);
		proc_leave();
	}
	kernel->current = 0;
	if (proc->real && proc->wakes == kernel->now)
		run_on(proc);
	return proc->pid;
}

static void run_beside(void)
{
	if (started.fault == CHILD_DIES)
		proc_killed_in_child(SIGKILL);
	if (started.fault == CHILD_HANGS)
		proc_block(NEVER, "its start");
	set_end((started.child(started.argument) & 0xff) << 8);
	proc_leave();
}

static int start_beside(long fault, int (*child)(void *), void *argument)
{
	static _Alignas(16) char stacks[PROCS_MAX][STACK_SIZE];
	struct proc *proc = proc_new();
	ucontext_t *context;

	if (!proc)
		return -EAGAIN;
	context = &beside[index_of(proc)];
	inherit(proc);
	proc->is_beside = true;
	getcontext(context);
	context->uc_stack.ss_sp = stacks[index_of(proc)];
	context->uc_stack.ss_size = STACK_SIZE;
	makecontext(context, run_beside, 0);
	started.child = child;
	started.argument = argument;
	started.fault = fault;
	run_on(proc);
	return proc->pid;
}

static bool is_for_child(long fault)
{
	return fault == CHILD_DIES || fault == CHILD_HANGS;
}

int sys_clone_vm(void *stack, size_t size, int (*child)(void *), void *argument)
{
	long fault = call_enter("clone_vm", "");

	(void)stack, (void)size;
	if (fault && !is_for_child(fault))
		return (int)call_leave(fault);
	trace("\n");
	return (int)call_leave(start_beside(fault, child, argument));
}

static int start_call(const char *name, int (*child)(void *), void *argument, bool is_spawned)
{
	long fault = call_enter(name, "");
	int pid;

	if (fault && !is_for_child(fault))
		return (int)call_leave(fault);
	trace("\n");
	pid = start(child, argument, is_spawned, fault);
	trace("\t%s", name);
	return (int)call_leave(pid);
}

int sys_spawn(int (*child)(void *), void *argument)
{
	return start_call("spawn", child, argument, true);
}

int sys_spawn_in_foreground(int (*child)(void *), void *argument)
{
	return start_call("spawn_in_foreground", child, argument, true);
}

int sys_fork(int (*child)(void *), void *argument)
{
	return start_call("fork", child, argument, false);
}
