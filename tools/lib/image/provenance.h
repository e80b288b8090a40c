/* SPDX-License-Identifier: MIT */
/* provenance.h - what is in an image and where it came from, as files beside it. */
#ifndef TOOLS_LIB_PROVENANCE_H
#define TOOLS_LIB_PROVENANCE_H

#include <stdint.h>

#include "tools/lib/archive/archive.h"
#include "tools/lib/image/image.h"

struct provenance {
	const struct archive
		*archive; /* the image that was written, read back: its bytes are described */
	const struct image *image, *early; /* what it was made from; early may be NULL */
	const char *host_root; /* where the host's packages are recorded: "" */
	const char *const *sysroots; /* and where those of other systems, ended by NULL; or NULL */
	int64_t created; /* seconds since 1970: SOURCE_DATE_EPOCH, or 0 */
};

/* One JSON object with an entry for each of the archive's: mode, owner, size, sha256, source and
 * reason. 0, or -1 after reporting. */
int manifest_write(const struct provenance *provenance, const char *path);

/* An SPDX 2.3 document: the image, its files with SHA1 and SHA256, and the packages of Debian and
 * Alpine that they are of: by the database of the system that they were taken from, or of the image
 * itself. Source: spdx.github.io/spdx-spec/v2.3. 0, or -1 after reporting. */
int sbom_write(const struct provenance *provenance, const char *path);

#endif
