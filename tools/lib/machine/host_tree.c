// SPDX-License-Identifier: MIT
/* host_tree.c - directories of this machine that virtiofsd shares with a guest. */
#include "tools/lib/machine/host_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/preload.h"
#include "tools/lib/program/program.h"

#define DAEMON "virtiofsd"
#define VARIABLE "RDINIT_VIRTIOFSD"
#define COPY "/sys" /* where virtiofsd finds the copy */

/* Before its exec the child reports what failed; the exec closes the pipe. */
struct failure {
	char what[64];
	int error;
};

struct start {
	const char *daemon, *cache; /* cache: virtiofsd's option */
	const char *root; /* NULL: the volumes */
	const struct volumes *volumes;
	char *preload;
	int listener, errors, report;
};

/* QEMU's own is not for PATH; distributions have the later one, written in Rust, in either place.
 */
static char *find_daemon(void)
{
	static const char *const paths[] = { "/usr/lib/qemu/" DAEMON, "/usr/libexec/" DAEMON,
					     "/usr/lib/" DAEMON, NULL };
	const char *variable = getenv(VARIABLE);

	if (variable && *variable)
		return program_lookup(variable);
	for (size_t i = 0; paths[i]; i++)
		if (!access(paths[i], X_OK))
			return xstrdup(paths[i]);
	return program_lookup(DAEMON);
}

/* --- in the child --- */

static _Noreturn void fail(const struct start *start, const char *what)
{
	struct failure failure = { .error = errno };

	snprintf(failure.what, sizeof(failure.what), "%s", what);
	if (write(start->report, &failure, sizeof(failure)) < 0)
		_exit(2);
	_exit(1);
}

static void write_map(const struct start *start, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(start, path);
	close(fd);
}

/* Root of the namespace is this user, and nobody else is in it. Source: user_namespaces(7). */
static void enter_user_namespace(const struct start *start)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		fail(start, "a user namespace");
	write_map(start, "/proc/self/setgroups", "deny");
	write_map(start, "/proc/self/uid_map", uids);
	write_map(start, "/proc/self/gid_map", gids);
}

/* A copy of the mounts at and below a path (mount_setattr(2), Linux 5.12), still nowhere. */
static int copy_mounts(const struct start *start, const char *path, bool is_writable)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
	int tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (tree < 0)
		fail(start, errno == EPERM ? "open_tree" : "");
	if (!is_writable &&
	    mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof(attributes)))
		fail(start, "mount_setattr");
	return tree;
}

static void attach(const struct start *start, int tree, const char *path)
{
	if (move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH))
		fail(start, "move_mount");
	close(tree);
}

/* In place of /sys, which virtiofsd does not read. */
static void share_root(const struct start *start)
{
	attach(start, copy_mounts(start, start->root, false), COPY);
}

/* Each in a file system of its own, which nothing can be added to. The copies are made first: a
 * volume may be below /sys. */
