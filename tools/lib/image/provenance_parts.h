/* SPDX-License-Identifier: MIT */
/* provenance_parts.h - between manifest.c and sbom.c; nobody else includes this. */
#ifndef TOOLS_LIB_PROVENANCE_PARTS_H
#define TOOLS_LIB_PROVENANCE_PARTS_H

#include <jansson.h>

#include "tools/lib/image/provenance.h"

/* What `entry` was made from, or NULL: an early file is looked for among the early ones. */
const struct entry *provenance_of(const struct provenance *provenance,
				  const struct archive_entry *entry);

/* Writes the object, which it takes over, beside `path` and renames. 0, or -1 after reporting. */
int provenance_save(json_t *whole, const char *path);

#endif
