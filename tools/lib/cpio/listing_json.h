/* SPDX-License-Identifier: MIT */
/* listing_json.h - an entry of an archive as JSON: for lists and manifests. */
#ifndef TOOLS_LIB_LISTING_JSON_H
#define TOOLS_LIB_LISTING_JSON_H

#include <jansson.h>

#include "tools/lib/cpio/archive.h"

/* {path, type, mode, uid, gid, mtime, ...}, as in `list --json` of rdinit(1). A new reference. */
json_t *listing_entry_json(const struct archive *archive, const struct archive_entry *entry);

/* Names are bytes and JSON is text: where `name` is no UTF-8, `key` is "" and KEY_hex has its
 * bytes. */
void listing_set_name(json_t *object, const char *key, const char *name);

#endif
