/* SPDX-License-Identifier: MIT */
/* stop.h - a request to end the machine: SIGTERM for the program, a grace, then SIGKILL. */
#ifndef RDINIT_PROGRAM_STOP_H
#define RDINIT_PROGRAM_STOP_H

#include <stdbool.h>

#include "init/loop/loop.h"

#define STOP_AGAIN_MS 1000 /* the grace after a second request */

struct child;

struct stop {
	struct loop *loop;
	const int *grace_s; /* after the first request, seconds */
	const struct child *child; /* the program; NULL: it does not run */
	unsigned int requests;
	struct loop_timer timer;
	bool is_due; /* without a program: the grace that a request shortened is over */
};

/* `grace_s` must stay valid. */
void stop_init(struct stop *stop, struct loop *loop, const int *grace_s);

/* Sends the program SIGTERM, and SIGKILL after the grace. A second request, or one after the
 * program has ended, shortens the grace. `source`: what asks, for the log. */
void stop_request(struct stop *stop, const char *source);

/* The program needs so long from now on to end. Counts only after one request, and not after two.
 */
void stop_extend(struct stop *stop, int64_t ms);

/* The program runs from now on; NULL: it has ended. */
void stop_follow(struct stop *stop, const struct child *child);

/* Whether the signal is such a request. */
bool stop_is_asked_by(int signal);
/* The same; then makes the request. */
bool stop_by_signal(struct stop *stop, int signal);

#endif
