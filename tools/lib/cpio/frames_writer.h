/* SPDX-License-Identifier: MIT */
/* frames_writer.h - writes an archive: entries in groups, each compressed as a frame. */
#ifndef TOOLS_LIB_FRAMES_WRITER_H
#define TOOLS_LIB_FRAMES_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/base/output.h"
#include "tools/lib/compress/compress.h"

/*
 * The kernel accepts an archive in several frames, if each ends where an entry ends. So groups are
 * compressed in parallel, and one whose bytes did not change since the last time is not compressed
 * again. A group ends, once it has GROUP_LEAST bytes, before an entry whose name decides so, or at
 * GROUP_MOST bytes: a file that grows, comes or goes moves only the borders around itself. The same
 * entries give the same bytes, whatever the number of threads.
 */
#define GROUP_LEAST ((size_t)2 << 20)
#define GROUP_MOST ((size_t)8 << 20)

struct groups_options {
	struct compress_choice choice;
	unsigned int threads; /* 0: one a processor, as far as 256 MiB of memory allow */
	bool use_cache;
};

struct groups;

/* Writes to `output`, which stays the caller's. NULL after reporting. */
struct groups *groups_new(const struct groups_options *options, struct output *output);

/* An entry of this name begins. 0, or -1 after reporting. */
int groups_entry(struct groups *groups, const char *name);

/* 0, or -1 after reporting. */
int groups_write(struct groups *groups, const void *data, size_t len);

/* Whether nothing is compressed. */
bool groups_is_plain(const struct groups *groups);

/* Bytes of the output so far, and the first `len` of a file as output_share() has it, where nothing
 * is compressed; else 0, and -1. */
uint64_t groups_at(const struct groups *groups);
int groups_share(struct groups *groups, int fd, size_t len);

/* Waits for all, writes what is left, frees. 0, or -1 after reporting. */
int groups_finish(struct groups *groups);
void groups_free(struct groups *groups); /* gives up; NULL is fine */

#endif
