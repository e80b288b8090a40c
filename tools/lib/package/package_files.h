/* SPDX-License-Identifier: MIT */
/* package_files.h - a system's own files, in a folder or in an image; for package.c. */
#ifndef TOOLS_LIB_PACKAGE_FILES_H
#define TOOLS_LIB_PACKAGE_FILES_H

#include "tools/lib/package/package.h"

/* Appends a file's bytes. 0, or -1 without a report: it is not there, not to be read, or over 64
 * MiB. */
int package_read(const struct package_system *system, const char *path, struct buffer *bytes);

/* Calls each() with the names of what is in a folder, in the order of their bytes. */
void package_list(const struct package_system *system, const char *folder,
		  void (*each)(void *argument, const char *name), void *argument);

/* Where a path leads there, without symlinks; malloc'd, or NULL. */
char *package_real_path(const struct package_system *system, const char *path);

/* The ID of its os-release, malloc'd, or NULL. Source: os-release(5). */
char *package_distribution(const struct package_system *system);

#endif
