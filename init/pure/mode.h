/* SPDX-License-Identifier: MIT */
/* mode.h - what a boot is for, and the steps that it takes. */
#ifndef RDINIT_PURE_MODE_H
#define RDINIT_PURE_MODE_H

#include "init/pure/paths.h"
#include "init/pure/settings.h"

enum mode {
	MODE_RUN,
	MODE_RUN_IN_ROOT, /* a program of rdinit.root= */
	MODE_HAND_OFF,
	MODE_STAY,
};

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

/* The mode that this asks for. `has_run_file`: the image's run file is there and not empty. */
enum mode mode_of(const struct settings *settings, enum mode_from from, int has_run_file);

/* The source of the mode as messages name it: "rdinit.run=". */
const char *mode_from_name(enum mode_from from);

/*
 * Splits the program and its arguments in place. `text` has `len` bytes and a NUL after them: a
 * line of words, the words after "--", or the run file, which is such a line or has arguments that
 * end with a NUL, as /proc/PID/cmdline. A NULL follows the last one. Returns their number, or -1 if
 * there are more than RUN_WORDS_MAX or a quote has no end.
 */
int mode_words(enum mode_from from, char *text, size_t len, char *words[RUN_WORDS_MAX + 1]);

/* In which modes a step is taken (init/steps.def). */
enum in_modes {
	IN_RUN = 1 << MODE_RUN,
	IN_RUN_IN_ROOT = 1 << MODE_RUN_IN_ROOT,
	IN_HAND_OFF = 1 << MODE_HAND_OFF,
	IN_STAY = 1 << MODE_STAY,
	IN_ALL = IN_RUN | IN_RUN_IN_ROOT | IN_HAND_OFF | IN_STAY,
};

/* The name of the next step of this mode, from number *at on, which starts at 0. NULL after the
 * last. */
const char *mode_next_step(enum mode mode, unsigned int *at);

#endif
