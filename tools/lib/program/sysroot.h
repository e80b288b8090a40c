/* SPDX-License-Identifier: MIT */
/* sysroot.h - files of the host, or of another system whose root is a directory here. */
#ifndef TOOLS_LIB_SYSROOT_H
#define TOOLS_LIB_SYSROOT_H

#include <sys/stat.h>

/*
 * A root is "" for this machine, else the absolute path of a directory without a slash at its end.
 * Paths are absolute and those of that system: its symlinks, as /lib64 -> /usr/lib64, and every
 * ".." stay below the root. No function here opens a file outside of it, as long as nobody changes
 * the directory meanwhile.
 */
enum last_name {
	LAST_KEPT, /* a symlink itself */
	LAST_FOLLOWED,
};

/* A directory as a root: its real path, malloc'd, "" for "/"; NULL after reporting: it is none. */
char *sysroot_open_dir(const char *dir);

/* Where `path` leads within the root, without symlinks, whether it is there or not; malloc'd. NULL
 * with errno ELOOP. */
char *sysroot_resolve(const char *root, const char *path, enum last_name last);

/* The same as a path of this host; malloc'd. With root "" it is `path` itself: the kernel
 * follows. */
char *sysroot_path(const char *root, const char *path, enum last_name last);

/* As open(2), with O_CLOEXEC, and stat(2): -1 and errno. */
int sysroot_open(const char *root, const char *path, int flags);
int sysroot_stat(const char *root, const char *path, struct stat *info);

/* A symlink's text, malloc'd, or NULL with errno. */
char *sysroot_readlink(const char *root, const char *path);

/* `host_path`, which is below the root, as that system names it. Points into it. */
const char *sysroot_inside(const char *root, const char *host_path);

#endif
