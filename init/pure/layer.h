/* SPDX-License-Identifier: MIT */
/* layer.h - what makes a block device of others, and what is no file system: a row for each kind.
 */
#ifndef RDINIT_PURE_LAYER_H
#define RDINIT_PURE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings;

enum layer_kind {
	LAYER_NONE, /* makes no device, and is nothing to mount: swap space, a journal */
	LAYER_CONTAINER, /* encrypted: one device opens into one other */
	LAYER_POOL, /* several devices make one */
	LAYER_ON_REQUEST, /* a parameter asks for it, on top of the device that was found */
};

/* The texts of a row that /init needs, in their order; "" means none. The tool reads the others,
 * its modules and how dm/uuid of its products begins, from layers.def. */
enum layer_text {
	LAYER_NAME, /* in messages: "LUKS", "a software RAID" */
	LAYER_PROGRAM, /* of the image, that opens it */
	LAYER_PARAMETER, /* that asks for it; of containers and pools: PARAMETER.uuid=UUID */
	LAYER_NODES, /* how paths of its products begin: "/dev/mapper/" */
	LAYER_PRODUCT, /* what such a path names, in messages */
};

struct layer {
	uint8_t first, last; /* enum format: what it stands on; FORMAT_NONE: any device */
	uint8_t kind; /* enum layer_kind */
	uint8_t opener; /* its number in init/layer, from 1; 0: this /init does not open it */
	const char *texts; /* enum layer_text, each with its NUL */
};

/* layers.def has the rows; those on request are in the order in which they are made. */
extern const struct layer layer_table[];
extern const unsigned int layer_count;

/* Returns the row of this enum format, or NULL. */
const struct layer *layer_of(unsigned int format);

/* Returns the row of the products that have this path: one that is opened, if there are several.
 * NULL: the path is no layer's. */
const struct layer *layer_of_path(const char *path);

/* Returns "" for the text of no row, NULL. */
const char *layer_text(const struct layer *layer, enum layer_text which);

/* Whether the command line asks for the row of kind LAYER_ON_REQUEST. */
bool layer_is_requested(const struct layer *layer, const struct settings *settings);

/* Writes why the device cannot be mounted: "encrypted, and this /init opens no LUKS". Returns
 * false, and writes "", if it can be mounted, or opened. */
bool layer_refusal(const struct layer *layer, char *text, size_t size);

#endif
