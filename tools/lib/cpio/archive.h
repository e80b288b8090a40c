/* SPDX-License-Identifier: MIT */
/* archive.h - an image file read back: its segments unpacked, its entries in a row. */
#ifndef TOOLS_LIB_ARCHIVE_H
#define TOOLS_LIB_ARCHIVE_H

#include "tools/lib/cpio/newc.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/compress/compress.h"

struct archive_entry {
	struct newc_entry newc; /* newc.archive counts through all segments */
	size_t segment; /* index into archive.segments */
	char *path; /* clean: where the kernel puts it, if its name has ".." */
	char *way; /* NULL, or the name with "..", which the kernel follows */
	size_t data_of; /* index of the entry that holds the bytes: its own, or
			 * that of the last name of a hard-linked file */
	size_t next_name; /* index of the next entry that is a name of the same file; 0: none */
};

struct archive_segment {
	const char *kind; /* "raw", "gzip", "zstd" */
	size_t offset, packed; /* bytes in the file */
	size_t unpacked; /* bytes; for "raw" those in the file */
	struct buffer data; /* unpacked; without files' bytes where these were not wanted */
	struct newc_gap *gaps; /* where they are missing, or NULL */
};

struct archive {
	char *name; /* as it was given */
	struct mapped_file mapped;
	struct span file; /* its bytes */
	struct archive_segment *segments;
	size_t segment_count;
	struct span bootconfig; /* the text after the last segment; NULL: none */
	bool names_only; /* files' bytes in compressed segments are not kept */
	int is_open; /* its last entries have no trailer after them */
	struct archive_entry *entries; /* in the order of the kernel: a later one wins */
	size_t count;
	size_t ways; /* entries with ".." */
	size_t passed_over; /* entries that the kernel does not unpack: told, and not here */
	size_t *by_path; /* indexes of entries in the order of path, then index */
};

/* Reads path ("-": standard input): raw newc, then any number of compressed segments, with zero
 * bytes between, and a bootconfig. Omits what the kernel skips, with a warning. Damage is an error,
 * and so is more than limit.h allows. Returns NULL after reporting. */
struct archive *archive_open(const char *path);

/* The same in little memory, for a caller that reads no file's bytes: the data of a file in a
 * compressed segment is NULL, with its length. archive_copy() reads the bytes of one. */
struct archive *archive_open_names(const char *path);

/* `bytes` more of the file, or of its content, were read: now and then the memory of its pages is
 * released. *since is the caller's, 0 at first. */
void archive_passed(const struct archive *archive, size_t *since, size_t bytes);

/* Hands the bytes of an entry to `sink`, in pieces, as they are unpacked. 0, or -1 after reporting.
 */
int archive_copy(const struct archive *archive, const struct archive_entry *entry,
		 struct sink sink);

void archive_close(struct archive *archive); /* NULL is fine */

/* For a caller that reads an image by other rules: adds a segment, and an entry of the last
 * segment, which keeps `path` (malloc'd, from path_of_entry()). Pointers to segments and entries
 * are valid until the next one is added. */
struct archive_segment *archive_add_segment(struct archive *archive, const char *kind,
					    size_t offset);
void archive_add_entry(struct archive *archive, const struct newc_entry *newc, char *path);

/* Fills in by_path and each entry's data_of and next_name, once all entries are there, and the path
 * of each entry whose name has "..": where the kernel cannot make it, that stays in it. */
void archive_index(struct archive *archive);

/* Whether two entries are names of one file, by the kernel's rule: same inode and device numbers,
 * same type, two links at least, in one archive. Source: find_link(), maybe_link(). */
int archive_same_file(const struct archive_entry *one, const struct archive_entry *other);

/* The last entry at a clean path, or NULL. */
const struct archive_entry *archive_find(const struct archive *archive, const char *path);

/* The entry that a path resolves to when the kernel has unpacked all: links are followed, the last
 * one too, and never out of the image. Returns NULL with *why set to a static text. */
const struct archive_entry *archive_resolve(const struct archive *archive, const char *path,
					    const char **why);

/* The bytes of an entry, where it is a file through all its hard links. */
struct span archive_data(const struct archive *archive, const struct archive_entry *entry);

#endif
