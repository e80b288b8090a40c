/* SPDX-License-Identifier: MIT */
/* child.h - one program as a child of PID 1: started, reaped, signalled. */
#ifndef RDINIT_PROGRAM_CHILD_H
#define RDINIT_PROGRAM_CHILD_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/identity.h"
#include "init/pure/settings.h"

/* Who gets the signals that PID 1 receives while it waits. */
enum signals_to {
	SIGNALS_TO_CHILD, /* an appliance: they are the program's */
	SIGNALS_TO_INIT, /* a machine with a shell: poweroff, reboot and halt of busybox's kind */
};

enum child_act { CHILD_RUN, CHILD_ENTER, CHILD_BECOME };

enum child_session {
	/* PID 1's, whose controlling terminal is the console: the child's process group is in its
	 * foreground. When the leader of a session ends, the kernel hangs up its terminal, and what
	 * the driver has not sent yet is lost; PID 1 does not end. */
	SESSION_OF_CONSOLE,
	SESSION_WITHOUT_TERMINAL, /* the child's own */
};

struct child {
	struct loop *loop;
	char *const *argv; /* argv[0] is the program: a path, or looked up in PATH */
	const char *const *env; /* ended by NULL */
	enum signals_to signals;
	enum child_session session;
	int stdio[3]; /* descriptors for 0 to 2; -1: as they are */
	const struct identity *identity; /* NULL: root */
	const char *dir; /* its working directory; NULL: / */
	/* what became of it */
	int pid;
	bool is_over;
	int error; /* -errno of the start, 0 where the program ran */
	enum child_act failed_to; /* what the error is of */
	int status; /* as in wait(2) */
	int64_t ran_ms;
	enum power_action request; /* SIGNALS_TO_INIT: what a signal asked for, or POWER_UNSET */
};

/*
 * Starts the program in the session asked for, with default signals, and reaps everything until
 * it has ended, or `request` is set. Returns 0, or -errno where it could not be started, already
 * logged.
 */
int child_run(struct child *child);
/* The two halves of child_run. */
int child_start(struct child *child); /* start.c */
void child_wait(struct child *child);

/* Reaps children until a signal asks to end the machine. Returns that action. */
enum power_action child_wait_for_request(struct loop *loop);

/* The status a shell would show: N, 128 + signal, 127 not found, 126 not executable. */
int child_exit_status(const struct child *child);

/* "exited with status 7", "killed by SIGSEGV"; written to `text`. */
void child_end_in_words(const struct child *child, char *text, unsigned long size);

#endif
