// SPDX-License-Identifier: MIT
/* root_switch.c - makes the mounted root "/", and becomes its init unless a program runs in it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/mount/mount.h"
#include "init/pure/count.h"
#include "init/pure/executable.h"
#include "init/pure/names.h"
#include "init/sys/empty_tree.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static const char *const inits[] = { REAL_INITS(COMMA) };

#define SHELL "/bin/sh" /* the last of them */
#define TRIES 5 /* of an init that could not be read, RETRY_MS apart */
#define RETRY_MS 100

/* Moved along, so that nothing between here and the real init is ever without them. */
static const char *const moved[] = { "/dev", "/proc", "/sys", "/run" };
#define NEEDED 3 /* the first of them, where PID 1 stays */

static long read_head(int fd, uint8_t *head, size_t size)
{
	long got;

	do
		got = sys_read(fd, head, size);
	while (got == -EINTR);
	return got;
}

/* Reads the first bytes of an executable file inside the root. Their number, or -errno. */
static long head_of(int root, const char *path, uint8_t head[EXECUTABLE_HEAD])
{
	struct stat st;
	int fd = sys_open_in_root(root, path, O_RDONLY | O_NONBLOCK), error;
	long got;

	if (fd < 0)
		return fd;
	error = sys_fstat(fd, &st);
	if (!error && (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)))
		error = -EACCES;
	got = error ? error : read_head(fd, head, EXECUTABLE_HEAD);
	sys_close(fd);
	return got;
}

/* Whether the root's `path` can be executed: it, and the interpreter it names, and that one's. */
static int check_init(int root, const char *path)
{
	uint8_t head[EXECUTABLE_HEAD];
	char interpreter[INTERPRETER_MAX];
	const char *next = path;

	for (int depth = 0; depth < EXECUTABLE_CHAIN; depth++) {
		long got = head_of(root, next, head);
		int error = got < 0 ? (int)got : 0;

		if (!error)
			error = executable_interpreter((struct span){ head, (size_t)got },
						       interpreter);
		if (error == -E2BIG) /* nothing is known against it */
			return 0;
		if (error && next != path)
			log_print(LOG_WARNING, "%s: its interpreter %s cannot be used", path, next);
		if (error || !interpreter[0])
			return error;
		next = interpreter;
	}
	return -ELOOP;
}

/* Whether the error is the file's own, and not that of a disk or a memory that fails for now. */
static int is_final(int error)
{
	switch (error) {
	case 0:
	case -ENOENT:
	case -ENOTDIR:
	case -EACCES:
	case -ENOEXEC:
	case -ELOOP:
	case -ENAMETOOLONG:
		return 1;
	default:
		return 0;
	}
}

static int check_patiently(struct boot *boot, int root, const char *path)
{
	int error = check_init(root, path);

	for (int i = 1; i < TRIES && !is_final(error); i++) {
		loop_run(&boot->loop, NULL, NULL, sys_clock_ms() + RETRY_MS);
		error = check_init(root, path);
	}
	return error;
}

/* Of the usual places the first that works. A shell is for a root that has no other init: one that
 * is there and cannot be used must not end in a prompt for everybody at the console. */
static int choose_usual(struct boot *boot, int root, const char **chosen)
{
	int kept = -ENOENT;

	for (size_t i = 0; i < COUNT(inits); i++) {
		int error;

		*chosen = inits[i];
		if (kept != -ENOENT && strcmp(*chosen, SHELL) == 0)
			break;
		error = check_patiently(boot, root, *chosen);
		if (!error)
			return 0;
		if (!is_final(error))
			return log_err(error, "read %s of %s", *chosen, boot->root.source.device);
		if (error != -ENOENT && error != -ENOTDIR) {
			log_warn(error, "use %s of %s", *chosen, boot->root.source.device);
			kept = error;
		}
	}
	return log_err(kept, "find an init on %s: tried " REAL_INITS(", "),
		       boot->root.source.device);
}

