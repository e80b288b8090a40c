// SPDX-License-Identifier: MIT
/* pivot.c - does what container engines do: leaves its root for one of its own. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(void)
{
	struct statfs fs;

	if (statfs("/", &fs))
		return fail("statfs /");
	if (mkdir("/container", 0755) || mkdir("/container/inside", 0755))
		return fail("mkdir /container");
	if (unshare(CLONE_NEWNS) || mount("/container", "/container", NULL, MS_BIND, NULL))
		return fail("mount /container");
	if (chdir("/container") || syscall(SYS_pivot_root, ".", "."))
		return fail("pivot_root");
	if (umount2(".", MNT_DETACH) || access("/inside", F_OK) || access("/container", F_OK) == 0)
		return fail("leave the old root");
	printf("left a root of %llu KiB\n", (unsigned long long)fs.f_blocks * fs.f_bsize / 1024);
	return 3;
}
