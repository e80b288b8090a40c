/* SPDX-License-Identifier: MIT */
/* wire.h - what the guest's /init says on the debug console port, line by line. */
#ifndef TOOLS_LIB_WIRE_H
#define TOOLS_LIB_WIRE_H

#include "init/pure/span.h"

#define WIRE_LINE 512 /* bytes of a line that are kept; the rest is cut off */

enum wire_word {
	WIRE_READY = 1 << 0, /* the program was started */
	WIRE_EXIT = 1 << 1, /* `status` holds what it ended with */
	WIRE_FAILED = 1 << 2, /* `failed` holds "STEP ERRNO TEXT" */
	WIRE_OFF = 1 << 3, /* the machine is about to power off, reboot or halt */
	WIRE_SPOKE = 1 << 4, /* at least one line that we know */
	WIRE_HALT = 1 << 5, /* with WIRE_OFF: it halts, and never ends on its own */
	WIRE_HANDOFF = 1 << 6, /* /init was replaced by another init: it says nothing any more */
	WIRE_SIGNAL = 1 << 8, /* with WIRE_EXIT: it was a signal that ended it */
	WIRE_WAITING = 1 << 10, /* for an order of ours: the rest of its image */
	WIRE_TAKEN = 1 << 9, /* it has it */
	WIRE_WITHIN = 1 << 7, /* `within_s` says when the next line comes at the latest */
};

/* All zero is a wire on which nothing was said. */
struct wire {
	unsigned int words; /* enum wire_word, or-ed */
	int status; /* 0 to 255, as a shell has it: 128 + n for a signal */
	char failed[WIRE_LINE + 1]; /* the first one: later ones follow from it */
	char said[WIRE_LINE + 1]; /* the last `status TEXT` */
	unsigned int said_count; /* how many there were */
	unsigned int exit_count; /* of `exit` and `signal`: /init says one of them, once */
	unsigned int ready_count; /* of `ready`: a second one is of a second boot */
	unsigned int within_s; /* seconds after the line that said so */
	unsigned int within_count; /* how many such lines there were */
	char line[WIRE_LINE + 1]; /* the one that is not finished yet */
	size_t len;
};

/* Takes any piece of the stream. Lines that it does not know are passed over: they are for a later
 * tool. Texts are made printable. How the stream is cut into pieces changes nothing. */
void wire_feed(struct wire *wire, struct span bytes);

#endif
