/* SPDX-License-Identifier: MIT */
/*
 * sys.h - every system call that /init makes, one thin wrapper each.
 *
 * Each returns -errno on failure, so that a later call cannot overwrite the reason; else 0, or the
 * call's number, descriptor or count. They are in sys.c, process.c and net.c; unit tests link
 * fake_sys.c instead. Only init/sys makes system calls (tests/guards.sh).
 */
#ifndef RDINIT_SYS_SYS_H
#define RDINIT_SYS_SYS_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct termios;

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data);
int sys_umount(const char *target, int flags);
int sys_mkdir(const char *path, mode_t mode);
int sys_mknod(const char *path, mode_t mode, unsigned int major, unsigned int minor);
int sys_symlink(const char *target, const char *path);
int sys_chown(const char *path, unsigned int uid, unsigned int gid); /* of a link: itself */
mode_t sys_umask(mode_t mask); /* returns the one before */
/* Reads the link's target into `text`, with a NUL; "" on an error. Returns 0 or -errno;
 * -ENAMETOOLONG if it does not fit into `size` bytes. */
int sys_readlink(const char *path, char *text, size_t size);
int sys_open(const char *path, int flags);
/* Resolves every symbolic link inside `dir`, also an absolute one (openat2(2), RESOLVE_IN_ROOT;
 * Linux 5.6). */
int sys_open_in_root(int dir, const char *path, int flags);
/* Never leaves the mount that `dir` is on: -EXDEV (openat2(2), RESOLVE_NO_XDEV; Linux 5.6). */
int sys_open_same_mount(int dir, const char *name, int flags);
int sys_close(int fd);
long sys_read(int fd, void *buffer, size_t size);
long sys_write(int fd, const void *buffer, size_t size);
/* Copies up to `len` bytes at the offsets of both. Returns how many; 0 at the end. */
long sys_sendfile(int to, int from, size_t len);
enum memory { MEMORY_OWN, MEMORY_SHARED };
/* Returns zeroed memory, private or shared with later children; NULL if there is none left. */
void *sys_map_memory(size_t size, enum memory memory);
/* Maps a whole file, and never unmaps it. A file of the initramfs needs no further memory. Returns
 * 0 or -errno. */
int sys_map(const char *path, const uint8_t **bytes, size_t *len);
long sys_getdents(int fd, void *buffer, size_t size);
int sys_dup2(int from, int to);
int sys_pipe(int ends[2]);
int sys_set_nonblocking(int fd);
int sys_stat(const char *path, struct stat *st);
int sys_fstat(int fd, struct stat *st);
int sys_unlinkat(int dir, const char *name, int flags);
int sys_fs_magic(const char *path, unsigned long *magic); /* statfs(2) f_type */
int sys_access(const char *path, int mode);
int sys_chdir(const char *path);
int sys_fchdir(int fd);
int sys_mkdirat(int dir, const char *path, mode_t mode);
int sys_chroot(const char *path);
int sys_execve(const char *path, char *const argv[], char *const envp[]);

/* Runs child(argument) in a new process; its result is the exit status. The child shares the
 * parent's memory; the parent waits until it calls execve(2) or exits (vfork(2)). Returns the
 * child's process id. */
int sys_spawn(int (*child)(void *), void *argument);
/* The same in a new process group, which becomes the foreground group of the terminal on
 * descriptor 0 if that is the caller's controlling terminal. Another child leads the group and has
 * exited already, to be reaped: so the child may call setsid(2). Not thread-safe. */
int sys_spawn_in_foreground(int (*child)(void *), void *argument);
/* The same, but the parent does not wait: both run in the same memory. The child uses `stack`, of
 * `size` bytes, until it exits. */
int sys_clone_vm(void *stack, size_t size, int (*child)(void *), void *argument);
/* The same with a copy of the memory (fork(2)). */
int sys_fork(int (*child)(void *), void *argument);
/* Reaps one child; `status` as in wait(2). Returns its process id; 0 if WNOHANG found none. */
int sys_wait(int *status, int flags);
int sys_getpid(void);
int sys_processors(void); /* how many this process may run on */
int sys_kill(int pid, int signal);
int sys_setsid(void);
/* Changes permanently to this user and groups: setgroups(2), setresgid(2), then setresuid(2). */
int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count);
/* Sets a resource limit of this process (prlimit(2)); UINT64_MAX: none. */
int sys_set_limit(int resource, uint64_t soft, uint64_t hard);
int sys_prctl(int option, unsigned long second, unsigned long third);
/* Makes these this process's permitted, effective and inheritable capabilities (capset(2)). */
int sys_set_capabilities(uint64_t set);
int sys_set_hostname(const char *name);
int sys_set_mask(const sigset_t *mask);
int sys_sigaction(int signal, void (*handler)(int), int flags);
/* Calls the handler on the alternate stack, also while it runs already. Interrupted system calls
 * restart. */
