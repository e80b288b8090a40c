// SPDX-License-Identifier: MIT
/*
 * virtiofsd_rights.c - lets virtiofsd serve files with the rights of the user who starts it.
 *
 * A library to be preloaded (ld.so(8)). In a user namespace of one user virtiofsd fails twice:
 * 1. It opens files as the guest asks, and the guest's overlayfs asks for O_NOATIME, which only
 *    their owner may (open(2)). Whether an access counts is the host's business: the flag is left
 *    out.
 * 2. It gives up its supplementary groups, which such a namespace forbids (user_namespaces(7)).
 *    They are the user's own rights, and stay.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What _FORTIFY_SOURCE calls where a program gives no mode. */
int __openat64_2(int dir, const char *path, int flags);

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, dir, path, flags & ~O_NOATIME, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list rest;

	va_start(rest, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(rest, mode_t);
	va_end(rest);
	return open_at(dir, path, flags, mode);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

int setgroups(size_t count, const gid_t *groups)
{
	(void)groups;
	return count ? (int)syscall(SYS_setgroups, count, groups) : 0;
}
