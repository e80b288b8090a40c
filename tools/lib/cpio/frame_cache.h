/* SPDX-License-Identifier: MIT */
/* frame_cache.h - compressed frames kept from one `rdinit pack` to the next. */
#ifndef TOOLS_LIB_FRAME_CACHE_H
#define TOOLS_LIB_FRAME_CACHE_H

#include "tools/lib/compress/compress.h"

struct frame_cache;

/* $XDG_CACHE_HOME/rdinit/frames, else ~/.cache/rdinit/frames, made when something is stored. Files
 * there have the hash of their content as their name, may be deleted at any time, and are deleted
 * if they were not used for 30 days. NULL if the environment names no such directory. */
struct frame_cache *frame_cache_open(void);
void frame_cache_close(struct frame_cache *cache); /* NULL is fine */

/* Appends to `packed` the frame that `choice` made of exactly these bytes. 1, or 0 if there is
 * none or a damaged one. `cache` NULL is fine. May be called from several threads. */
int frame_cache_get(struct frame_cache *cache, const struct compress_choice *choice,
		    struct span raw, struct buffer *packed);

/* Keeps it. Whatever fails only costs time later, and is not said. */
void frame_cache_put(struct frame_cache *cache, const struct compress_choice *choice,
		     struct span raw, const struct buffer *packed);

#endif
