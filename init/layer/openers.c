// SPDX-License-Identifier: MIT
/* openers.c - the openers of the table of layers. */
#include "init/layer/layer.h"

#define LAYER(first, last, kind, opener, texts) DECLARE_##opener
#define DECLARE_NOT_OPENED
#define DECLARE_OPENED_BY(name) extern const struct opener name##_opener;
#include "init/pure/layers.def"
#undef LAYER

#define LAYER(first, last, kind, opener, texts) LIST_##opener
#define LIST_NOT_OPENED
#define LIST_OPENED_BY(name) &name##_opener,
const struct opener *const layer_openers[] = {
#include "init/pure/layers.def"
};
