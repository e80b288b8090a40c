// SPDX-License-Identifier: MIT
/* restart.c - whether, and when, a program that has ended is started again. */
#include "init/pure/restart.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "init/pure/choice.h"
#include "init/pure/number.h"

#define DOUBLINGS 10 /* 100 ms doubled so often are more than a minute */

int restart_parse(const char *text, struct restart *restart)
{
	size_t len = strcspn(text, ":");
	int policy = choice_find("never|on-failure|always", text, len);

	*restart = (struct restart){ .policy = (enum restart_policy)policy };
	if (!text[len])
		return policy < 0 ? -EINVAL : 0;
	if (policy != RESTART_ON_FAILURE ||
	    !number_parse(text + len + 1, 10, INT_MAX, &restart->limit) || !restart->limit)
		return -EINVAL;
	return 0;
}

int64_t restart_pause(struct restart *restart, bool has_failed, int64_t ran_ms)
{
	int64_t pause;

	if (restart->policy == RESTART_NEVER ||
	    (restart->policy == RESTART_ON_FAILURE && !has_failed))
		return -1;
	if (ran_ms >= RESTART_GOOD_MS)
		restart->count = 0;
	if (restart->limit && restart->count == restart->limit)
		return -1;
	pause = RESTART_FIRST_MS << (restart->count < DOUBLINGS ? restart->count : DOUBLINGS);
	restart->count++;
	return pause < RESTART_MOST_MS ? pause : RESTART_MOST_MS;
}
