/* SPDX-License-Identifier: MIT */
/* opener.h - what a file of this directory has to be the opener of a row of layers.def. */
#ifndef RDINIT_LAYER_OPENER_H
#define RDINIT_LAYER_OPENER_H

#include <stdint.h>

#include "init/pure/layer.h"

#define NO_FILE (-1)

struct device;
struct layers;
struct opener_words;
struct source;

/* What a container or pool needs that is opened as devices appear: program.h has it for programs.
 */
struct opener_events {
	/* Before a search: has devices probed if the command line names one of this row. */
	void (*watch)(struct layers *layers, const struct layer *layer);
	/* The device became known, or others came that may be of the same pool: opens it if it is
	 * wanted. Returns soon. */
	void (*changed)(struct layers *layers, struct device *device);
	/* PID 1 is about to become another init: kills what no search waits for any more. */
	void (*end)(struct layers *layers);
};

/* How a row is opened; what is not needed is NULL. */
struct opener {
	const struct opener_events *events;
	/* Adds the arguments of its program to words->argv. */
	void (*arguments)(const struct device *device, struct opener_words *words);
	/* The device in `source` was found: opens it, unless that is done. Returns 0 if it is to be
	 * mounted itself; 1 if its product replaces it, in *device; or -errno, logged. */
	int (*open)(struct layers *layers, struct source *source, struct device **device,
		    int64_t deadline);
	/* LAYER_ON_REQUEST: opens a file on the device in `source`, or makes one of it, or of
	 * *file, which it closes then, and stores the descriptor in *file. *file is NO_FILE at
	 * first. Returns 0 or -errno, logged. */
	int (*carry)(struct layers *layers, const struct source *source, int *file);
};

/* openers.c: in the order of the rows that are opened. */
extern const struct opener *const layer_openers[];
/* How many of them have events: an /init without any contains no code for them. */
extern const unsigned int layer_event_count;

/* layers.c: returns the opener of the row, or NULL. */
const struct opener *layer_opener(const struct layer *layer);

#endif
