// SPDX-License-Identifier: MIT
/* start.c - start a program as a child of PID 1: session, streams, directory, user, PATH. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "init/program/child.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define PATH_MAX_HERE 4096

/* Joins one directory of PATH and the name. */
static int try_in(const struct child *child, const char *dir, size_t len, const char *name)
{
	char path[PATH_MAX_HERE];

	if (len + strlen(name) + 2 > sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, dir, len);
	path[len] = '/';
	memcpy(path + len + 1, name, strlen(name) + 1);
	return sys_execve(path, child->argv, (char *const *)child->env);
}

static const char *path_of(const struct child *child)
{
	for (const char *const *word = child->env; *word; word++)
		if (strncmp(*word, "PATH=", 5) == 0)
			return *word + 5;
	return "/bin";
}

/* As execvp(3): executes the first file that it can; returns EACCES rather than ENOENT. */
static int search(const struct child *child, const char *name)
{
	int kept = -ENOENT;

	for (const char *dir = path_of(child); *dir;) {
		size_t len = strcspn(dir, ":");
		int error = try_in(child, dir, len, name);

		if (error != -ENOENT && error != -ENOTDIR && error != -EACCES)
			return error;
		if (error == -EACCES)
			kept = error;
		dir += len + (dir[len] == ':');
	}
	return kept;
}

/* All that are given; the first that fails ends it. */
static int limit(struct child *child)
{
	const struct rlimits *limits = child->limits;
	int error = 0;

	child->failed_to = CHILD_LIMIT;
	for (int i = 0; limits && i < RLIMITS && !error; i++)
		if (limits->given & 1u << i)
			error = sys_set_limit(i, limits->of[i].soft, limits->of[i].hard);
	if (!error)
		child->failed_to = CHILD_RUN;
	return error;
}

/* Enters the program's directory, then becomes its user, who may not be allowed to enter it. */
static int enter_and_become(struct child *child)
{
	const struct identity *identity = child->identity;
	int error = child->dir ? sys_chdir(child->dir) : 0;

	if (error) {
		child->failed_to = CHILD_ENTER;
		return error;
	}
	if (identity)
		error = sys_set_identity(identity->uid, identity->gid, identity->groups,
					 identity->group_count);
	if (error)
		child->failed_to = CHILD_BECOME;
	return error;
}

/*
 * Runs in the child, in the parent's memory (vfork): so the parent reads the error of execve(2) in
 * child->error. All other descriptors of /init are close-on-exec.
 */
static int in_child(void *argument)
{
	struct child *child = argument;
	sigset_t none;

	if (child->session == SESSION_WITHOUT_TERMINAL)
		sys_setsid();
	for (int i = 0; i <= 2; i++)
		if (child->stdio[i] >= 0 && (child->error = sys_dup2(child->stdio[i], i)) < 0)
			return 126;
	if (child->stdio[2] < 0)
		sys_dup2(1, 2); /* the log's does not block, and a program's is to */
	sigemptyset(&none);
	sys_set_mask(&none);
	child->error = limit(child); /* as root: a hard limit may be raised */
	if (!child->error)
		child->error = enter_and_become(child);
	if (child->error)
		return 126;
	if (strchr(child->argv[0], '/'))
		child->error = sys_execve(child->argv[0], child->argv, (char *const *)child->env);
	else
		child->error = search(child, child->argv[0]);
	return 127;
}

/* Errors are ignored: without a console the program has no terminal. */
static void become_leader(void)
{
	sys_setsid();
	sys_set_controlling_tty(0);
}

static void log_failure(const struct child *child)
{
	switch (child->failed_to) {
	case CHILD_LIMIT:
		log_err(child->error, "set the resource limits to run %s", child->argv[0]);
		break;
	case CHILD_ENTER:
		log_err(child->error, "enter %s to run %s", child->dir, child->argv[0]);
		break;
	case CHILD_BECOME:
		log_err(child->error, "become user %u to run %s", child->identity->uid,
			child->argv[0]);
		break;
	default:
		log_err(child->error, "run %s", child->argv[0]);
	}
}

int child_start(struct child *child)
{
	child->error = 0;
	child->failed_to = CHILD_RUN;
	child->status = 0;
	child->ran_ms = -sys_clock_ms();
	if (child->session == SESSION_OF_CONSOLE) {
		become_leader();
		child->pid = sys_spawn_in_foreground(in_child, child);
	} else {
		child->pid = sys_spawn(in_child, child);
	}
	if (child->pid < 0)
		child->error = child->pid;
	if (child->error)
		log_failure(child);
	return child->error;
}
