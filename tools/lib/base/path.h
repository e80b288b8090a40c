/* SPDX-License-Identifier: MIT */
/* path.h - paths inside an image as text: no file system is read. */
#ifndef TOOLS_LIB_PATH_H
#define TOOLS_LIB_PATH_H

#include <stdbool.h>

#include "tools/lib/base/mem.h"

/* "a//b/./c/" as "/a/b/c", malloc'd. "/" stays "/". NULL with *why set to a static text where the
 * path cannot be in a newc archive that the kernel unpacks: empty, with "..", a name over NAME_MAX,
 * a path over PATH_MAX-1 without its first slash, or the name that ends an archive.
 * Source: init/initramfs.c do_header(), do_name(). */
char *path_clean(const char *path, const char **why);

/* The same for the name of an archive's entry, where the kernel follows "..": it stays. */
char *path_of_entry(const char *name, const char **why);

/* Whether ".." is one of the names of a path that begins with a slash. */
bool path_goes_up(const char *path);

/* Those of their texts that stand for what the kernel cannot make, and passes over. */
extern const char path_is_empty[], path_name_is_long[];

/* dir "/a" and name "b/c" (a leading slash is fine) as "/a/b/c", malloc'd. */
char *path_join(const char *dir, const char *name);

/* Appends a name of `len` bytes, which has no slash at its start, to a path, with a slash between
 * if there is none. Returns the name: valid until the path grows. */
char *path_append(struct buffer *path, const char *name, size_t len);

/* The part before the last slash, malloc'd: "/a/b" -> "/a", "/a" -> "/", "a" -> ".". */
char *path_parent(const char *path);

/* Where in `path` its last name begins. */
const char *path_name(const char *path);

/* Where a relative host path leads, seen from the file `from` (a recipe); an absolute one stays.
 * malloc'd. */
char *path_beside(const char *from, const char *path);

/* Whether a clean path is one of those under the directory `dir`, which itself is not. */
bool path_is_below(const char *path, const char *dir);

/* Whether `end` is a suffix of a longer text: "a.ko" has ".ko", ".ko" has not. */
bool path_has_suffix(const char *path, const char *end);

#endif
