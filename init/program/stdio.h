/* SPDX-License-Identifier: MIT */
/* stdio.h - a program's standard streams over a serial port (rdinit.stdio=). */
#ifndef RDINIT_PROGRAM_STDIO_H
#define RDINIT_PROGRAM_STDIO_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/frames.h"

/* Carries them as frames (init/pure/frames.h), whenever the loop runs. */
struct stdio {
	struct loop *loop; /* NULL: the console is the program's standard streams */
	struct loop_descriptor port, in, out, err; /* a fd of -1: closed */
	struct frame_reader reader;
	uint8_t input[FRAME_MAX]; /* on its way to the program */
	size_t input_len;
	bool input_ended; /* the host sent the end */
	uint8_t frame[FRAME_HEAD + FRAME_MAX]; /* on its way to the host */
	size_t frame_at, frame_len;
	unsigned int credit; /* to be granted to the host, bytes */
	bool has_ended; /* the last frame is on its way */
	bool is_over; /* and has left the port */
	struct loop_child drain;
};

/*
 * Makes three pipes, and carries what goes through them over the serial port, "ttyS1". Writes the
 * program's ends to `ends`; where `port` is NULL, or cannot be used (which is logged), they are
 * -1: the console.
 */
void stdio_open(struct stdio *stdio, struct loop *loop, const char *port, int ends[3]);

/* Closes init's copies of the program's ends, once the program has its own. */
void stdio_close(int ends[3]);

/* Whether there is nothing more to carry: no writer is left, and the last byte has left the port.
 */
bool stdio_is_over(const struct stdio *stdio);

#endif
