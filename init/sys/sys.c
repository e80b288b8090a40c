// SPDX-License-Identifier: MIT
/* sys.c - the system calls of sys.h about files, devices, terminals and the machine; others are in
 * process.c and net.c. */
#include "init/sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/openat2.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <time.h>

#include "init/sys/raw.h"

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

int sys_set_watchdog(int fd, int *seconds)
{
	return (int)CALL3(ioctl, fd, WDIOC_SETTIMEOUT, seconds);
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

int sys_finit_module(int fd, const char *options, int flags)
{
	return (int)CALL3(finit_module, fd, options, flags);
}

int sys_add_entropy(const void *bytes, size_t len)
{
	/* struct rand_pool_info: bits, bytes, and then the bytes. */
	int pool[2 + ENTROPY_MAX / sizeof(int)] = { (int)len * 8, (int)len };
	int fd = sys_open("/dev/random", O_WRONLY), error;

	if (fd < 0)
		return fd;
	memcpy(pool + 2, bytes, len);
	error = (int)CALL3(ioctl, fd, RNDADDENTROPY, pool);
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
