// SPDX-License-Identifier: MIT
/* sys.c - every system call that /init makes. */
#include "init/sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
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
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "init/sys/raw.h"

#define ARG(argument) ((long)(argument))
#define CALL0(name) raw0(SYS_##name)
#define CALL1(name, a) raw1(SYS_##name, ARG(a))
#define CALL2(name, a, b) raw2(SYS_##name, ARG(a), ARG(b))
#define CALL3(name, a, b, c) raw3(SYS_##name, ARG(a), ARG(b), ARG(c))
#define CALL4(name, a, b, c, d) raw4(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d))
#define CALL5(name, a, b, c, d, e) raw5(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e))
#define CALL6(name, a, b, c, d, e, f) \
	raw6(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), ARG(f))

/* The kernel's sigset_t has a bit for each of 64 signals; the library's is larger. */
#define SIGNALS_SIZE sizeof(uint64_t)

/* For calls that return an address: no address is in the last page. */
static int is_error(long result)
{
	return (unsigned long)result > -4096UL;
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data)
{
	return (int)CALL5(mount, source, target, type, flags, data);
}

int sys_umount(const char *target, int flags)
{
	return (int)CALL2(umount2, target, flags);
}

int sys_mkdir(const char *path, mode_t mode)
{
	return (int)CALL2(mkdir, path, mode);
}

int sys_chown(const char *path, unsigned int uid, unsigned int gid)
{
	return (int)CALL3(lchown, path, uid, gid);
}

mode_t sys_umask(mode_t mask)
{
	return (mode_t)CALL1(umask, mask);
}

int sys_mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)CALL3(mkdirat, dir, path, mode);
}

int sys_mknod(const char *path, mode_t mode, unsigned int major, unsigned int minor)
{
	return (int)CALL3(mknod, path, mode, makedev(major, minor));
}

int sys_symlink(const char *target, const char *path)
{
	return (int)CALL2(symlink, target, path);
}

int sys_readlink(const char *path, char *text, size_t size)
{
	long len = CALL3(readlink, path, text, size);

	if (len == (long)size)
		len = -ENAMETOOLONG;
	text[len < 0 ? 0 : len] = '\0';
	return len < 0 ? (int)len : 0;
}

int sys_open(const char *path, int flags)
{
	return (int)CALL4(openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

static int open_resolved(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC), .resolve = resolve };

	return (int)CALL4(openat2, dir, path, &how, sizeof(how));
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
	return (int)CALL1(close, fd);
}

long sys_read(int fd, void *buffer, size_t size)
{
	return CALL3(read, fd, buffer, size);
}

long sys_write(int fd, const void *buffer, size_t size)
{
	return CALL3(write, fd, buffer, size);
}

long sys_sendfile(int to, int from, size_t len)
{
	return CALL4(sendfile, to, from, NULL, len);
}

void *sys_map_memory(size_t size, enum memory memory)
{
	int flags = MAP_ANONYMOUS | (memory == MEMORY_SHARED ? MAP_SHARED : MAP_PRIVATE);
	long at = CALL6(mmap, NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);

	return is_error(at) ? NULL : (void *)at;
}

