/* SPDX-License-Identifier: MIT */
/* package.h - which package a file came with, by the database of its own system. */
#ifndef TOOLS_LIB_PACKAGE_H
#define TOOLS_LIB_PACKAGE_H

#include <stddef.h>

#include "tools/lib/archive/archive.h"

struct package {
	const char *kind; /* of a package URL: "deb" or "apk" */
	const char *distribution; /* ID of its os-release, else "debian" or "alpine" */
	char *name, *version;
	char *architecture; /* "" where it is not known */
};

/* A system whose database is looked into: /var/lib/dpkg/status with info/NAME.list; status.d with
 * NAME.md5sums, as images "without a distribution" have it; /lib/apk/db/installed. */
struct package_system {
	const char *root; /* sysroot.h: a folder, "" for this host */
	const struct archive *archive; /* or an image, where this is not NULL */
};

/* Looks for the owners of paths[0..count) as that system names them, NULLs left out. Never NULL:
 * without a database nothing has an owner. */
struct package_db *package_db_new(const struct package_system *system, const char *const *paths,
				  size_t count);
void package_db_free(struct package_db *db);

/* The package of paths[index], or NULL. */
const struct package *package_owner(const struct package_db *db, size_t index);

/* The packages that are installed there, in the order of the database; NULL behind the last. */
const struct package *package_at(const struct package_db *db, size_t index);

#endif
