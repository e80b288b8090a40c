/* SPDX-License-Identifier: MIT */
/* oci_store.h - the files of a container's image, and which of them make it up; for oci*.c alone.
 */
#ifndef TOOLS_LIB_OCI_STORE_H
#define TOOLS_LIB_OCI_STORE_H

#include <jansson.h>

#include "tools/lib/base/spool.h"
#include "tools/lib/sources/oci.h"

/* Where the blobs are: a directory, or the members of a tar archive. */
struct oci_store {
	const char *path; /* as it was given */
	const char *why;
	struct image *members; /* NULL: a directory */
};

/* The parts of an image. */
struct oci_parts {
	json_t *config; /* owned */
	struct oci_layer {
		char *name; /* in the store */
		char *digest; /* "sha256:..." that its bytes must have, or NULL */
		int64_t size; /* that it must have, or -1 */
	} * layers;
	size_t layer_count;
};

/* Reports `WHY: PATH: NAME: TEXT`. Returns -1. */
int oci_error(const struct oci_store *store, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int oci_store_open(struct oci_store *store, const char *path, const char *why);
void oci_store_close(struct oci_store *store);
int oci_store_has(const struct oci_store *store, const char *name);

/* A file of the store; symlinks in it lead to nothing outside. The caller gives it back with
 * oci_store_done(). 0, or -1 after reporting. */
int oci_store_blob(const struct oci_store *store, const char *name, struct blob *blob);
void oci_store_done(const struct oci_store *store, struct blob *blob);

/* A JSON file, whose bytes must have the digest, where that is not NULL, and the size, where that
 * is not negative. NULL after reporting. */
json_t *oci_store_json(const struct oci_store *store, const char *name, const char *digest,
		       int64_t size);

/* 0, or -1 after reporting that the bytes are others than the digest or the size says. */
int oci_verify(const struct oci_store *store, const struct blob *blob, const char *digest,
	       int64_t size);

/* "sha256:abc..." as "blobs/sha256/abc...", malloc'd. NULL after reporting that it is none. */
char *oci_blob_name(const struct oci_store *store, const char *digest);

/* Which image is meant, in each of both ways to say it. 0, or -1 after reporting. */
int oci_read_index(const struct oci_store *store, const char *tag, struct oci_parts *parts);
int oci_read_docker(const struct oci_store *store, const char *tag, struct oci_parts *parts);
void oci_add_layer(struct oci_parts *parts, const char *name, const char *digest, int64_t size);

/* A text of an object, or NULL. */
static inline const char *oci_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

#endif
