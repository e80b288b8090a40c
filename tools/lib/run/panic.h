/* panic.h - what the guest's console shows of a kernel panic. */
#ifndef TOOLS_LIB_PANIC_H
#define TOOLS_LIB_PANIC_H

#include <stdbool.h>

#include "init/pure/span.h"

#define PANIC_LINE 256 /* bytes of a line that are kept; what is over is cut off */

/* All zero is a console on which nothing was shown. */
struct panic_watch {
	bool shown; /* a panic, and after it no orderly end ("reboot: Power down") */
	bool at_line_start; /* nothing but the kernel's time stamp stood before it */
	char text[PANIC_LINE + 1]; /* "Kernel panic - not syncing: ..." */
	char line[PANIC_LINE + 1]; /* the one that is not finished yet */
	size_t len;
};

/*
 * Reads any piece of the console. How the stream is cut into pieces changes nothing.
 * A program can print the same text: what this finds explains an end, and is no proof of one.
 */
void panic_watch_feed(struct panic_watch *watch, struct span bytes);

#endif
