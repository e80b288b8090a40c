/* SPDX-License-Identifier: MIT */
/* child.h - run one program as a child of PID 1: start it, forward signals, reap it. */
#ifndef RDINIT_PROGRAM_CHILD_H
#define RDINIT_PROGRAM_CHILD_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/program/stop.h"
#include "init/pure/identity.h"
#include "init/pure/rlimit.h"
#include "init/pure/settings.h"

/* What PID 1 does with the signals that it receives while it waits. */
enum signals_to {
	SIGNALS_TO_CHILD, /* an appliance: sends them on to the program */
	SIGNALS_TO_INIT, /* a machine with a shell: busybox's poweroff, reboot and halt send them */
};

/* What the child does, in this order: only root can lower a score, raise a hard limit and drop
 * capabilities, and the program's user may not be allowed to enter its directory. */
enum child_act {
	CHILD_SCORE,
	CHILD_LIMIT,
	CHILD_ENTER,
	CHILD_DROP,
	CHILD_BECOME,
	CHILD_KEEP,
	CHILD_RUN,
};

/* What the program may do. */
struct rights {
	uint64_t caps; /* the bounding set of its capabilities */
	uint64_t ambient; /* those that it has although its user is not root */
	bool no_new_privs;
	int umask; /* -1: as it is */
	const char *oom_score_adj; /* a decimal number; NULL: as it is */
};

enum child_session {
	/* The session of PID 1, whose controlling terminal is the console. The child's process
	 * group is its foreground group. Not a session of its own: when a session leader exits, the
	 * kernel hangs up the terminal, and bytes that the driver has not sent are lost. */
	SESSION_OF_CONSOLE,
	SESSION_WITHOUT_TERMINAL, /* a new session */
};

struct child {
	struct loop *loop;
	char *const *argv; /* argv[0] is the program: a path, or looked up in PATH */
	const char *const *env; /* ended by NULL */
	enum signals_to signals;
	struct stop *stop; /* SIGNALS_TO_CHILD: what requests to end the machine go to; NULL:
			      SIGTERM for the child */
	enum child_session session;
	int stdio[3]; /* descriptors for 0 to 2; -1: as they are */
	const struct identity *identity; /* NULL: root */
	const struct rlimits *limits; /* NULL: as they are */
	const struct rights *rights; /* NULL: as they are */
	const char *dir; /* its working directory; NULL: / */
	/* the results */
	int pid;
	bool is_over;
	bool is_asked_to_end; /* SIGNALS_TO_CHILD: it was sent SIGTERM or SIGINT */
	int error; /* -errno of the start; 0: the program ran */
	enum child_act failed_to; /* which action `error` is of */
	int status; /* as in wait(2) */
	int64_t ran_ms;
	enum power_action request; /* SIGNALS_TO_INIT: what a signal asked for, or POWER_UNSET */
};

/*
 * Starts the program in its session, with default signals, and reaps all children until it has
 * exited or `request` is set. Returns 0, or -errno if it cannot be started (already logged).
 */
int child_run(struct child *child);
/* The two halves of child_run. */
int child_start(struct child *child); /* start.c */
void child_wait(struct child *child);

/* After the program's end: reaps children for this time, or until child_may_not_run(). */
void child_pause(struct child *child, int64_t ms);

/* Whether a signal asked the program to end, or anything the machine. */
bool child_may_not_run(const struct child *child);

/* Reaps children until a signal asks to end the machine. Returns that action. */
enum power_action child_wait_for_request(struct loop *loop);

/* Returns the status as a shell has it: N; 128 + signal; 127: not found; 126: not executable. */
int child_exit_status(const struct child *child);

/* Writes "exited with status 7" or "killed by SIGSEGV" to `text`. */
void child_end_in_words(const struct child *child, char *text, unsigned long size);

#endif
