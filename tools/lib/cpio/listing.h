/* SPDX-License-Identifier: MIT */
/* listing.h - an archive as a recipe, as `ls -l` shows files, and as JSON. */
#ifndef TOOLS_LIB_LISTING_H
#define TOOLS_LIB_LISTING_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/lib/cpio/archive.h"
#include <jansson.h>

struct listing_style {
	bool verbose; /* where each entry is, how large and how numbered, as comments */
	bool segments; /* `segment` lines mark the uncompressed start of the image */
	/* The place of a file's bytes for its `file` line, malloc'd; or NULL: the entry is left
	 * out. */
	char *(*locate)(const struct archive *archive, size_t index, void *context);
	void *context;
};

/* Prints the entries in their order, hard links in one line, so that `rdinit pack` makes the same
 * image from it. 0, or -1 after reporting an entry that is no kind of file. */
int listing_print(const struct archive *archive, const struct listing_style *style, FILE *out);

/* A line an entry: mode, links, owner, group, size or device numbers, time (UTC), name. */
void listing_long_entry(const struct archive *archive, const struct archive_entry *entry,
			FILE *out);
void listing_long(const struct archive *archive, FILE *out);

/* {"segments": [...], "entries": [...]}; a name that is no UTF-8 is empty, and its bytes stand as
 * hexadecimal in KEY_hex. 0, or -1 after reporting. */
int listing_json(const struct archive *archive, FILE *out);

/* {path, type, mode, uid, gid, mtime, ...}, as in `list --json` of rdinit(1). A new reference. */
json_t *listing_entry_json(const struct archive *archive, const struct archive_entry *entry);

/* Names are bytes and JSON is text: where `name` is no UTF-8, `key` is "" and KEY_hex has its
 * bytes. */
void listing_set_name(json_t *object, const char *key, const char *name);

#endif
