/* root_switch.c - makes the mounted root "/" and becomes its init. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/executable.h"
#include "init/sys/empty_tree.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static const char *const inits[] = { REAL_INITS(COMMA) };

/* Moved along, so that nothing between here and the real init is ever without them. */
static const char *const moved[] = { "/dev", "/proc", "/sys", "/run" };

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
			log_say(LOG_WARNING, "%s: its interpreter %s cannot be used", path, next);
		if (error || !interpreter[0])
			return error;
		next = interpreter;
	}
	return -ELOOP;
}

/* init= must work; of the usual places the first that does. */
static int choose_init(const struct boot *boot, int root, const char **chosen)
{
	int error = -ENOENT;

	if (boot->settings.init) {
		*chosen = boot->settings.init;
		error = check_init(root, *chosen);
		return error ? log_err(error, "use init=%s of %s", *chosen, boot->root.device) : 0;
	}
	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		*chosen = inits[i];
		error = check_init(root, *chosen);
		if (!error)
			return 0;
		if (error != -ENOENT)
			log_warn(error, "use %s of %s", *chosen, boot->root.device);
	}
	return log_err(-ENOENT, "find an init on %s: tried " REAL_INITS(", "), boot->root.device);
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
		return log_err(error, "look at the file system of /");
	if (magic != RAMFS_MAGIC && magic != TMPFS_MAGIC)
		return log_err(-EPERM,
			       "switch root: / is no initramfs (its type is %lx), and would "
			       "be deleted",
			       magic);
	error = sys_stat("/", &here);
	if (!error)
		error = sys_stat(NEWROOT, &there);
	if (error)
		return log_err(error, "look at " NEWROOT);
	if (here.st_dev == there.st_dev)
		return log_err(-EINVAL, "switch root: nothing is mounted on " NEWROOT);
	return 0;
}

/* A root without the mount point (a read-only one cannot get it) loses that mount, not the boot. */
static void move_mounts(void)
{
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		char target[sizeof(NEWROOT) + 8] = NEWROOT;
		int error;

		memcpy(target + sizeof(NEWROOT) - 1, moved[i], strlen(moved[i]) + 1);
		error = sys_mount(moved[i], target, NULL, MS_MOVE, NULL);
		if (error == -ENOENT && sys_mkdir(target, 0755) == 0)
			error = sys_mount(moved[i], target, NULL, MS_MOVE, NULL);
		if (error == -EINVAL) /* it is no mount: rdinit.mounts=minimal, or no such type */
			continue;
		if (error) {
			log_warn(error, "move %s to %s", moved[i], target);
			sys_umount(moved[i], MNT_DETACH);
		}
	}
}

static int enter(void)
{
	int error = sys_chdir(NEWROOT);

	if (!error)
		error = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	if (!error)
		error = sys_chroot(".");
	if (!error)
		error = sys_chdir("/");
	return error ? log_err(error, "make " NEWROOT " the root") : 0;
}

static int become(struct boot *boot, const char *path)
{
	sigset_t none;
	int error;

	boot->argv[0] = (char *)path;
	sigemptyset(&none);
	sys_set_mask(&none);
	error = sys_execve(path, boot->argv, boot->envp);
	return log_err(error, "execute %s", path);
}

/*
 * What must hold before anything is deleted:
 * 1. we are PID 1;
 * 2. "/" is ramfs or tmpfs, so what goes is memory, not a disk;
 * 3. newroot is another file system than "/";
 * 4. the init to run exists in newroot and can be executed, with its interpreter.
 * Deletion never crosses a mount point. The log's last words are said while /dev is still ours.
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
	error = choose_init(boot, root, &path);
	sys_close(root);
	if (error)
		return error;
	move_mounts();
	empty_tree("/");
	error = enter();
	if (error)
		return error;
	log_say(LOG_INFO, "handing over to %s of %s", path, boot->root.device);
	return become(boot, path);
}
