/* SPDX-License-Identifier: MIT */
/* progress.h - one line on a terminal's stderr about work that takes longer than a second. */
#ifndef TOOLS_LIB_PROGRESS_H
#define TOOLS_LIB_PROGRESS_H

#include <stdbool.h>

/* Whether stderr is a terminal: elsewhere none of these does anything. */
bool progress_is_seen(void);

/* Shows the line in place of the one that stood there, at most as wide as a terminal has columns.
 * The caller sees to it that control bytes are shown(). */
void progress_show(const char *line);

/* Takes the line away; error() and warning() do. */
void progress_clear(void);

/* Shows "rdinit: WHAT: N s" once a second has passed, from a separate thread, until
 * progress_stop(). One at a time; `what` must stay valid. */
void progress_start(const char *what);
void progress_stop(void);

#endif
