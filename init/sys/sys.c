/* sys.c - every system call init makes. */
#include "init/sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static long result(long value)
{
	return value < 0 ? -errno : value;
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data)
{
	return (int)result(mount(source, target, type, flags, data));
}

int sys_umount(const char *target, int flags)
{
	return (int)result(umount2(target, flags));
}

int sys_mkdir(const char *path, mode_t mode)
{
	return (int)result(mkdir(path, mode));
}

int sys_mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)result(mkdirat(dir, path, mode));
}

int sys_mknod(const char *path, mode_t mode, unsigned int major, unsigned int minor)
{
	return (int)result(mknod(path, mode, makedev(major, minor)));
}

int sys_symlink(const char *target, const char *path)
{
	return (int)result(symlink(target, path));
}

int sys_readlink(const char *path, char *text, size_t size)
{
	/* Not musl's readlink(), which is for buffers without a size, too. */
	long len = result(syscall(SYS_readlink, path, text, size));

	if (len == (long)size)
		len = -ENAMETOOLONG;
	text[len < 0 ? 0 : len] = '\0';
	return len < 0 ? (int)len : 0;
}

int sys_open(const char *path, int flags)
{
	/* Not musl's open(): for kernels before 2.6.23 it sets close-on-exec a second time. */
	return (int)result(syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0));
}

static int open_resolved(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC), .resolve = resolve };

	return (int)result(syscall(SYS_openat2, dir, path, &how, sizeof(how)));
}

int sys_open_in_root(int dir, const char *path, int flags)
{
	return open_resolved(dir, path, flags, RESOLVE_IN_ROOT);
}

int sys_open_same_mount(int dir, const char *name, int flags)
{
	return open_resolved(dir, name, flags, RESOLVE_NO_XDEV);
}

int sys_close(int fd)
{
	return (int)result(close(fd));
}

long sys_read(int fd, void *buffer, size_t size)
{
	return result(read(fd, buffer, size));
}

long sys_write(int fd, const void *buffer, size_t size)
{
	return result(write(fd, buffer, size));
}

long sys_pread(int fd, void *buffer, size_t size, uint64_t offset)
{
	return result(pread(fd, buffer, size, (off_t)offset));
}

long sys_sendfile(int to, int from, size_t len)
{
	return result(sendfile(to, from, NULL, len));
}

void sys_readahead(int fd, uint64_t offset, size_t size)
{
	posix_fadvise(fd, (off_t)offset, (off_t)size, POSIX_FADV_WILLNEED);
}

void *sys_map_shared(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

int sys_map(const char *path, const uint8_t **bytes, size_t *len)
{
	int fd = sys_open(path, O_RDONLY), error;
	struct stat st;
	void *at;

	if (fd < 0)
		return fd;
	error = sys_fstat(fd, &st);
	*len = error ? 0 : (size_t)st.st_size;
	*bytes = NULL;
	if (*len) {
		at = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
		error = at == MAP_FAILED ? -errno : 0;
		*bytes = at;
	}
	sys_close(fd);
	return error;
}

long sys_getdents(int fd, void *buffer, size_t size)
{
	return result(syscall(SYS_getdents64, fd, buffer, size));
}

/* Not musl's fcntl(), which knows more commands. */
static int control(int fd, int command, long argument)
{
	return (int)result(syscall(SYS_fcntl, fd, command, argument));
}

int sys_dup2(int from, int to)
{
	/* dup2(2) clears close-on-exec, except where there is nothing to do. */
	if (from == to)
		return control(to, F_SETFD, 0);
	return (int)result(dup2(from, to));
}

int sys_pipe(int ends[2])
{
	return (int)result(pipe2(ends, O_CLOEXEC));
}

int sys_set_nonblocking(int fd)
{
	return control(fd, F_SETFL, O_NONBLOCK);
}

int sys_stat(const char *path, struct stat *st)
{
	/* Not musl's stat() and fstat(): for other processors they translate. */
	return (int)result(syscall(SYS_stat, path, st));
}

int sys_fstat(int fd, struct stat *st)
{
	return (int)result(syscall(SYS_fstat, fd, st));
}

int sys_unlinkat(int dir, const char *name, int flags)
{
	return (int)result(unlinkat(dir, name, flags));
}

int sys_fs_magic(const char *path, unsigned long *magic)
{
	struct statfs fs;
	int error = (int)result(statfs(path, &fs));

	if (!error)
		*magic = (unsigned long)fs.f_type;
	return error;
}

int sys_access(const char *path, int mode)
{
	return (int)result(access(path, mode));
}

int sys_chdir(const char *path)
{
	return (int)result(chdir(path));
}

int sys_fchdir(int fd)
{
	return (int)result(fchdir(fd));
}

int sys_chroot(const char *path)
{
	return (int)result(chroot(path));
}

int sys_execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)result(execve(path, argv, envp));
}

