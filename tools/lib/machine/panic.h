/* SPDX-License-Identifier: MIT */
/* panic.h - what the guest's console shows of a kernel panic, and of memory that ran out. */
#ifndef TOOLS_LIB_PANIC_H
#define TOOLS_LIB_PANIC_H

#include <stdbool.h>

#include "init/pure/span.h"

#define PANIC_LINE 256 /* bytes of a line that are kept; the rest is cut off */

/* All zero is a console on which nothing was shown. */
struct panic_watch {
	bool shown; /* a panic, and after it no orderly end ("reboot: Power down") */
	bool at_line_start; /* nothing but the kernel's time stamp stood before it */
	bool killed; /* the kernel killed a process, because memory ran out */
	char text[PANIC_LINE + 1]; /* "Kernel panic - not syncing: ..." */
	char line[PANIC_LINE + 1]; /* the one that is not finished yet */
	size_t len;
};

/*
 * Reads any piece of the console; the size of the pieces does not matter. A program can print the
 * same text: a match explains an end, but does not prove it.
 */
void panic_watch_feed(struct panic_watch *watch, struct span bytes);

#endif
