/* SPDX-License-Identifier: MIT */
/* mode.h - what a boot is for, and the steps that it takes. */
#ifndef RDINIT_PURE_MODE_H
#define RDINIT_PURE_MODE_H

#include "init/pure/paths.h"
#include "init/pure/settings.h"

enum mode { MODE_RUN, MODE_HAND_OFF, MODE_STAY };

/* Which words ask for it. */
enum mode_from {
	FROM_RUN_WORD, /* rdinit.run= */
	FROM_ROOT_WORD, /* root= */
	FROM_ARGUMENTS, /* the arguments after "--" */
	FROM_RUN_FILE, /* nothing does: the image's /etc/rdinit/run, and without it MODE_STAY */
};

/*
 * A parameter overrides the image's file, and root= overrides the arguments after "--", which are
 * then the real init's. User-mode Linux adds root= to every line that has none: an empty one asks
 * for nothing.
 */
enum mode_from mode_from(const struct settings *settings);

/* The source of the mode as messages name it: "rdinit.run=". */
const char *mode_from_name(enum mode_from from);

/*
 * Splits the program and its arguments in place. `text` has `len` bytes and a NUL after them: a
 * line of words, the words after "--", or the run file, which is such a line or has arguments that
 * end with a NUL, as /proc/PID/cmdline. A NULL follows the last one. Returns their number, or -1 if
 * there are more than RUN_WORDS_MAX or a quote has no end.
 */
int mode_words(enum mode_from from, char *text, size_t len, char *words[RUN_WORDS_MAX + 1]);

/* The steps of a mode in their order, ended by NULL. main.c has the functions. */
const char *const *mode_steps(enum mode mode);

#endif
