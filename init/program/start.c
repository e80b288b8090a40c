// SPDX-License-Identifier: MIT
/* start.c - start a program as a child of PID 1: session, streams, rights, directory, user, PATH.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "init/program/child.h"
#include "init/pure/capability.h"
#include "init/pure/count.h"
#include "init/sys/file.h"
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

static int set_score(const struct child *child)
{
	const char *score = child->rights ? child->rights->oom_score_adj : NULL;

	return score ? file_write("/proc/self/oom_score_adj", score) : 0;
}

/* All that are given; the first that fails ends it. */
static int limit(const struct child *child)
{
	const struct rlimits *limits = child->limits;
	int error = 0;

	for (int i = 0; limits && i < RLIMITS && !error; i++)
		if (limits->given & 1u << i)
			error = sys_set_limit(i, limits->of[i].soft, limits->of[i].hard);
	return error;
}

static int enter(const struct child *child)
{
	return child->dir ? sys_chdir(child->dir) : 0;
}

/* Those that the program keeps as another user: root has all of its bounding set anyway. */
static uint64_t ambient_of(const struct child *child)
{
	return child->rights && child->identity && child->identity->uid ? child->rights->ambient
									: 0;
}

/* EINVAL: the kernel knows no more capabilities. */
static int drop_caps(const struct child *child)
{
	uint64_t caps = child->rights ? child->rights->caps : CAPABILITIES_ALL;
	int error = 0;

	for (unsigned int i = 0; caps != CAPABILITIES_ALL && i < 64 && !error; i++)
		if (!(caps >> i & 1))
			error = sys_prctl(PR_CAPBSET_DROP, i, 0);
	if (ambient_of(child) && (!error || error == -EINVAL))
		return sys_prctl(PR_SET_KEEPCAPS, 1, 0);
	return error == -EINVAL ? 0 : error;
}

static int become(const struct child *child)
{
	const struct identity *identity = child->identity;

	return identity ? sys_set_identity(identity->uid, identity->gid, identity->groups,
					   identity->group_count)
			: 0;
}

/* An ambient capability must be permitted and inheritable. */
static int keep_caps(const struct child *child)
{
	uint64_t ambient = ambient_of(child);
	int error = ambient ? sys_set_capabilities(ambient) : 0;

	for (unsigned int i = 0; ambient >> i && !error; i++)
		if (ambient >> i & 1)
			error = sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i);
	if (!error && child->rights && child->rights->no_new_privs)
		error = sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0);
	return error;
}

static int prepare(struct child *child)
{
	static int (*const acts[])(const struct child *child) = {
		[CHILD_SCORE] = set_score, [CHILD_LIMIT] = limit,   [CHILD_ENTER] = enter,
		[CHILD_DROP] = drop_caps,  [CHILD_BECOME] = become, [CHILD_KEEP] = keep_caps,
	};
	int error = 0;

	if (child->rights && child->rights->umask >= 0)
		sys_umask((mode_t)child->rights->umask);
	for (unsigned int i = 0; i < COUNT(acts) && !error; i++) {
		child->failed_to = (enum child_act)i;
		error = acts[i](child);
	}
	if (!error)
		child->failed_to = CHILD_RUN;
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
	child->error = prepare(child);
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
	case CHILD_SCORE:
		log_err(child->error, "set oom_score_adj to %s to run %s",
			child->rights->oom_score_adj, child->argv[0]);
		break;
	case CHILD_DROP:
	case CHILD_KEEP:
		log_err(child->error, "set the capabilities to run %s", child->argv[0]);
		break;
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
	child->is_over = false;
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
