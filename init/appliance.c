// SPDX-License-Identifier: MIT
/* appliance.c - run one program, and report how it ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "init/boot.h"
#include "init/program/child.h"
#include "init/device/links.h"
#include "init/pure/capability.h"
#include "init/pure/names.h"
#include "init/pure/number.h"
#include "init/pure/restart.h"
#include "init/program/stdio.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* The kernel has 1024 and 4096. The soft one stays, for select(2); programs that need more raise
 * it. */
#define FILES_SOFT 1024
#define FILES_HARD 524288 /* as systemd has it */

#define END_MAX 64 /* bytes; "killed by SIGVTALRM" */

static void send_end(const struct child *child)
{
	const char *name = WIFSIGNALED(child->status) ? signal_name(WTERMSIG(child->status)) : NULL;

	if (!child->error && name)
		wire_report("signal %s", name);
	else
		wire_report("exit %d", child_exit_status(child));
}

static void report(const struct child *child)
{
	char end[END_MAX];

	if (!child->error) {
		child_end_in_words(child, end, sizeof(end));
		log_print(WIFSIGNALED(child->status) ? LOG_WARNING : LOG_INFO, "%s %s after %ld s",
			  child->argv[0], end, (long)(child->ran_ms / 1000));
	}
	log_last("exit status %d (run: %s)", child_exit_status(child), child->argv[0]);
}

/* A program that asks for limits does not run without them. */
static int parse_limits(const struct text_list *texts, struct rlimits *limits)
{
	int error = 0;

	for (int i = 0; i < texts->count && !error; i++) {
		error = rlimit_parse(texts->all[i], limits);
		if (error)
			log_err(error, "parse rdinit.rlimit=%s: expected NAME=SOFT[:HARD]",
				texts->all[i]);
	}
	return error;
}

static int parse_caps(const char *name, const char *text, uint64_t *set)
{
	int error = text ? capability_parse(text, set) : 0;

	return error ? log_err(error, "parse rdinit.%s=%s: expected NAME[,NAME...] of capabilities",
			       name, text)
		     : 0;
}

/* Nor with more rights than it asks for. */
static int parse_rights(const struct settings *settings, struct rights *rights)
{
	unsigned int umask;
	int error = parse_caps("caps", settings->caps, &rights->caps);

	if (!error)
		error = parse_caps("ambient", settings->ambient, &rights->ambient);
	if (error || !settings->umask)
		return error;
	if (!number_parse(settings->umask, 8, 0777, &umask))
		return log_err(-EINVAL, "parse rdinit.umask=%s: expected an octal number up to 777",
			       settings->umask);
	rights->umask = (int)umask;
	return 0;
}

/* Waits before the next start. Returns whether there is one. */
static bool starts_again(struct child *child, struct restart *restart)
{
	char end[END_MAX];
	int64_t pause;

	if (child->error || child_may_not_run(child))
		return false;
	pause = restart_pause(restart, child_exit_status(child) != 0, child->ran_ms);
	if (pause < 0)
		return false;
	child_end_in_words(child, end, sizeof(end));
	log_print(LOG_WARNING, "%s %s after %ld s: started again in %ld ms (rdinit.restart=)",
		  child->argv[0], end, (long)(child->ran_ms / 1000), (long)pause);
	child_pause(child, pause);
	return !child_may_not_run(child);
}

/* A program that may start again keeps its streams. */
static void run(struct child *child, struct restart *restart)
{
	do {
		if (child_start(child))
			wire_report("status %s", log_last_error());
		if (child->error || restart->policy == RESTART_NEVER)
			stdio_close(child->stdio);
		if (!child->error)
			child_wait(child);
	} while (starts_again(child, restart));
	stdio_close(child->stdio);
}

/* The file takes the place of what is there. */
static void use_input(struct child *child, int fd)
{
	if (fd < 0)
		return;
	if (child->stdio[0] >= 0)
		sys_close(child->stdio[0]);
	child->stdio[0] = fd;
}

/* How the program asks to be run. */
struct request {
	struct identity identity;
	struct rlimits limits;
	struct rights rights;
	struct restart restart;
};

/* Fails rather than run the program as root, or otherwise than it asks for. */
static int parse(const struct settings *settings, struct request *request, struct child *child)
{
	const char *user = settings->user, *restart = settings->restart;
	int error = user ? identity_parse(user, &request->identity) : 0;

	if (error)
		return log_err(error, "parse rdinit.user=%s: expected UID:GID[,GID...]", user);
	error = parse_limits(&settings->rlimits, &request->limits);
	if (!error)
		error = parse_rights(settings, &request->rights);
	if (error)
		return error;
	if (restart && restart_parse(restart, &request->restart))
		return log_err(-EINVAL,
			       "parse rdinit.restart=%s: expected never, on-failure[:N] or always",
			       restart);
	child->identity = user ? &request->identity : NULL;
	child->limits = &request->limits;
	child->rights = &request->rights;
	return 0;
}

int appliance(struct boot *boot)
{
	const struct settings *settings = &boot->settings;
	struct child child = { .loop = &boot->loop,
			       .argv = boot->program,
			       .env = boot->env,
			       .signals = SIGNALS_TO_CHILD,
			       .stop = &boot->stop,
			       .stdio = { -1, -1, -1 },
			       .dir = settings->chdir };
	struct request request = { .rights = { .caps = CAPABILITIES_ALL,
					       .no_new_privs = settings->no_new_privs,
					       .umask = -1,
					       .oom_score_adj = settings->oom_score_adj } };
	int error = parse(settings, &request, &child), input = -1;

	if (error)
		return error;
	/* A program that asks for a file does not run with another input. */
	if (settings->input) {
		input = sys_open(settings->input, O_RDONLY);
		if (input < 0)
			return log_err(input, "open rdinit.stdin=%s", settings->input);
	}
	if (settings->links)
		boot->make_links(boot);
	stdio_open(&boot->stdio, &boot->loop, child.stdio);
	use_input(&child, input);
	/* With its streams on a port the program needs no terminal: a controlling terminal
	 * would hang up on its children when it exits. */
	if (child.stdio[1] >= 0)
		child.session = SESSION_WITHOUT_TERMINAL;
	/* The program inherits it; one that may not be raised (EPERM) stays. */
	sys_set_limit(RLIMIT_NOFILE, FILES_SOFT, FILES_HARD);
	wire_report("ready");
	run(&child, &request.restart);
	notify_close(boot);
	send_end(&child);
	report(&child);
	return 0;
}
