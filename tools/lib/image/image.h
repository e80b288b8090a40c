/* SPDX-License-Identifier: MIT */
/* image.h - the entries of an initramfs before they are written. */
#ifndef TOOLS_LIB_IMAGE_H
#define TOOLS_LIB_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Strings live as long as the image. */
struct entry {
	const char *path; /* absolute in the image, "/bin/sh"; no trailing slash, no ".." */
	uint32_t mode; /* S_IF* and permission bits */
	uint32_t uid, gid;
	int64_t mtime; /* seconds since 1970; clamped by the writer */
	uint32_t rdev_major, rdev_minor;
	const char *target; /* symlink: its text */
	const char *host_path; /* regular file: where its bytes are, or NULL: in data */
	void *data; /* regular file: bytes in memory, owned */
	int64_t spooled; /* regular file: its place in the spool, plus 1; 0: not there */
	size_t size; /* regular file: bytes in data or the spool; with host_path what a
		      * walk saw, or 0 */
	struct entry *link; /* hard link: the entry it shares its inode with, else NULL */
	const char *why; /* provenance, "recipe.list:12" or "needed by /bin/sh" */

	unsigned int layer; /* the last layer of a tar or OCI image that named it; tar.c's own */
	struct entry *copy; /* stage.c: the entry that it became while a stage is merged */
	int rank; /* image.c: enum image_rank of the line that added it */
	uint32_t ino, nlink, left; /* while writing: number, names, names still to write */
};

/* Who says that an entry is there. A higher rank replaces a lower one, never the other way
 * round; between equals the later one wins, but for IMAGE_NEEDED the earlier. */
enum image_rank {
	IMAGE_PARENT, /* a directory that something below it needs */
	IMAGE_NEEDED, /* a library, a symlink on the way, a module of another one */
	IMAGE_TREE, /* found in a `tree` or a list of applets */
	IMAGE_PROGRAM, /* entries of `program` and `module` */
	IMAGE_EXPLICIT, /* named by a recipe line */
};

/* The defaults of the entries that follow. A new image: EXPLICIT, 0, 0, and SOURCE_DATE_EPOCH or 0.
 * An entry whose `why` begins with "needed by" is IMAGE_NEEDED, whatever is set here. */
struct image_defaults {
	enum image_rank rank;
	uint32_t uid, gid;
	int64_t mtime;
};

struct image *image_new(void);
void image_free(struct image *image); /* NULL is fine */

/* Returns the defaults before, to put back. The recipe sets IMAGE_PROGRAM around program_add()
 * and modules_finish(), which need not care. */
struct image_defaults image_set_defaults(struct image *image, struct image_defaults defaults);
struct image_defaults image_defaults(const struct image *image);

/* Paths: "/a/b", "a/b" and "/a//b/./" are all right and mean one thing; "..", and what newc cannot
 * hold (path of PATH_MAX bytes and more, symlink text over PATH_MAX-1, the name "TRAILER!!!") are
 * refused by name. Symlinks of the image in the parents of `path` are followed, so with
 * /lib -> usr/lib the file /lib/x becomes /usr/lib/x: the kernel, which unpacks in sorted order,
 * would otherwise lose it. So read where an entry went from entry->path.
 *
 * All add functions copy their strings, create missing parent directories (0755, root) and return
 * the entry, or NULL after reporting. Adding the same thing twice (same kind, same content source)
 * is silent. A conflict goes by rank (above); the entry returned is then the one that stayed.
 * A symlink to a directory that a program needs (/bin -> usr/bin) takes the place of a directory:
 * what was in it moves to where the symlink points. Any other change of a directory with something
 * in it is an error.
 * `perm` are permission bits with setuid, setgid and sticky. */
struct entry *image_add_dir(struct image *image, const char *path, uint32_t perm, const char *why);
struct entry *image_add_file(struct image *image, const char *path, const char *host_path,
			     uint32_t perm, const char *why);
struct entry *image_add_data(struct image *image, const char *path, const void *data, size_t size,
			     uint32_t perm, const char *why);
/* A file of words, each ended by a NUL, as /init reads its program and environment. 0 or -1. */
int image_add_words(struct image *image, const char *path, char *const *words, const char *why);
/* A file whose bytes are in the spool already (spool.h). */
struct entry *image_add_spooled(struct image *image, const char *path, int64_t at, size_t size,
				uint32_t perm, const char *why);
struct entry *image_add_symlink(struct image *image, const char *path, const char *target,
				const char *why);
/* mode: S_IFCHR, S_IFBLK, S_IFIFO or S_IFSOCK with permission bits. */
struct entry *image_add_node(struct image *image, const char *path, uint32_t mode, uint32_t major,
			     uint32_t minor, const char *why);
/* One more name of a regular file (or node) that is in the image. */
struct entry *image_add_link(struct image *image, const char *path, struct entry *to,
			     const char *why);

/* The entry at this path, or NULL. Symlinks in its parents are followed, the last name is not. */
struct entry *image_find(const struct image *image, const char *path);

/* Takes out what is below `path`, and with REMOVE_INCLUSIVE the entry itself, but for what layer
 * `keep` (0: none) has named. */
enum image_removal { REMOVE_BELOW, REMOVE_INCLUSIVE };
void image_remove(struct image *image, const char *path, enum image_removal removal,
		  unsigned int keep);

/* Whether something is below this place, as an entry's path has it. */
bool image_has_below(const struct image *image, const char *path);

/* The entry this one shares its inode with: it has mode, owner and bytes. Itself if alone. */
struct entry *image_inode(struct entry *entry);

/* The entries in byte order of their paths, which puts parents before children. `count` of them;
 * free() the array, not the entries. Good until the next add. */
struct entry **image_sorted(const struct image *image, size_t *count);

/* The same in the order in which they were added. */
struct entry **image_entries(const struct image *image, size_t *count);
size_t image_count(const struct image *image);

#endif
