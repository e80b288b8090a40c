/* SPDX-License-Identifier: MIT */
/* dlopen_note.h - the libraries that an ELF file says it opens with dlopen(3). */
#ifndef TOOLS_LIB_DLOPEN_NOTE_H
#define TOOLS_LIB_DLOPEN_NOTE_H

#include "init/pure/span.h"

/* Later ones include earlier ones. */
enum dlopen_priority {
	DLOPEN_NONE,
	DLOPEN_REQUIRED, /* without it the program does not work */
	DLOPEN_RECOMMENDED, /* without it an important part does not; the default priority */
	DLOPEN_SUGGESTED,
};

/* A word ("recommended") as a priority. 0, or -1: it is none. */
int dlopen_priority(const char *word, enum dlopen_priority *priority);
const char *dlopen_priority_name(enum dlopen_priority priority);

#define DLOPEN_SONAMES_MAX 32 /* of one feature; systemd's longest list has 4 */

struct dlopen_wish {
	const char *feature; /* "" if the note has none */
	const char *description; /* "" likewise */
	enum dlopen_priority priority;
	const char *sonames[DLOPEN_SONAMES_MAX]; /* the first that there is counts */
	size_t count; /* at least one */
};

/*
 * Calls `take` for each wish of one note's JSON text, whose texts are good during the call. A NUL
 * ends the text. 0, or -1 if it is no array of objects with a `soname` list; then `take` was not
 * called. Source: https://systemd.io/ELF_DLOPEN_METADATA
 */
int dlopen_note_read(struct span json, void (*take)(void *context, const struct dlopen_wish *wish),
		     void *context);

#endif
