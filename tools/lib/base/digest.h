/* SPDX-License-Identifier: MIT */
/* digest.h - what containers' blobs and manifests go by. */
#ifndef TOOLS_LIB_DIGEST_H
#define TOOLS_LIB_DIGEST_H

#include "tools/lib/base/spool.h"

#define SHA256_HEX (64 + 1) /* bytes, with the NUL */

/* In lower case. 0, or -1 after reporting. */
int sha256_blob(const struct blob *blob, char hex[SHA256_HEX]);
void sha256_data(const void *data, size_t len, char hex[SHA256_HEX]);

#endif
