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
	FROM_ARGUMENTS, /* what stands behind "--" */
	FROM_RUN_FILE, /* nothing does: the image's /etc/rdinit/run, and without it MODE_STAY */
};

/*
 * What is asked for by name comes before what the image holds, and a root before its arguments:
 * behind "--" stand the real init's then. User-mode Linux puts a root= of its own on every line
 * that has none: an empty one asks for nothing.
 */
enum mode_from mode_from(const struct settings *settings);

/* What is asked for in the words of a message: "rdinit.run=". */
const char *mode_from_name(enum mode_from from);

/*
 * The program and its arguments, split in place out of `text`, which has `len` bytes and a NUL
 * behind them: a line of words, the words behind "--", or the run file, which is such a line or
 * holds arguments each ended by a NUL, as /proc/PID/cmdline has them. A NULL follows them. Their
 * number, or -1 where there are more than RUN_WORDS_MAX or a quote is not closed.
 */
int mode_words(enum mode_from from, char *text, size_t len, char *words[RUN_WORDS_MAX + 1]);

/* The steps of a mode in their order, ended by NULL. main.c has the functions. */
const char *const *mode_steps(enum mode mode);

#endif
