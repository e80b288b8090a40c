/* SPDX-License-Identifier: MIT */
/* program.h - what opens a container, or assembles a pool, by a program of the image. */
#ifndef RDINIT_LAYER_PROGRAM_H
#define RDINIT_LAYER_PROGRAM_H

#include "init/layer/opener.h"
#include "init/pure/limits.h"

#define OPENER_ARGUMENTS_MAX 15

/* What the program of a row is started with. */
struct opener_words {
	char device[DEVICE_PATH_MAX]; /* "/dev/vda2" */
	char name[64]; /* for the opener's own use: of what is made */
	char *argv[OPENER_ARGUMENTS_MAX + 2]; /* argv[0] is the program */
};

/*
 * The program runs as a child of the loop in a session of its own, with stdin from /dev/null; what
 * it prints is logged, and after a minute it is killed. It is to end with 0 once the kernel has
 * announced the product, or soon will. Its death is one line of the log, and one of the report.
 *
 * const struct opener NAME_opener = PROGRAM_OPENER(function that adds its arguments);
 */
#define PROGRAM_OPENER(function)                                                        \
	{                                                                               \
		.events = &program_events, .arguments = function, .open = program_open, \
	}

extern const struct opener_events program_events;
int program_open(struct layers *layers, struct source *source, struct device **device,
		 int64_t deadline);

#endif
