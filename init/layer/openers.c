// SPDX-License-Identifier: MIT
/* openers.c - the openers of the table of layers. */
#include "init/layer/opener.h"

#define LAYER(first, last, kind, opener, texts) DECLARE_##opener
#define DECLARE_NOT_OPENED
#define DECLARE_OPENED_BY(name) extern const struct opener name##_opener;
#define DECLARE_OPENED_AS_DEVICES_COME(name) DECLARE_OPENED_BY(name)
#include "init/pure/layers.def"
#undef LAYER

#define LAYER(first, last, kind, opener, texts) LIST_##opener
#define LIST_NOT_OPENED
#define LIST_OPENED_BY(name) &name##_opener,
#define LIST_OPENED_AS_DEVICES_COME(name) LIST_OPENED_BY(name)
const struct opener *const layer_openers[] = {
#include "init/pure/layers.def"
};
#undef LAYER

#define LAYER(first, last, kind, opener, texts) COUNT_##opener
#define COUNT_NOT_OPENED
#define COUNT_OPENED_BY(name)
#define COUNT_OPENED_AS_DEVICES_COME(name) +1
const unsigned int layer_event_count = 0
#include "init/pure/layers.def"
	;