static void share_volumes(const struct start *start)
{
	const struct volumes *volumes = start->volumes;
	int trees[VOLUMES_MAX];
	char path[sizeof(COPY) + 24];

	for (size_t i = 0; i < volumes->count; i++)
		trees[i] = volumes->list[i].mode == VOLUME_EMPTY
				   ? -1
				   : copy_mounts(start, volumes->list[i].host,
						 volumes->list[i].mode == VOLUME_WRITABLE);
	if (mount("none", COPY, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"))
		fail(start, "mount");
	for (size_t i = 0; i < volumes->count; i++) {
		if (trees[i] < 0)
			continue;
		snprintf(path, sizeof(path), COPY "/%zu", i);
		if (volumes->list[i].is_file ? mknod(path, S_IFREG, 0) : mkdir(path, 0755))
			fail(start, path);
		attach(start, trees[i], path);
	}
	if (mount(NULL, COPY, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL))
		fail(start, "mount");
}

/* The guest has its own; what the kernel of this machine says of its processes is nobody's file. */
static void hide_kernel_files(const struct start *start)
{
	static const char *const hidden[] = { COPY "/proc", COPY "/sys", COPY "/dev", COPY "/run" };

	for (size_t i = 0; i < COUNT(hidden) && !strcmp(start->root, "/"); i++)
		if (mount("none", hidden[i], "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) &&
		    errno != ENOENT)
			fail(start, hidden[i]);
}

static _Noreturn void serve(const struct start *start)
{
	char fd[32];
	const char *const argv[] = {
		start->daemon,		fd,   "-o",	    "source=" COPY, "-o",
		"sandbox=chroot",	"-o", start->cache, "-o",	    "log_level=err",
		"--thread-pool-size=0", NULL
	};
	sigset_t none;

	if (geteuid() != 0 || unshare(CLONE_NEWNS))
		enter_user_namespace(start);
	/* After the namespace, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail(start, "mount");
	if (start->root) {
		share_root(start);
		hide_kernel_files(start);
	} else {
		share_volumes(start);
	}
	snprintf(fd, sizeof(fd), "--fd=%d", start->listener);
	fcntl(start->listener, F_SETFD, 0);
	if (preload_set(start->preload))
		fail(start, start->preload);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* Ctrl-C on the terminal is not for it */
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(start->errors, STDOUT_FILENO);
	dup2(start->errors, STDERR_FILENO);
	execv(argv[0], (char *const *)argv);
	fail(start, argv[0]);
}

/* --- in the parent --- */

/* In a directory of our own, so that nobody else can connect first; and by a short way to it, for a
 * socket's name has 108 bytes. Returns 0, or -1 with errno. */
static int bind_and_connect(const char *directory, int listener, int ours)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), result;

	if (dir < 0)
		return -1;
	snprintf(name.sun_path, sizeof(name.sun_path), "/proc/self/fd/%d/s", dir);
	result = bind(listener, (struct sockaddr *)&name, sizeof(name));
	if (!result)
		result = listen(listener, 1);
	if (!result)
		result = connect(ours, (struct sockaddr *)&name, sizeof(name));
	unlinkat(dir, "s", 0);
	close(dir);
	return result;
}

static int make_sockets(int *listener, int *ours)
{
	const char *tmp = getenv("TMPDIR");
	char *directory = xasprintf("%s/rdinit-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int result = -1;

	*listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*ours = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*listener >= 0 && *ours >= 0 && mkdtemp(directory)) {
		result = bind_and_connect(directory, *listener, *ours);
		rmdir(directory);
	}
	free(directory);
	return result;
}

static char *explain(const struct failure *failure)
{
	const char *cure = "";

	if (!strcmp(failure->what, "a user namespace"))
		cure = " (sysctl kernel.unprivileged_userns_clone, "
		       "kernel.apparmor_restrict_unprivileged_userns or user.max_user_namespaces "
		       "forbids it)";
	else if (!strcmp(failure->what, "mount_setattr") && failure->error == ENOSYS)
		cure = " (it needs Linux 5.12)";
	return xasprintf("%s%s%s%s", failure->what, *failure->what ? ": " : "",
			 strerror(failure->error), cure);
}

static char *spawn(struct host_tree *tree, struct start *start)
{
	struct failure failure;
	int report[2];
	ssize_t got;

	if (pipe2(report, O_CLOEXEC))
		return xasprintf("pipe: %s", strerror(errno));
	start->report = report[1];
	tree->pid = fork();
	if (!tree->pid)
		serve(start);
	close(report[1]);
	got = tree->pid < 0 ? -1 : read(report[0], &failure, sizeof(failure));
	close(report[0]);
	if (tree->pid < 0) {
		tree->pid = 0;
		return xasprintf("fork: %s", strerror(errno));
	}
	return got == sizeof(failure) ? explain(&failure) : NULL;
}

static char *open_share(struct start *start, struct host_tree *tree, const char *tag)
{
	char *daemon = find_daemon(), *why = NULL;

	*tree = (struct host_tree){ .tag = tag, .socket = -1, .errors = -1 };
	if (!daemon && getenv(VARIABLE) && *getenv(VARIABLE))
		return xasprintf("no such program: %s (" VARIABLE ")", shown(getenv(VARIABLE)));
	if (!daemon)
		return xstrdup(DAEMON
			       " is not installed (Debian: qemu-system-common, from Debian 13 "
			       "on " DAEMON ")");
	start->listener = -1;
	start->daemon = daemon;
	start->preload = installed_virtiofsd_preload();
	tree->errors = start->errors = memfd_create(DAEMON, MFD_CLOEXEC);
	if (!start->preload)
		why = xstrdup("the library beside the rdinit command is missing");
	else if (make_sockets(&start->listener, &tree->socket))
		why = xasprintf("a socket for " DAEMON ": %s", strerror(errno));
	else
		why = spawn(tree, start);
	if (start->listener >= 0)
		close(start->listener);
	free(start->preload);
	free(daemon);
	return why;
}

/* Nobody changes what programs and libraries are while one runs. */
char *host_tree_open(const char *root, struct host_tree *tree)
{
	struct start start = { .root = root, .cache = "cache=always" };

	return open_share(&start, tree, HOST_TREE_TAG);
}

/* Volumes are there to be changed, from both sides. */
char *host_volumes_open(const struct volumes *volumes, struct host_tree *tree)
{
	struct start start = { .volumes = volumes, .cache = "cache=auto" };

	return open_share(&start, tree, VOLUMES_TAG);
}

/* QEMU has ended by now; without it virtiofsd has nothing to serve. */
void host_tree_close(struct host_tree *tree)
{
	int status = 0;

	if (tree->socket >= 0)
		close(tree->socket);
	if (tree->pid) {
		pid_t ended = waitpid(tree->pid, &status, WNOHANG);

		if (!ended) {
			kill(tree->pid, SIGKILL);
			waitpid(tree->pid, NULL, 0);
		} else if (WIFEXITED(status) && WEXITSTATUS(status) && tree->errors >= 0) {
			error_lines(DAEMON, tree->errors);
		}
	}
	if (tree->errors >= 0)
		close(tree->errors);
	*tree = (struct host_tree){ .socket = -1, .errors = -1 };
}
