// SPDX-License-Identifier: MIT
/*
 * floor.c - the work that /init is asked for, as bare system calls: the mounts and links, the
 * console, the command line, modules and execs; no checks, no messages, no second thoughts.
 *
 * Built with ALL_MOUNTS for what /init mounts by default, without it for rdinit.mounts=minimal,
 * with HAND_OFF for the way to a real root.
 */
#include "tests/bench/nolibc.h"

#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_NOEXEC 8
#define MS_MOVE 8192

static long mount(const char *type, const char *target, long flags, const char *options)
{
	return call(__NR_mount, TEXT(type), TEXT(target), TEXT(type), flags, TEXT(options));
}

static void console(void)
{
	long fd = call(__NR_open, TEXT("/dev/console"), 2 | 0400, 0, 0, 0);

	for (int i = 0; i <= 2; i++)
		call(__NR_dup2, fd, i, 0, 0, 0);
	call(__NR_close, fd, 0, 0, 0, 0);
}

static void read_command_line(void)
{
	static char line[4096];
	long fd = call(__NR_open, TEXT("/proc/cmdline"), 0, 0, 0, 0);

	call(__NR_read, fd, (long)line, sizeof(line), 0, 0);
	call(__NR_close, fd, 0, 0, 0, 0);
}

static void prepare(void)
{
	mount("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
	mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	mount("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	call(__NR_symlink, TEXT("/proc/self/fd"), TEXT("/dev/fd"), 0, 0, 0);
	call(__NR_symlink, TEXT("/proc/self/fd/0"), TEXT("/dev/stdin"), 0, 0, 0);
	call(__NR_symlink, TEXT("/proc/self/fd/1"), TEXT("/dev/stdout"), 0, 0, 0);
	call(__NR_symlink, TEXT("/proc/self/fd/2"), TEXT("/dev/stderr"), 0, 0, 0);
	console();
	read_command_line();
#if defined(ALL_MOUNTS) || defined(HAND_OFF)
	mount("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755,size=20%");
#endif
#ifdef ALL_MOUNTS
	call(__NR_mkdir, TEXT("/dev/pts"), 0755, 0, 0, 0);
	mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620,ptmxmode=0666");
	call(__NR_mkdir, TEXT("/dev/shm"), 0755, 0, 0, 0);
	mount("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
	mount("cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate");
#endif
}

#ifdef HAND_OFF
static const char *const modules[] = { MODULES };

static void move(const char *from, const char *to)
{
	call(__NR_mount, TEXT(from), TEXT(to), 0, MS_MOVE, 0);
}

static void work(char **argv, char **envp)
{
	for (unsigned long i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		long fd = call(__NR_open, TEXT(modules[i]), 0, 0, 0, 0);

		call(__NR_finit_module, fd, TEXT(""), 0, 0, 0);
		call(__NR_close, fd, 0, 0, 0, 0);
		call(__NR_unlink, TEXT(modules[i]), 0, 0, 0, 0);
	}
	call(__NR_mkdir, TEXT("/newroot"), 0755, 0, 0, 0);
	call(__NR_mount, TEXT("/dev/vda"), TEXT("/newroot"), TEXT("ext4"), 1, 0);
	call(__NR_unlink, TEXT("/init"), 0, 0, 0, 0);
	move("/dev", "/newroot/dev");
	move("/proc", "/newroot/proc");
	move("/sys", "/newroot/sys");
	move("/run", "/newroot/run");
	call(__NR_chdir, TEXT("/newroot"), 0, 0, 0, 0);
	call(__NR_mount, TEXT("."), TEXT("/"), 0, MS_MOVE, 0);
	call(__NR_chroot, TEXT("."), 0, 0, 0, 0);
	call(__NR_execve, TEXT("/sbin/init"), (long)argv, (long)envp, 0, 0);
}
#else
static char *const program[] = { (char *)"/payload", 0 };

static void work(char **argv, char **envp)
{
	(void)argv;
	/* The child shares the stack, and makes no call before its exec. */
	if (call(__NR_vfork, 0, 0, 0, 0, 0) == 0) {
		call(__NR_execve, TEXT("/payload"), (long)program, (long)envp, 0, 0);
		call(__NR_exit, 127, 0, 0, 0, 0);
	}
	call(__NR_wait4, -1, 0, 0, 0, 0);
}
#endif

__attribute__((used, noreturn)) void entry(long *stack)
{
	char **argv = (char **)(stack + 1);

	prepare();
	work(argv, argv + stack[0] + 1);
	for (;;)
		power_off();
}
ENTRY("");
