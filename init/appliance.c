// SPDX-License-Identifier: MIT
/* appliance.c - run one program, and report how it ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "init/boot.h"
#include "init/program/child.h"
#include "init/device/links.h"
#include "init/pure/capability.h"
#include "init/pure/names.h"
#include "init/pure/number.h"
#include "init/program/stdio.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

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

/* The file takes the place of what is there. */
static void use_input(struct child *child, int fd)
{
	if (fd < 0)
		return;
	if (child->stdio[0] >= 0)
		sys_close(child->stdio[0]);
	child->stdio[0] = fd;
}

int appliance(struct boot *boot)
{
	struct child child = { .loop = &boot->loop,
			       .argv = boot->program,
			       .env = boot->env,
			       .signals = SIGNALS_TO_CHILD,
			       .stop = &boot->stop,
			       .stdio = { -1, -1, -1 },
			       .dir = boot->settings.chdir };
	const char *user = boot->settings.user;
	struct identity identity;
	struct rlimits limits = { 0 };
	struct rights rights = { .caps = CAPABILITIES_ALL,
				 .no_new_privs = boot->settings.no_new_privs,
				 .umask = -1,
				 .oom_score_adj = boot->settings.oom_score_adj };
	int error = user ? identity_parse(user, &identity) : 0, input = -1;

	/* Fails rather than run the program as root. */
	if (error)
		return log_err(error, "parse rdinit.user=%s: expected UID:GID[,GID...]", user);
	if (user)
		child.identity = &identity;
	error = parse_limits(&boot->settings.rlimits, &limits);
	if (!error)
		error = parse_rights(&boot->settings, &rights);
	if (error)
		return error;
	child.limits = &limits;
	child.rights = &rights;
	/* A program that asks for a file does not run with another input. */
	if (boot->settings.input) {
		input = sys_open(boot->settings.input, O_RDONLY);
		if (input < 0)
			return log_err(input, "open rdinit.stdin=%s", boot->settings.input);
	}
	if (boot->settings.links)
		boot->make_links(boot);
	stdio_open(&boot->stdio, &boot->loop, child.stdio);
	use_input(&child, input);
	/* With its streams on a port the program needs no terminal: a controlling terminal
	 * would hang up on its children when it exits. */
	if (child.stdio[1] >= 0)
		child.session = SESSION_WITHOUT_TERMINAL;
	wire_report("ready");
	error = child_start(&child);
	stdio_close(child.stdio);
	if (error)
		wire_report("status %s", log_last_error());
	else
		child_wait(&child);
	notify_close(boot);
	send_end(&child);
	report(&child);
	return 0;
}
