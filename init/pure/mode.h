/* mode.h - what a boot is for, and the steps that it takes. */
#ifndef RDINIT_PURE_MODE_H
#define RDINIT_PURE_MODE_H

#include "init/pure/settings.h"

enum mode { MODE_RUN, MODE_HAND_OFF, MODE_STAY };

/* Which words ask for it. */
enum mode_from {
	FROM_RUN_WORD,  /* rdinit.run= */
	FROM_ROOT_WORD, /* root= */
	FROM_ARGUMENTS, /* what stands behind "--" */
	FROM_RUN_FILE,  /* nothing does: the image's /etc/rdinit/run, and without it MODE_STAY */
};

#define RUN_FILE "/etc/rdinit/run"

/*
 * What is asked for by name comes before what the image holds, and a root before its arguments:
 * behind "--" stand the real init's then. User-mode Linux puts a root= of its own on every line
 * that has none: an empty one asks for nothing.
 */
enum mode_from mode_from(const struct settings *settings);

/* The steps of a mode in their order, ended by NULL. main.c has the functions. */
const char *const *mode_steps(enum mode mode);

#endif
