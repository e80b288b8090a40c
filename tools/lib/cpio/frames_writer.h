/* SPDX-License-Identifier: MIT */
/* frames_writer.h - writes an archive in frames, which threads compress side by side. */
#ifndef TOOLS_LIB_FRAMES_WRITER_H
#define TOOLS_LIB_FRAMES_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/base/output.h"
#include "tools/lib/compress/compress.h"

/*
 * The kernel accepts an archive in several frames, if each ends where an entry ends. So frames are
 * compressed in parallel, and one whose bytes did not change since the last time is not compressed
 * again. A frame ends, once it has FRAME_LEAST bytes, before an entry whose name decides so, or at
 * FRAME_MOST bytes: a file that grows, comes or goes moves only the borders around itself. The same
 * entries give the same bytes, whatever the number of threads.
 */
#define FRAME_LEAST ((size_t)2 << 20)
#define FRAME_MOST ((size_t)8 << 20)

struct frames_options {
	struct compress_choice choice;
	unsigned int threads; /* 0: one a processor, as far as 256 MiB of memory allow */
	bool use_cache;
};

struct frames;

/* Writes to `output`, which stays the caller's. NULL after reporting. */
struct frames *frames_new(const struct frames_options *options, struct output *output);

/* An entry of this name begins. 0, or -1 after reporting. */
int frames_entry(struct frames *frames, const char *name);

/* 0, or -1 after reporting. */
int frames_write(struct frames *frames, const void *data, size_t len);

/* Whether nothing is compressed. */
bool frames_are_plain(const struct frames *frames);

/* Bytes of the output so far, and the first `len` of a file as output_share() has it, where nothing
 * is compressed; else 0, and -1. */
uint64_t frames_at(const struct frames *frames);
int frames_share(struct frames *frames, int fd, size_t len);

/* Waits for all, writes what is left, frees. 0, or -1 after reporting. */
int frames_finish(struct frames *frames);
void frames_free(struct frames *frames); /* gives up; NULL is fine */

#endif
