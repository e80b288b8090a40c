/* SPDX-License-Identifier: MIT */
/* restart.h - whether, and when, a program that has ended is started again. */
#ifndef RDINIT_PURE_RESTART_H
#define RDINIT_PURE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#define RESTART_FIRST_MS 100 /* the pause before the first restart; each later one doubles it, */
#define RESTART_MOST_MS 60000 /* up to this */
#define RESTART_GOOD_MS 60000 /* a run of this length is a success: pause and count begin anew */

/* In the order of the names in rdinit.restart=. */
enum restart_policy { RESTART_NEVER, RESTART_ON_FAILURE, RESTART_ALWAYS };

struct restart {
	enum restart_policy policy;
	unsigned int limit; /* of restarts in a row; 0: none */
	unsigned int count; /* restarts in a row so far */
};

/* Reads never, on-failure[:N] or always. Returns 0 or -EINVAL. */
int restart_parse(const char *text, struct restart *restart);

/* Returns how long to wait before the next start, ms; -1: it stays ended. */
int64_t restart_pause(struct restart *restart, bool has_failed, int64_t ran_ms);

#endif
