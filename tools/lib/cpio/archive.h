/* SPDX-License-Identifier: MIT */
/* archive.h - an image file read back: its segments unpacked, its entries in a row. */
#ifndef TOOLS_LIB_ARCHIVE_H
#define TOOLS_LIB_ARCHIVE_H

#include "tools/lib/cpio/newc.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/base/arena.h"
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
	enum compress_kind kind;
	enum decompress_scope scope; /* of what it has: a frame, or all of its kind */
	size_t offset, packed; /* bytes in the file */
	size_t unpacked; /* bytes; of COMPRESS_NONE those in the file */
	struct collected data; /* unpacked; empty for COMPRESS_NONE, or where only names are */
	struct buffer names; /* the same without files' bytes, where these were not wanted */
	struct newc_gap *gaps; /* where they are missing, or NULL */
};

struct archive {
	char *name; /* as it was given */
	struct mapped_file mapped;
	struct span file; /* its bytes */
	struct archive_segment *segments;
	size_t segment_count;
	struct span bootconfig; /* the text after the last segment; NULL: none */
	bool is_open; /* its last entries have no trailer after them */
	bool is_damaged; /* it ends early: a missing entry may be in the rest */
	struct archive_entry *entries; /* in the order of the kernel: a later one wins */
	size_t count;
	size_t ways; /* entries with ".." */
	size_t lost; /* entries that the kernel does not unpack, and that are not here */
	struct arena targets; /* of symlinks: to read one byte of a mapped file costs 64 KiB */
	size_t *by_path; /* indexes of entries in the order of path, then index */
};

enum archive_policy {
	ARCHIVE_STRICT, /* frames of one kind that follow each other are one segment */
	ARCHIVE_AS_THE_KERNEL, /* each is one, in which no entry may begin that it does not end */
};

#define ARCHIVE_NOWHERE SIZE_MAX

/* Where the kernel stops. */
struct archive_fault {
	enum compress_kind kind;
	size_t segment; /* its offset in the file, bytes */
	size_t at; /* in its content, bytes; or ARCHIVE_NOWHERE */
	const char *why; /* static; decompress_over_limit is told by its address */
};

struct archive_rules {
	enum archive_policy policy;
	bool names_only; /* files' bytes in compressed segments are not kept */
	/* An entry that the kernel skips without a message; its name may be NULL. */
	void (*lost)(void *context, const struct newc_entry *entry, const char *why);
	void (*damaged)(void *context, const struct archive_fault *fault);
	/* Before a segment is unpacked; false: reading ends there, as after damage. May be NULL. */
	bool (*accepts)(void *context, struct span packed, enum compress_kind kind, size_t offset);
	void *context;
};

/* Reads a raw newc archive, then any number of compressed segments, with zero bytes between, and a
 * boot configuration, up to where the kernel would stop. Owns the bytes of `file` from now on.
 * `name` is for messages. More than limit.h allows is damage. archive_index() is left to the
 * caller. */
struct archive *archive_read(const char *name, struct mapped_file *file,
			     const struct archive_rules *rules);

/* "raw", "gzip", ... */
const char *archive_kind(enum compress_kind kind);

/* Reads and indexes `path` ("-": standard input). Omits what the kernel skips, with a warning.
 * Damage is an error. Returns NULL after reporting. */
struct archive *archive_open(const char *path);

/* The same in little memory, for a caller that reads no file's bytes: the data of a file in a
 * compressed segment is NULL, with its length. archive_copy() reads the bytes of one. */
struct archive *archive_open_names(const char *path);

/* `bytes` more of the file, or of its content, were read: now and then the memory of its pages is
 * released. *since is the caller's, 0 at first. */
void archive_passed(const struct archive *archive, size_t *since, size_t bytes);

/* Cuts the next piece off `rest`, which has bytes of an entry, and counts it as passed; empty at
 * the end. */
struct span archive_piece(const struct archive *archive, size_t *since, struct span *rest);

/* Hands the bytes of an entry to `sink`, in pieces, as they are unpacked. 0, or -1 after reporting.
 */
int archive_copy(const struct archive *archive, const struct archive_entry *entry,
		 struct sink sink);

void archive_close(struct archive *archive); /* NULL is fine */

/* For a caller that reads an image by other rules: adds a segment, and an entry of the last
 * segment, which keeps `path` (malloc'd, from path_of_entry()). Pointers to segments and entries
 * are valid until the next one is added. */
struct archive_segment *archive_add_segment(struct archive *archive, enum compress_kind kind,
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
