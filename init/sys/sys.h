/* SPDX-License-Identifier: MIT */
/*
 * sys.h - every system call init makes, one thin wrapper each.
 *
 * Each returns 0 (or the number, descriptor or count its call gives) or -errno, so that a later
 * call can never overwrite the reason. sys.c is the real thing; unit tests link fake_sys.c in its
 * place. Nothing else in init/ may import a system call (`make check` looks with nm).
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
/* What the link says, with a NUL; "" on an error. 0; -errno, -ENAMETOOLONG where it does not fit
 * into `size`. */
int sys_readlink(const char *path, char *text, size_t size);
int sys_open(const char *path, int flags);
/* Resolves every symbolic link, absolute ones too, inside `dir` (openat2(2), RESOLVE_IN_ROOT;
 * Linux 5.6). */
int sys_open_in_root(int dir, const char *path, int flags);
/* Never leaves the mount that `dir` is on: -EXDEV (openat2(2), RESOLVE_NO_XDEV; Linux 5.6). */
int sys_open_same_mount(int dir, const char *name, int flags);
int sys_close(int fd);
long sys_read(int fd, void *buffer, size_t size);
long sys_write(int fd, const void *buffer, size_t size);
/* At most `len` bytes from where both are. How many there were; 0 at the end. */
long sys_sendfile(int to, int from, size_t len);
enum memory { MEMORY_OWN, MEMORY_SHARED };
/* Zeroed memory, of this process or shared with children to come; NULL where there is none. */
void *sys_map_memory(size_t size, enum memory memory);
/* All of a file, in memory that it shares with the initramfs; never given back. 0 or -errno. */
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

/* Runs child(argument) in a new process and makes its result the exit status. The child borrows
 * the parent's memory until it calls execve or returns (vfork(2)): it may write there. Returns
 * the child's process id. */
int sys_spawn(int (*child)(void *), void *argument);
/* The same in a new process group, in the foreground of the terminal that is descriptor 0, if it is
 * the caller's. The child does not lead that group, and so may start a session (setsid(2)). To be
 * called by one thread. The process that made the group has ended by then, a child to be reaped. */
int sys_spawn_in_foreground(int (*child)(void *), void *argument);
/* The same, but parent and child run at the same time, in one memory. `stack`, `size` bytes, is the
 * child's until it has ended. */
int sys_spawn_beside(void *stack, size_t size, int (*child)(void *), void *argument);
/* The same with memory of the child's own (fork(2)). */
int sys_fork(int (*child)(void *), void *argument);
/* Reaps one child; `status` as in wait(2). Returns its process id, 0 where WNOHANG found none. */
int sys_wait(int *status, int flags);
int sys_getpid(void);
int sys_processors(void); /* that this process may run on */
int sys_kill(int pid, int signal);
int sys_setsid(void);
/* Drops to these for good: supplementary groups first, user last (setgroups(2), setresgid(2),
 * setresuid(2)). */
int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count);
int sys_set_mask(const sigset_t *mask);
int sys_sigaction(int signal, void (*handler)(int), int flags);
/* Calls the handler on the alternate stack, and again while it runs; system calls that it
 * interrupts go on. */
int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *));
int sys_sigaltstack(void *stack, size_t size);
/* Waits for one of `set`, which must be blocked. timeout_ms < 0: no limit. The signal's number,
 * -EAGAIN when the time is up, -EINTR. */
int sys_sigwait(const sigset_t *set, int64_t timeout_ms);
/* A descriptor that can be read while one of `set` is pending; `fd` gets the new set, -1: a new one
 * (signalfd(2)). Needs CONFIG_SIGNALFD: -ENOSYS without. */
int sys_signalfd(int fd, const sigset_t *set);
int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms);

int sys_is_tty(int fd); /* 0, or -ENOTTY, -EIO for a port that is not there */
int sys_set_controlling_tty(int fd); /* TIOCSCTTY, from another session if need be */
void sys_start_tty(int fd); /* restarts output that tcflow(3) or ^S stopped */
int sys_drain_tty(int fd); /* until the last byte has left */
int sys_get_termios(int fd, struct termios *mode);
int sys_set_termios(int fd, const struct termios *mode);

int sys_device_size(int fd, uint64_t *bytes); /* BLKGETSIZE64 */
void sys_close_all(void); /* of this process (close_range(2), Linux 5.9) */
/* From now on this process can but end, or be ended (seccomp(2), strict mode). Needs
 * CONFIG_SECCOMP: -EINVAL without. */
int sys_confine(void);
/* The bytes of a device, for reading: page by page, as they are touched. What cannot be read is a
 * SIGBUS. 0 or -errno. */
int sys_map_device(int fd, uint64_t size, const uint8_t **bytes);
/* The kernel reads these meanwhile, in one piece. Where it cannot, nothing happens. */
void sys_read_ahead(int fd, uint64_t offset, size_t size);

/* One key of the console's keymap (KDSKBENT). */
int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value);
int sys_loop_free(int control); /* the number of a loop device that nobody uses */
int sys_loop_attach(int loop, int file, unsigned int flags); /* LO_FLAGS_*; Linux 5.8 */

int sys_inet_socket(void); /* for the calls that follow it; -EAFNOSUPPORT: no CONFIG_INET */
int sys_link_up(int socket, const char *name);
/* Addresses are in network byte order. */
int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask);
int sys_add_gateway(int socket, uint32_t gateway); /* the default route */

int sys_open_uevents(void); /* netlink socket bound to the kernel's uevents */
int sys_finit_module(int fd, const char *options, int flags);

int64_t sys_clock_ms(void); /* CLOCK_BOOTTIME, milliseconds */
void sys_sync(void);
int sys_reboot(int command);
int sys_ioperm(unsigned long port, unsigned long count, int on);
uint8_t sys_inb(uint16_t port);
void sys_outb(uint16_t port, const void *bytes, size_t len);

#endif