int sys_spawn(int (*child)(void *), void *argument)
{
	int pid = vfork();

	if (pid == 0)
		_exit(child(argument));
	return (int)result(pid);
}

struct spawn {
	int (*child)(void *);
	void *argument;
	int pid; /* of the child, or -errno */
};

#define CHILD_STACK 16384 /* bytes: a path of PATH_MAX, and what looks for a program */

/* The child needs a stack of its own: this one is the caller's, who goes on when it is done. */
static int make_group(void *argument)
{
	static _Alignas(16) char stack[CHILD_STACK];
	struct spawn *spawn = argument;
	int group = getpid();

	if (setpgid(0, group) == 0)
		ioctl(0, TIOCSPGRP, &group);
	spawn->pid = (int)result(clone(spawn->child, stack + sizeof(stack),
				       CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD,
				       spawn->argument));
	return 0;
}

int sys_spawn_in_foreground(int (*child)(void *), void *argument)
{
	struct spawn spawn = { child, argument, -EAGAIN };
	int pid = sys_spawn(make_group, &spawn);

	return pid < 0 ? pid : spawn.pid;
}

/* Not the library's fork(): that is for programs with threads, and makes six calls more. */
static int fork_telling(int signal, int (*child)(void *), void *argument)
{
	long pid = syscall(SYS_clone, (long)signal, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(child(argument));
	return (int)result(pid);
}

int sys_fork(int (*child)(void *), void *argument)
{
	return fork_telling(SIGCHLD, child, argument);
}

int sys_fork_apart(int (*child)(void *), void *argument)
{
	return fork_telling(0, child, argument);
}

void sys_wait_apart(int pid)
{
	while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
}

int sys_wait(int *status, int flags)
{
	return (int)result(waitpid(-1, status, flags));
}

int sys_wait_for(int pid, int *status)
{
	long done;

	do
		done = result(waitpid(pid, status, 0));
	while (done == -EINTR);
	return done < 0 ? (int)done : 0;
}

int sys_getpid(void)
{
	return getpid();
}

int sys_processors(void)
{
	unsigned long set[16]; /* 1,024 of them; the call tells how many bytes it filled */
	long bytes = syscall(SYS_sched_getaffinity, 0L, sizeof(set), set);
	int count = 0;

	for (long i = 0; i < bytes / (long)sizeof(set[0]); i++)
		for (unsigned long bits = set[i]; bits; bits &= bits - 1)
			count++;
	return count;
}

int sys_kill(int pid, int signal)
{
	return (int)result(kill(pid, signal));
}

int sys_setsid(void)
{
	return (int)result(setsid());
}

int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count)
{
	/* musl's wrappers would stop all threads first; this process has one, and may be a
	 * vfork(2)'s child. */
	long error = syscall(SYS_setgroups, (long)group_count, groups);

	if (!error)
		error = syscall(SYS_setresgid, (long)gid, (long)gid, (long)gid);
	if (!error)
		error = syscall(SYS_setresuid, (long)uid, (long)uid, (long)uid);
	return (int)result(error);
}

int sys_set_mask(const sigset_t *mask)
{
	return (int)result(sigprocmask(SIG_SETMASK, mask, NULL));
}

#define HAS_RESTORER 0x04000000UL /* SA_RESTORER of asm/signal.h; not every library names it */

/* Where a handler returns to: rt_sigreturn(2), which is number 15, with the stack as it is. */
static __attribute__((naked)) void restore(void)
{
	__asm__("mov $15, %eax; syscall");
}