int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *));
int sys_sigaltstack(void *stack, size_t size);
/* Waits for a signal of `set`, which must be blocked; timeout_ms < 0: without limit. Returns the
 * signal's number, -EAGAIN after the timeout, or -EINTR. SIGINT that the kernel sent, and no
 * process can send, is: */
#define SIGNAL_CTRL_ALT_DEL 65
int sys_sigwait(const sigset_t *set, int64_t timeout_ms);
/* Returns a descriptor that is readable while a signal of `set` is pending (signalfd(2)). `fd`: one
 * to change, or -1. -ENOSYS without CONFIG_SIGNALFD. */
int sys_signalfd(int fd, const sigset_t *set);
int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms);

int sys_is_tty(int fd); /* 0, or -ENOTTY, -EIO: there is no such port */
int sys_set_controlling_tty(int fd); /* TIOCSCTTY; steals it from another session */
int sys_set_window(int fd, unsigned int rows, unsigned int columns); /* TIOCSWINSZ */
void sys_start_tty(int fd); /* restarts output that tcflow(3) or ^S stopped */
int sys_drain_tty(int fd); /* waits until the last byte is sent */
int sys_tty_unsent(int fd); /* returns how many bytes the driver has not sent (TIOCOUTQ) */
int sys_get_termios(int fd, struct termios *mode);
int sys_set_termios(int fd, const struct termios *mode);

int sys_device_size(int fd, uint64_t *bytes); /* BLKGETSIZE64 */
void sys_close_all(void); /* of this process (close_range(2), Linux 5.9) */
/* Leaves this process no system call but read, write, sigreturn and exit (seccomp(2), strict mode).
 * -EINVAL without CONFIG_SECCOMP. */
int sys_confine(void);
/* Maps a device for reading. The kernel reads each page when it is touched, and sends SIGBUS if it
 * cannot. Returns 0 or -errno. */
int sys_map_device(int fd, uint64_t size, const uint8_t **bytes);
/* Asks the kernel to read these bytes in the background. Errors are ignored. */
void sys_read_ahead(int fd, uint64_t offset, size_t size);

/* One key of the console's keymap (KDSKBENT). */
int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value);
/* Sets the time after which a watchdog resets the machine; stores what it takes in its place. */
int sys_set_watchdog(int fd, int *seconds); /* WDIOC_SETTIMEOUT */
int sys_loop_free(int control); /* returns the number of an unused loop device */
int sys_loop_attach(int loop, int file, unsigned int flags); /* LO_FLAGS_*; Linux 5.8 */

int sys_inet_socket(void); /* for the calls that follow it; -EAFNOSUPPORT: no CONFIG_INET */
int sys_link_up(int socket, const char *name);
/* Addresses are in network byte order. */
int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask);
int sys_add_gateway(int socket, uint32_t gateway); /* the default route */

/* A Unix datagram socket of this abstract name (unix(7)), to read; -EAFNOSUPPORT without
 * CONFIG_UNIX. */
int sys_open_messages(const char *name);
int sys_open_uevents(void); /* netlink socket bound to the kernel's uevents */
int sys_finit_module(int fd, const char *options, int flags);

/* Mixes the bytes, at most ENTROPY_MAX, into the kernel's random numbers, and has it begin anew
 * with them: copies of one machine then differ. */
#define ENTROPY_MAX 64
int sys_add_entropy(const void *bytes, size_t len);
int sys_set_clock(int64_t seconds, unsigned int nanoseconds); /* CLOCK_REALTIME */
int64_t sys_clock_ms(void); /* CLOCK_BOOTTIME, milliseconds */
void sys_sync(void);
int sys_reboot(int command);
int sys_ioperm(unsigned long port, unsigned long count, int on);
uint8_t sys_inb(uint16_t port);
void sys_outb(uint16_t port, const void *bytes, size_t len);

#endif