static int choose_init(struct boot *boot, int root, const char **chosen)
{
	const char *asked = boot->settings.init;
	int error;

	if (!asked || !*asked)
		return choose_usual(boot, root, chosen);
	*chosen = asked;
	error = check_patiently(boot, root, asked);
	return error ? log_err(error, "use init=%s of %s", asked, boot->root.source.device) : 0;
}

/* Gates 1 to 3 of root_switch(). */
static int check_place(void)
{
	struct stat here, there;
	unsigned long magic;
	int error = sys_fs_magic("/", &magic);

	if (sys_getpid() != 1)
		return log_err(-EPERM, "switch root: not PID 1");
	if (error)
		return log_err(error, "find the type of the file system of /");
	if (magic != RAMFS_MAGIC && magic != TMPFS_MAGIC)
		return log_err(-EPERM,
			       "switch root: / is no initramfs (its type is %lx), and would "
			       "be deleted",
			       magic);
	error = sys_stat("/", &here);
	if (!error)
		error = sys_stat(NEWROOT, &there);
	if (error)
		return log_err(error, "stat " NEWROOT);
	if (here.st_dev == there.st_dev)
		return log_err(-EINVAL, "switch root: nothing is mounted on " NEWROOT);
	return 0;
}

/* A link on the way is the root's: an absolute one must not lead into the initramfs. Where the
 * directory is missing it is made, if the root can be written. */
static int enter_target(int root, const char *path)
{
	int fd = sys_open_in_root(root, path, O_PATH | O_DIRECTORY), error;

	if (fd == -ENOENT) {
		error = sys_mkdirat(root, path + 1, 0755);
		fd = error ? error : sys_open_in_root(root, path, O_PATH | O_DIRECTORY);
	}
	if (fd < 0)
		return fd;
	error = sys_fchdir(fd);
	sys_close(fd);
	return error;
}

/* A root without the mount point (a read-only one cannot get it) loses that mount, not the boot.
 * But where PID 1 stays, it needs those that it works with itself. Returns 0 or -errno, logged. */
static int move_mounts(const struct boot *boot, int root)
{
	for (size_t i = 0; i < COUNT(moved); i++) {
		int error = enter_target(root, moved[i]);
		bool is_entered = !error;

		if (is_entered)
			error = sys_mount(moved[i], ".", NULL, MS_MOVE, NULL);
		if (!error || (is_entered && error == -EINVAL))
			continue; /* EINVAL: no mount: rdinit.mounts=minimal, or no such type */
		if (boot->mode != MODE_HAND_OFF && i < NEEDED)
			return log_err(error,
				       "move %s to the root (rd.overlay makes its directory)",
				       moved[i]);
		if (is_entered)
			log_warn(error, "move %s to the root", moved[i]);
		else
			log_print(
				LOG_WARNING,
				"the root has no directory %s (%s): its init goes without that mount",
				moved[i], error_name(-error));
		sys_umount(moved[i], MNT_DETACH);
	}
	return 0;
}

/*
 * What must hold before anything is deleted:
 * 1. we are PID 1;
 * 2. "/" is ramfs or tmpfs, so what goes is memory, not a disk;
 * 3. newroot is another file system than "/";
 * 4. the init to run exists in newroot and can be executed, with its interpreter. A program that
 *    runs in the root need not exist: that is its exit status. But the root must have, or get, the
 *    directories that /init needs.
 * Deletion never crosses a mount point. The last lines are logged while /dev is still ours.
 */
int root_switch(struct boot *boot)
{
	const char *path = NULL;
	int error = check_place(), root;

	if (error)
		return error;
	root = sys_open(NEWROOT, O_PATH | O_DIRECTORY);
	if (root < 0)
		return log_err(root, "open " NEWROOT);
	if (boot->mode == MODE_HAND_OFF)
		error = choose_init(boot, root, &path);
	if (!error && path)
		become_prepare(boot); /* while /dev is still ours */
	if (!error)
		error = move_mounts(boot, root);
	sys_close(root);
	if (error)
		return error;
	empty_tree("/");
	error = mount_become_root(NEWROOT);
	if (error || !path)
		return error;
	log_print(LOG_INFO, "handing over to %s of %s", path, boot->root.source.device);
	return become_init(boot, path, boot->envp);
}
