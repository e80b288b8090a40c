// SPDX-License-Identifier: MIT
/* layers.c - the table of layers. */
#include "init/pure/layer.h"

#include "init/pure/finding.h"

#define NOT_OPENED false
#define OPENED_BY(name) true
#define TEXTS(name, program, modules, parameter, nodes, product, mapping) \
	name "\0" program "\0" modules "\0" parameter "\0" nodes "\0" product "\0" mapping
#define NAME(name) TEXTS(name, "", "", "", "", "", "")
#define LAYER(first, last, kind, opener, texts) { first, last, kind, opener, texts },

const struct layer layers[] = {
#include "init/pure/layers.def"
};

const unsigned int layer_count = sizeof(layers) / sizeof(layers[0]);
