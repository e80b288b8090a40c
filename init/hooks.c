// SPDX-License-Identifier: MIT
/* hooks.c - runs the programs of before-run.d, before the program of the machine. */
#include <errno.h>
#include <limits.h>
#include <signal.h>

#include "init/boot.h"
#include "init/program/child.h"
#include "init/program/output.h"
#include "init/pure/format.h"
#include "init/pure/imageconf.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define END_MAX 64 /* bytes; "killed by SIGVTALRM" */

struct hook {
	struct loop_child child;
	struct output output;
	bool is_over;
	int status;
};

static void ended(void *owner, int status)
{
	struct hook *hook = owner;

	hook->status = status;
	hook->is_over = true;
}

static bool is_over(void *hook)
{
	return ((const struct hook *)hook)->is_over;
}

static int judge(const struct hook *hook, const char *path, int timeout_s)
{
	const struct child child = { .status = hook->status };
	char end[END_MAX];

	if (hook->status == LOOP_LATE) {
		/* Whatever it started is in its session, and so in its process group. */
		sys_kill(-hook->child.pid, SIGKILL);
		return log_err(-ETIMEDOUT, "%s has not ended within %d s: killed", path, timeout_s);
	}
	if (!hook->status)
		return 0;
	child_end_in_words(&child, end, sizeof(end));
	return log_err(-ECANCELED, "%s %s", path, end);
}

static int run(struct boot *boot, const char *path)
{
	char *argv[] = { (char *)path, NULL };
	struct child child = { .loop = &boot->loop, .argv = argv, .env = boot->env };
	struct hook hook = { .is_over = false };
	int pid = output_start(&hook.output, &child);

	if (pid < 0)
		return pid;
	log_print(LOG_INFO, "running %s", path);
	hook.child = (struct loop_child){ .node.owner = &hook,
					  .pid = pid,
					  .deadline = loop_deadline(boot->settings.hooks_s),
					  .ended = ended };
	loop_add_child(&boot->loop, &hook.child);
	loop_run(&boot->loop, is_over, &hook, NO_DEADLINE);
	output_end(&hook.output);
	return judge(&hook, path, boot->settings.hooks_s);
}

int hooks_run(struct boot *boot)
{
	char name[NAME_MAX + 1] = "", path[sizeof(HOOKS_DIR) + 1 + NAME_MAX];
	int more, error = 0;

	while (!error && (more = file_next_name(HOOKS_DIR, imageconf_is_hook, name)) > 0) {
		format_text(path, sizeof(path), HOOKS_DIR "/%s", name);
		error = run(boot, path);
	}
	return error ? error : more;
}
