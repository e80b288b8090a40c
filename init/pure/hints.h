/* SPDX-License-Identifier: MIT */
/* hints.h - the usual cure of a step's error. */
#ifndef RDINIT_PURE_HINTS_H
#define RDINIT_PURE_HINTS_H

struct hint {
	const char *step; /* NULL: after the last */
	int error; /* ENODEV, not -ENODEV */
	const char *text;
};

/* Of the steps that run in every mode and of the program, and of those that find a root. */
extern const struct hint hints_of_programs[], hints_of_roots[];

/* Returns the cure for this error in this step, or NULL. */
const char *hint_find(const struct hint *hints, const char *step, int error);

#endif