int sys_map(const char *path, const uint8_t **bytes, size_t *len)
{
	int fd = sys_open(path, O_RDONLY), error;
	struct stat st;
	long at;

	if (fd < 0)
		return fd;
	error = sys_fstat(fd, &st);
	*len = error ? 0 : (size_t)st.st_size;
	*bytes = NULL;
	if (*len) {
		at = CALL6(mmap, NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
		error = is_error(at) ? (int)at : 0;
		*bytes = (const uint8_t *)at;
	}
	sys_close(fd);
	return error;
}

int sys_map_device(int fd, uint64_t size, const uint8_t **bytes)
{
	long at = CALL6(mmap, NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	*bytes = is_error(at) ? NULL : (const uint8_t *)at;
	if (is_error(at))
		return (int)at;
	CALL3(madvise, at, size, MADV_RANDOM); /* else the kernel reads 128 KiB around each page */
	return 0;
}

void sys_read_ahead(int fd, uint64_t offset, size_t size)
{
	CALL4(fadvise64, fd, offset, size, POSIX_FADV_WILLNEED);
}

long sys_getdents(int fd, void *buffer, size_t size)
{
	return CALL3(getdents64, fd, buffer, size);
}

static int control(int fd, int command, long argument)
{
	return (int)CALL3(fcntl, fd, command, argument);
}

int sys_dup2(int from, int to)
{
	/* dup2(2) clears close-on-exec, but does nothing if both are the same. */
	if (from == to)
		return control(to, F_SETFD, 0);
	return (int)CALL2(dup2, from, to);
}

int sys_pipe(int ends[2])
{
	return (int)CALL2(pipe2, ends, O_CLOEXEC);
}

int sys_set_nonblocking(int fd)
{
	return control(fd, F_SETFL, O_NONBLOCK);
}

int sys_stat(const char *path, struct stat *st)
{
	return (int)CALL2(stat, path, st);
}

int sys_fstat(int fd, struct stat *st)
{
	return (int)CALL2(fstat, fd, st);
}

int sys_unlinkat(int dir, const char *name, int flags)
{
	return (int)CALL3(unlinkat, dir, name, flags);
}

int sys_fs_magic(const char *path, unsigned long *magic)
{
	struct statfs fs;
	int error = (int)CALL2(statfs, path, &fs);

	if (!error)
		*magic = (unsigned long)fs.f_type;
	return error;
}

int sys_access(const char *path, int mode)
{
	return (int)CALL2(access, path, mode);
}

int sys_chdir(const char *path)
{
	return (int)CALL1(chdir, path);
}

int sys_fchdir(int fd)
{
	return (int)CALL1(fchdir, fd);
}

int sys_chroot(const char *path)
{
	return (int)CALL1(chroot, path);
}

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

int sys_spawn_beside(void *stack, size_t size, int (*child)(void *), void *argument)
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

int sys_set_hostname(const char *name)
{
	return (int)CALL2(sethostname, name, strlen(name));
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

	return (int)CALL4(rt_sigtimedwait, set, NULL, timespec_of_ms(&time, timeout_ms),
			  SIGNALS_SIZE);
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

int sys_is_tty(int fd)
{
	struct termios mode;

	return (int)CALL3(ioctl, fd, TCGETS, &mode);
}

int sys_set_controlling_tty(int fd)
{
	return (int)CALL3(ioctl, fd, TIOCSCTTY, 1);
}

int sys_set_window(int fd, unsigned int rows, unsigned int columns)
{
	const struct winsize size = { .ws_row = (unsigned short)rows,
				      .ws_col = (unsigned short)columns };

	return (int)CALL3(ioctl, fd, TIOCSWINSZ, &size);
}

void sys_start_tty(int fd)
{
	/* TCOON alone does not end a stop by ^S. */
	CALL3(ioctl, fd, TCXONC, TCOOFF);
	CALL3(ioctl, fd, TCXONC, TCOON);
}

int sys_drain_tty(int fd)
{
	return (int)CALL3(ioctl, fd, TCSBRK, 1);
}

int sys_tty_unsent(int fd)
{
	int bytes = 0, error = (int)CALL3(ioctl, fd, TIOCOUTQ, &bytes);

	return error ? error : bytes;
}

int sys_get_termios(int fd, struct termios *mode)
{
	return (int)CALL3(ioctl, fd, TCGETS, mode);
}

int sys_set_termios(int fd, const struct termios *mode)
{
	return (int)CALL3(ioctl, fd, TCSETS, mode);
}

int sys_device_size(int fd, uint64_t *bytes)
{
	return (int)CALL3(ioctl, fd, BLKGETSIZE64, bytes);
}

int sys_loop_free(int control)
{
	return (int)CALL2(ioctl, control, LOOP_CTL_GET_FREE);
}

int sys_loop_attach(int loop, int file, unsigned int flags)
{
	struct loop_config config = { .fd = (uint32_t)file, .info.lo_flags = flags };

	return (int)CALL3(ioctl, loop, LOOP_CONFIGURE, &config);
}

void sys_close_all(void)
{
	CALL3(close_range, 0, UINT_MAX, 0);
}

int sys_confine(void)
{
	return (int)CALL2(prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
}

int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value)
{
	struct kbentry entry = { .kb_table = table, .kb_index = key, .kb_value = value };

	return (int)CALL3(ioctl, tty, KDSKBENT, &entry);
}

int sys_inet_socket(void)
{
	return (int)CALL3(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void name_interface(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, name, strlen(name) + 1); /* INTERFACE_NAME_MAX */
}

int sys_link_up(int socket, const char *name)
{
	struct ifreq request;
	int error;

	name_interface(&request, name);
	error = (int)CALL3(ioctl, socket, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	return error ? error : (int)CALL3(ioctl, socket, SIOCSIFFLAGS, &request);
}

static void set_sockaddr(void *to, uint32_t address)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = address };

	memcpy(to, &in, sizeof(in));
}

int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask)
{
	struct ifreq request;
	int error;

	name_interface(&request, name);
	set_sockaddr(&request.ifr_addr, address);
	error = (int)CALL3(ioctl, socket, SIOCSIFADDR, &request);
	if (error)
		return error;
	set_sockaddr(&request.ifr_netmask, netmask);
	return (int)CALL3(ioctl, socket, SIOCSIFNETMASK, &request);
}

int sys_add_gateway(int socket, uint32_t gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };

	set_sockaddr(&route.rt_dst, 0);
	set_sockaddr(&route.rt_genmask, 0);
	set_sockaddr(&route.rt_gateway, gateway);
	return (int)CALL3(ioctl, socket, SIOCADDRT, &route);
}

int sys_open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 /* the kernel's */ };
	int fd = (int)CALL3(socket, AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    NETLINK_KOBJECT_UEVENT),
	    error;

	if (fd < 0)
		return fd;
	error = (int)CALL3(bind, fd, &address, sizeof(address));
	if (error) {
		sys_close(fd);
		return error;
	}
	return fd;
}

