/* SPDX-License-Identifier: MIT */
/* drivers.h - which modules a device needs: the image's table /etc/rdinit/drivers. */
#ifndef RDINIT_PURE_DRIVERS_H
#define RDINIT_PURE_DRIVERS_H

#include "init/pure/span.h"

#define DRIVERS_MAX 8192 /* modules of a table; all of Debian's are 4,300 */
#define DRIVER_PATH_MAX 256 /* bytes, with the NUL */
#define DRIVER_OPTIONS_MAX 1024 /* bytes of a line's options, with the NUL */

/*
 * The table is text in two parts with an empty line between. A line of the first is a module: its
 * path in the image, "-" or the numbers of lines (from 0, all above it, by commas) that are to be
 * loaded before it, and its options. A line of the second is a pattern of modules.alias and the
 * numbers of its modules; these lines are sorted by their bytes. The second part is not read
 * through at boot: a line of it that is wrong is as if it were not there.
 */
struct drivers {
	struct span text, aliases;
	unsigned int count;
	uint32_t lines[DRIVERS_MAX]; /* where each begins */
};

/* All point into the text and are not ended by NUL. */
struct driver {
	struct span path, needs, options;
};

/* 0; -EINVAL for a line of modules that is none, -E2BIG for too many of them, or 4 GiB of text. */
int drivers_parse(struct span text, struct drivers *drivers);

/* The module on this line. 0, or -EINVAL. */
int drivers_at(const struct drivers *drivers, unsigned int line, struct driver *driver);

/* Takes the next number off "3,17", or off "-". 1, or 0 at the end, and at what is not one below
 * `limit`. */
int drivers_number(struct span *list, unsigned int limit, unsigned int *number);

/* Cuts the next line of patterns off `rest`, which begins as `aliases`. 1, or 0 at the end. */
int drivers_alias(struct span *rest, struct span *pattern, struct span *numbers);

/* Calls each() for every module that a pattern fitting `alias` names; how many there were, with
 * repetitions. Looks only at patterns that begin as the alias does. */
int drivers_match(const struct drivers *drivers, const char *alias,
		  void (*each)(void *argument, unsigned int line), void *argument);

#endif
