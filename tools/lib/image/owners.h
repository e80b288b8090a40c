/* SPDX-License-Identifier: MIT */
/* owners.h - the packages that an image's files are of; for sbom.c. */
#ifndef TOOLS_LIB_OWNERS_H
#define TOOLS_LIB_OWNERS_H

#include "tools/lib/image/provenance_parts.h"
#include "tools/lib/package/package.h"

/* A file of the host or of a sysroot is looked for in that system's database; one of a container, a
 * tar archive, another image or a tree in the image's own. Never NULL. The archive must
 * outlive it. */
struct owners *owners_find(const struct provenance *provenance);
void owners_free(struct owners *owners);

/* The package of provenance->archive->entries[index], or NULL. */
const struct package *owners_of(const struct owners *owners, size_t index);

/* The packages of the image's own database; NULL behind the last. */
const struct package *owners_own_package(const struct owners *owners, size_t index);

#endif
