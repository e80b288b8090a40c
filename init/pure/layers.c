// SPDX-License-Identifier: MIT
/* layers.c - the table of layers. */
#include "init/pure/layer.h"

#include "init/pure/count.h"
#include "init/pure/finding.h"

/* The openers are numbered in the order of the rows, as in init/layer/openers.c. */
#define LAYER(first, last, kind, opener, texts) NUMBER_##opener
#define NUMBER_NOT_OPENED
#define NUMBER_OPENED_BY(name) OPENER_##name,
#define NUMBER_OPENED_AS_DEVICES_COME(name) OPENER_##name,
enum {
	OPENER_NONE,
#include "init/pure/layers.def"
};
#undef LAYER

#define NOT_OPENED OPENER_NONE
#define OPENED_BY(name) OPENER_##name
#define OPENED_AS_DEVICES_COME(name) OPENER_##name
#define TEXTS(name, program, modules, parameter, nodes, product, mapping) \
	name "\0" program "\0" parameter "\0" nodes "\0" product
#define NAME(name) TEXTS(name, "", "", "", "", "", "")
#define LAYER(first, last, kind, opener, texts) { first, last, kind, opener, texts },

const struct layer layer_table[] = {
#include "init/pure/layers.def"
};

const unsigned int layer_count = COUNT(layer_table);
