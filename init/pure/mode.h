/* SPDX-License-Identifier: MIT */
/* mode.h - choose the mode of a boot, and list its steps. */
#ifndef RDINIT_PURE_MODE_H
#define RDINIT_PURE_MODE_H

#include "init/pure/paths.h"
#include "init/pure/settings.h"

enum mode {
	MODE_RUN,
	MODE_RUN_IN_ROOT, /* a program in the root of rdinit.root= */
	MODE_HAND_OFF,
	MODE_STAY,
};

/* What chooses the mode. */
enum mode_from {
	FROM_RUN_WORD, /* rdinit.run= */
	FROM_ROOT_WORD, /* root= */
	FROM_ARGUMENTS, /* the arguments after "--" */
	FROM_RUN_FILE, /* no parameter: /etc/rdinit/run of the image, or else MODE_STAY */
};

/*
 * A parameter overrides the image's file, and root= overrides the arguments after "--", which are
 * then for the real init. An empty root= is ignored: User-mode Linux adds one to every command line
 * without root=.
 */
enum mode_from mode_from(const struct settings *settings);

/* Returns the mode. `has_run_file`: the image has a run file that is not empty. */
enum mode mode_of(const struct settings *settings, enum mode_from from, int has_run_file);

/* Returns the options of rdinit.root=tmpfs[:OPTIONS], "" for none: the program's root is the
 * initramfs. NULL if that was not asked for. */
const char *mode_tmpfs_root(const struct settings *settings);

/* Returns the source as messages name it: "rdinit.run=". */
const char *mode_from_name(enum mode_from from);

/*
 * Splits the program and its arguments in place. `text` has `len` bytes and a NUL after them: a
 * line, the arguments after "--", or the run file, which is a line or has arguments that each end
 * with a NUL, as /proc/PID/cmdline. A NULL follows the last one. Returns their number, or -1 if
 * there are more than RUN_WORDS_MAX or a quote is not closed.
 */
int mode_words(enum mode_from from, char *text, size_t len, char *words[RUN_WORDS_MAX + 1]);

/* The modes in which a step runs (init/steps.def). */
enum in_modes {
	IN_RUN = 1 << MODE_RUN,
	IN_RUN_IN_ROOT = 1 << MODE_RUN_IN_ROOT,
	IN_HAND_OFF = 1 << MODE_HAND_OFF,
	IN_STAY = 1 << MODE_STAY,
	IN_ALL = IN_RUN | IN_RUN_IN_ROOT | IN_HAND_OFF | IN_STAY,
};

/* What the /init says that only runs programs. The tool knows it by this text. */
#define INIT_ONLY_RUNS \
	"this /init only runs programs: pack the image with `init` in place of `init run`"

/* The lists of steps: steps.def, and steps_run.def. */
enum steps_of { STEPS_OF_INIT, STEPS_OF_INIT_RUN };

/* Returns the name of this mode's next step in a list, from number *at (0 at first) on; NULL after
 * the last. */
const char *mode_next_step(enum steps_of list, enum mode mode, unsigned int *at);

/* Returns what this mode asks of an /init that only runs programs and does not do, or NULL.
 * `settings`: as read. */
const char *mode_out_of_scope(enum mode mode, const struct settings *settings);

/* The parameters that such an /init does not read, while the program may do without: returns the
 * next of those that were given, from number *at (0 at first) on; NULL after the last. */
const char *mode_next_unread(const struct settings *settings, unsigned int *at);

#endif