int sys_finit_module(int fd, const char *options, int flags)
{
	return (int)CALL3(finit_module, fd, options, flags);
}

int sys_add_entropy(const void *bytes, size_t len)
{
	struct {
		struct rand_pool_info info;
		uint8_t bytes[ENTROPY_MAX];
	} pool = { .info = { .entropy_count = (int)len * 8, .buf_size = (int)len } };
	int fd = sys_open("/dev/random", O_WRONLY), error;

	if (fd < 0)
		return fd;
	memcpy(pool.info.buf, bytes, len);
	error = (int)CALL3(ioctl, fd, RNDADDENTROPY, &pool);
	if (!error)
		error = (int)CALL3(ioctl, fd, RNDRESEEDCRNG, NULL);
	sys_close(fd);
	return error;
}

int sys_set_clock(int64_t seconds, unsigned int nanoseconds)
{
	const struct timespec now = { .tv_sec = seconds, .tv_nsec = nanoseconds };

	return (int)CALL2(clock_settime, CLOCK_REALTIME, &now);
}

int64_t sys_clock_ms(void)
{
	struct timespec now;

	/* Not by the vDSO: parsing it costs more than the few calls. */
	if (CALL2(clock_gettime, CLOCK_BOOTTIME, &now) < 0)
		return 0; /* a kernel without this clock: durations are logged as 0 s */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sys_sync(void)
{
	CALL0(sync);
}

int sys_reboot(int command)
{
	return (int)CALL4(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL);
}

int sys_ioperm(unsigned long port, unsigned long count, int on)
{
	return (int)CALL3(ioperm, port, count, on);
}

uint8_t sys_inb(uint16_t port)
{
	return inb(port);
}

void sys_outb(uint16_t port, const void *bytes, size_t len)
{
	outsb(port, bytes, len);
}
