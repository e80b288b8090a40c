// SPDX-License-Identifier: MIT
/* process.c - the system calls of sys.h about processes and signals, and those that wait. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "init/sys/raw.h"
#include "init/sys/sys.h"

/* The kernel's sigset_t has a bit for each of 64 signals; the library's is larger. */
#define SIGNALS_SIZE sizeof(uint64_t)

int sys_execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)CALL3(execve, path, argv, envp);
}

/* Starts a child in the memory of this process. */
static int spawn(unsigned long flags, void **stack_end, int (*child)(void *), void *argument)
{
	stack_end[-2] = (void *)(uintptr_t)child;
	stack_end[-1] = argument;
	return (int)clone_onto(CLONE_VM | SIGCHLD | flags, stack_end - 2);
}

#define CHILD_STACK 2048 /* words: a path of PATH_MAX, and the search of PATH */
#define GROUP_STACK 256

static _Alignas(16) void *child_stack[CHILD_STACK];

int sys_spawn(int (*child)(void *), void *argument)
{
	return spawn(CLONE_VFORK, child_stack + CHILD_STACK, child, argument);
}

int sys_clone_vm(void *stack, size_t size, int (*child)(void *), void *argument)
{
	return spawn(0, (void **)stack + size / sizeof(void *), child, argument);
}

struct member {
	int (*child)(void *);
	void *argument;
	int pid; /* of the child, or -errno */
};

static int make_group(void *argument)
{
	struct member *member = argument;
	int group = sys_getpid();

	if (CALL2(setpgid, 0, group) == 0)
		CALL3(ioctl, 0, TIOCSPGRP, &group);
	member->pid = spawn(CLONE_VFORK | CLONE_PARENT, child_stack + CHILD_STACK, member->child,
			    member->argument);
	return 0;
}

int sys_spawn_in_foreground(int (*child)(void *), void *argument)
{
	static _Alignas(16) void *stack[GROUP_STACK];
	struct member member = { child, argument, -EAGAIN };
	int pid = spawn(CLONE_VFORK, stack + GROUP_STACK, make_group, &member);

	return pid < 0 ? pid : member.pid;
}

/* Not exit_group(2), which a confined process must not call: the child has one thread. */
int sys_fork(int (*child)(void *), void *argument)
{
	int pid = (int)CALL5(clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		CALL1(exit, child(argument));
	return pid;
}

int sys_wait(int *status, int flags)
{
	return (int)CALL4(wait4, -1, status, flags, NULL);
}

int sys_getpid(void)
{
	return (int)CALL0(getpid);
}

int sys_processors(void)
{
	unsigned long set[16]; /* for 1,024; the call returns how many bytes it filled */
	long bytes = CALL3(sched_getaffinity, 0, sizeof(set), set);
	int count = 0;

	for (long i = 0; i < bytes / (long)sizeof(set[0]); i++)
		for (unsigned long bits = set[i]; bits; bits &= bits - 1)
			count++;
	return count;
}

int sys_kill(int pid, int signal)
{
	return (int)CALL2(kill, pid, signal);
}

int sys_setsid(void)
{
	return (int)CALL0(setsid);
}

int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count)
{
	long error = CALL2(setgroups, group_count, groups);

	if (!error)
		error = CALL3(setresgid, gid, gid, gid);
	if (!error)
		error = CALL3(setresuid, uid, uid, uid);
	return (int)error;
}

int sys_set_limit(int resource, uint64_t soft, uint64_t hard)
{
	const uint64_t limit[2] = { soft, hard };

	return (int)CALL4(prlimit64, 0, resource, limit, NULL);
}

int sys_prctl(int option, unsigned long second, unsigned long third)
{
	return (int)CALL5(prctl, option, second, third, 0, 0);
}

int sys_set_capabilities(uint64_t set)
{
	static const struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const unsigned int low = (unsigned int)set, high = (unsigned int)(set >> 32);
	const struct __user_cap_data_struct data[] = { { low, low, low }, { high, high, high } };

	return (int)CALL2(capset, &header, data);
}

int sys_set_mask(const sigset_t *mask)
{
	return (int)CALL4(rt_sigprocmask, SIG_SETMASK, mask, NULL, SIGNALS_SIZE);
}

#define HAS_RESTORER 0x04000000UL /* SA_RESTORER of asm/signal.h; not every library defines it */

/* A handler returns here: rt_sigreturn(2), number 15, which needs the unchanged stack pointer. */
static __attribute__((naked)) void restore(void)
{
	__asm__("mov $15, %eax; syscall");
}

/* The kernel's struct differs from the library's: sigaction(2), "C library/kernel differences". */
static int set_action(int signal, void (*handler)(int, siginfo_t *, void *), unsigned long flags)
{
	const struct {
		void (*handler)(int, siginfo_t *, void *);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t blocked;
	} action = { handler, flags | HAS_RESTORER, restore, 0 };

	return (int)CALL4(rt_sigaction, signal, &action, NULL, SIGNALS_SIZE);
}

int sys_sigaction(int signal, void (*handler)(int), int flags)
{
	return set_action(signal, (void (*)(int, siginfo_t *, void *))(void *)handler,
			  (unsigned int)flags);
}

int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *))
{
	return set_action(signal, handler, SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER);
}

int sys_sigaltstack(void *stack, size_t size)
{
	stack_t where = { .ss_sp = stack, .ss_size = size };

	return (int)CALL2(sigaltstack, &where, NULL);
}

static struct timespec *timespec_of_ms(struct timespec *time, int64_t ms)
{
	if (ms < 0)
		return NULL;
	time->tv_sec = ms / 1000;
	time->tv_nsec = ms % 1000 * 1000000;
	return time;
}

int sys_sigwait(const sigset_t *set, int64_t timeout_ms)
{
	struct timespec time;
	siginfo_t info;
	int signal = (int)CALL4(rt_sigtimedwait, set, &info, timespec_of_ms(&time, timeout_ms),
				SIGNALS_SIZE);

	return signal == SIGINT && info.si_code == SI_KERNEL ? SIGNAL_CTRL_ALT_DEL : signal;
}

int sys_signalfd(int fd, const sigset_t *set)
{
	return (int)CALL4(signalfd4, fd, set, SIGNALS_SIZE, O_CLOEXEC);
}

int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms)
{
	struct timespec time;

	return (int)CALL5(ppoll, fds, count, timespec_of_ms(&time, timeout_ms), NULL, 0);
}