/* The kernel's call, as in sigaction(2), "C library/kernel differences": not musl's sigaction(),
 * which is made for threads and unblocks signals of its own. */
static int set_action(int signal, void (*handler)(int, siginfo_t *, void *), unsigned long flags)
{
	const struct {
		void (*handler)(int, siginfo_t *, void *);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t blocked;
	} action = { handler, flags | HAS_RESTORER, restore, 0 };

	return (int)result(
		syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof(action.blocked)));
}

int sys_sigaction(int signal, void (*handler)(int), int flags)
{
	return set_action(signal, (void (*)(int, siginfo_t *, void *))(void *)handler,
			  (unsigned int)flags);
}

int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *))
{
	return set_action(signal, handler, SA_SIGINFO | SA_ONSTACK | SA_RESTART);
}

int sys_sigaltstack(void *stack, size_t size)
{
	stack_t where = { .ss_sp = stack, .ss_size = size };

	return (int)result(sigaltstack(&where, NULL));
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

	return (int)result(sigtimedwait(set, NULL, timespec_of_ms(&time, timeout_ms)));
}

int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms)
{
	struct timespec time;

	return (int)result(ppoll(fds, count, timespec_of_ms(&time, timeout_ms), NULL));
}

int sys_is_tty(int fd)
{
	struct termios mode;

	return (int)result(tcgetattr(fd, &mode));
}

int sys_take_tty(int fd)
{
	return (int)result(ioctl(fd, TIOCSCTTY, 1));
}

void sys_start_tty(int fd)
{
	/* TCOON alone ends no stop by ^S. */
	ioctl(fd, TCXONC, TCOOFF);
	ioctl(fd, TCXONC, TCOON);
}

int sys_drain_tty(int fd)
{
	return (int)result(ioctl(fd, TCSBRK, 1));
}

int sys_get_termios(int fd, struct termios *mode)
{
	return (int)result(tcgetattr(fd, mode));
}

int sys_set_termios(int fd, const struct termios *mode)
{
	return (int)result(tcsetattr(fd, TCSANOW, mode));
}

int sys_device_size(int fd, uint64_t *bytes)
{
	return (int)result(ioctl(fd, BLKGETSIZE64, bytes));
}

int sys_loop_free(int control)
{
	return (int)result(ioctl(control, LOOP_CTL_GET_FREE));
}

int sys_loop_attach(int loop, int file, unsigned int flags)
{
	struct loop_config config = { .fd = (uint32_t)file, .info.lo_flags = flags };

	return (int)result(ioctl(loop, LOOP_CONFIGURE, &config));
}

int sys_restrict(const void *instructions, unsigned int count)
{
	struct sock_fprog program = { .len = (unsigned short)count,
				      .filter = (struct sock_filter *)instructions };
	int error = (int)result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));

	return error ? error : (int)result(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value)
{
	struct kbentry entry = { .kb_table = table, .kb_index = key, .kb_value = value };

	return (int)result(ioctl(tty, KDSKBENT, &entry));
}

int sys_open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 /* the kernel's */ };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int sys_signal_of(int fd)
{
	int error = control(fd, F_SETOWN, getpid());

	return error ? error : control(fd, F_SETFL, O_NONBLOCK | O_ASYNC);
}

int sys_finit_module(int fd, const char *options, int flags)
{
	return (int)result(syscall(SYS_finit_module, fd, options, flags));
}

int64_t sys_clock_ms(void)
{
	struct timespec now;

	/* Not by the vDSO, which would have to be searched for it: it is asked a few times. */
	if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) < 0)
		return 0; /* only a kernel without the clock: durations are then said as 0 s */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sys_sync(void)
{
	sync();
}

int sys_reboot(int command)
{
	return (int)result(reboot(command));
}

int sys_ioperm(unsigned long port, unsigned long count, int on)
{
	return (int)result(ioperm(port, count, on));
}

uint8_t sys_inb(uint16_t port)
{
	return inb(port);
}

void sys_outb(uint16_t port, const void *bytes, size_t len)
{
	outsb(port, bytes, len);
}
