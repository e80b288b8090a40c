/* SPDX-License-Identifier: MIT */
/* layers.h - devices that are opened as they become known, whatever they are wanted for. */
#ifndef RDINIT_LAYER_LAYERS_H
#define RDINIT_LAYER_LAYERS_H

#include "init/module/module.h"
#include "init/program/output.h"
#include "init/pure/layer.h"

#define OPENINGS_MAX 4 /* devices at a time */

struct layers;

/* A device that a program is opening. */
struct opening {
	struct loop_child child; /* pid 0: the slot is free */
	struct output output; /* of the program */
	struct layers *layers;
	const struct layer *layer;
	unsigned int major, minor, instance; /* of the device, which may move in the table */
};

/* A device is opened if the command line names it, if it is what was asked for itself, or while a
 * search found nothing else. */
struct layers {
	struct modules *modules;
	struct devices *devices;
	const struct settings *settings;
	const char *const *env; /* of programs, ended by NULL */
	struct device_subscriber subscriber;
	struct opening openings[OPENINGS_MAX];
	bool is_searching;
	bool is_ending; /* after layers_end() */
};

/* Before anything else. */
void layers_init(struct layers *layers, struct modules *modules, const char *const *env);

/* From now on devices are opened as they become known. */
void layers_follow(struct layers *layers);

/* Before a search: devices that the command line names are opened, whatever is searched for. */
void layers_watch(struct layers *layers);

/* From now on every device that this /init can open is wanted, or no more. */
void layers_search(struct layers *layers, bool is_searching);

/* Before PID 1 becomes another init: what no search waits for any more is killed, and what one
 * would wait for has as long as that. */
void layers_end(struct layers *layers);

/* Whether nothing is being opened. */
bool layers_have_ended(const struct layers *layers);

/* Opens what is wanted. */
void layers_open_wanted(struct layers *layers);

/* Returns the row of what is on the device, or NULL. */
const struct layer *layer_on(const struct device *device);

#endif
