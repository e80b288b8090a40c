// SPDX-License-Identifier: MIT
/* fuzz_oci.c - PROPERTY: whatever JSON a container's image has, what comes of it is whole, or there
 * is a fault. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/span.h"
#include "tests/fuzz/fuzz.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/sources/tar.h"
#include "tools/lib/sources/oci_store.h"

#define PIECES 6

/* The input is cut at NULs: index.json, manifest.json, /etc/passwd, /etc/group, and two blobs,
 * chosen by the first digit of the digest. Digests are right by definition. */
static struct span pieces[PIECES];

int oci_error(const struct oci_store *store, const char *name, const char *format, ...)
{
	va_list args;
	char *text;

	CHECK(store && name);
	va_start(args, format);
	CHECK(vasprintf(&text, format, args) >= 0); /* ASan reads every argument */
	va_end(args);
	free(text);
	return -1;
}

int oci_store_open(struct oci_store *store, const char *path, const char *why)
{
	*store = (struct oci_store){ .path = path, .why = why };
	return 0;
}

void oci_store_close(struct oci_store *store)
{
	CHECK(!store->members);
}

static const struct span *piece_of(const char *name)
{
	if (!strcmp(name, "index.json"))
		return &pieces[0];
	if (!strcmp(name, "manifest.json"))
		return &pieces[1];
	return &pieces[4 + (strlen(name) > 13 && name[13] == '1')]; /* behind "blobs/sha256/" */
}

int oci_store_has(const struct oci_store *store, const char *name)
{
	(void)store;
	return piece_of(name)->len > 0;
}

int oci_store_blob(const struct oci_store *store, const char *name, struct blob *blob)
{
	(void)store;
	*blob = (struct blob){ .name = name, .size = piece_of(name)->len };
	return 0;
}

void oci_store_done(const struct oci_store *store, struct blob *blob)
{
	(void)store, (void)blob;
}

json_t *oci_store_json(const struct oci_store *store, const char *name, const char *digest,
		       int64_t size)
{
	const struct span *piece = piece_of(name);
	json_error_t fault;

	(void)store, (void)digest;
	CHECK(size >= -1);
	return json_loadb((const char *)piece->data, piece->len, JSON_REJECT_DUPLICATES, &fault);
}

int oci_verify(const struct oci_store *store, const struct blob *blob, const char *digest,
	       int64_t size)
{
	(void)store, (void)blob, (void)digest, (void)size;
	return 0;
}

char *oci_blob_name(const struct oci_store *store, const char *digest)
{
	(void)store;
	return strncmp(digest, "sha256:", 7) ? NULL : xasprintf("blobs/sha256/%s", digest + 7);
}

int tar_add(struct image *stage, const struct blob *blob, unsigned int layer, const char *why)
{
	CHECK(blob->name && layer);
	image_add_data(stage, "/etc/passwd", pieces[2].data, pieces[2].len, 0644, why);
	image_add_data(stage, "/etc/group", pieces[3].data, pieces[3].len, 0644, why);
	return 0;
}

static void check_run(const struct oci_run *run)
{
	CHECK(run->argv && run->env);
	for (char **word = run->env; *word; word++)
		CHECK(strchr(*word, '=') && **word != '=');
	CHECK(!run->workdir || *run->workdir == '/');
	CHECK(!run->user || strspn(run->user, "0123456789:,") == strlen(run->user));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image *stage = image_new();
	struct oci_run run;

	for (size_t i = 0; i < PIECES; i++) {
		const uint8_t *end = memchr(data, 0, size);
		size_t len = end ? (size_t)(end - data) : size;

		pieces[i] = (struct span){ data, len };
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	if (!oci_add(stage, "fuzz", pieces[1].len % 2 ? "latest" : NULL, &run, "fuzz"))
		check_run(&run);
	oci_run_free(&run);
	image_free(stage);
	return 0;
}
