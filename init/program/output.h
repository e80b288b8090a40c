/* SPDX-License-Identifier: MIT */
/* output.h - what a program prints, as lines of the log. */
#ifndef RDINIT_PROGRAM_OUTPUT_H
#define RDINIT_PROGRAM_OUTPUT_H

#include <stddef.h>

#include "init/loop/loop.h"
#include "init/program/child.h"

#define OUTPUT_LINE_MAX 120 /* bytes; a longer line is logged in pieces */

struct output {
	struct loop *loop;
	const char *program; /* its name in the log */
	struct loop_descriptor pipe; /* fd below 0: none */
	size_t len;
	char line[OUTPUT_LINE_MAX]; /* after the end: the last line */
};

/* Starts the program in a session of its own, with /dev/null as its input, and logs each line that
 * it prints while the loop runs. Its name must stay valid until output_end(). Where there is no
 * /dev/null or no pipe it has the console. Returns its process id, or -errno (already logged);
 * then there is nothing to end. */
int output_start(struct output *output, struct child *child);

/* After the program's end: logs what is left, and closes the pipe. What it left running may not
 * print any more. */
void output_end(struct output *output);

#endif
