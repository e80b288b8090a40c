// SPDX-License-Identifier: MIT
/* oci_store.c - the files of a container's image, in a directory or in a tar archive. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/digest.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/sources/tar.h"
#include "tools/lib/sources/oci_store.h"
#include "tools/lib/program/image_layout.h"

#define JSON_FILE_MAX ((size_t)16 << 20) /* bytes; a manifest has some thousand */

int oci_error(const struct oci_store *store, const char *name, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	error("%s: %s: %s: %s", store->why, shown(store->path), shown(name), text);
	free(text);
	return -1;
}

static int open_file(int fd, const char *name, struct blob *blob)
{
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	rights_note(&st);
	*blob = (struct blob){ .fd = fd, .size = (uint64_t)st.st_size, .name = name };
	return 0;
}

#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* A file of a directory that comes from a stranger: it is the root for every name and link in it.
 * 0, or -1 with errno. */
static int open_inside(const char *dir, const char *name, struct blob *blob)
{
	struct open_how how = { .flags = FILE_FLAGS,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, err;

	if (root < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
	err = errno;
	close(root);
	errno = err;
	return open_file(fd, name, blob);
}

int oci_store_open(struct oci_store *store, const char *path, const char *why)
{
	struct blob blob;
	struct stat st;
	int result;

	*store = (struct oci_store){ .path = path, .why = why };
	if (stat(path, &st) < 0)
		return error_errno(errno, "%s: %s: cannot open", why, shown(path));
	if (S_ISDIR(st.st_mode))
		return 0;
	if (open_file(open(path, FILE_FLAGS), path, &blob) < 0)
		return error_errno(errno, "%s: %s: cannot open", why, shown(path));
	store->members = image_new();
	result = tar_add_box(store->members, &blob, why);
	close(blob.fd);
	if (result < 0)
		oci_store_close(store);
	return result;
}

void oci_store_close(struct oci_store *store)
{
	image_free(store->members);
}

/* Old docker save wrote a layer once and links to it: ID/layer.tar -> ../OTHER/layer.tar. */
static const struct entry *find_member(const struct oci_store *store, const char *name)
{
	char *path = image_layout_resolve(store->members, name);
	struct entry *entry = image_find(store->members, path);

	free(path);
	return entry && S_ISREG(entry->mode) ? image_inode(entry) : NULL;
}

int oci_store_has(const struct oci_store *store, const char *name)
{
	struct blob blob;

	if (store->members)
		return find_member(store, name) != NULL;
	if (open_inside(store->path, name, &blob) < 0)
		return errno != ENOENT;
	close(blob.fd);
	return 1;
}

int oci_store_blob(const struct oci_store *store, const char *name, struct blob *blob)
{
	const struct entry *entry;

	if (store->members) {
		entry = find_member(store, name);
		if (!entry)
			return oci_error(store, name, "is not in the archive");
		*blob = spool_blob(entry->spooled - 1, entry->size, entry->path);
		return 0;
	}
	if (open_inside(store->path, name, blob) == 0)
		return 0;
	return oci_error(store, name, "%s (%s)", strerror(errno), strerrorname_np(errno));
}

void oci_store_done(const struct oci_store *store, struct blob *blob)
{
	if (!store->members)
		close(blob->fd);
}

char *oci_blob_name(const struct oci_store *store, const char *digest)
{
	const char *hex = digest + strlen("sha256:");

	if (!strncmp(digest, "sha256:", 7) && strlen(hex) == 64 &&
	    strspn(hex, "0123456789abcdef") == 64)
		return xasprintf("blobs/sha256/%s", hex);
	oci_error(store, digest, "is not a digest of the form sha256:HEX");
	return NULL;
}

int oci_verify(const struct oci_store *store, const struct blob *blob, const char *digest,
	       int64_t size)
{
	char hex[SHA256_HEX];

	if (size >= 0 && blob->size != (uint64_t)size)
		return oci_error(store, blob->name, "has %llu bytes, but %lld in the manifest",
				 (unsigned long long)blob->size, (long long)size);
	if (!digest)
		return 0;
	if (sha256_blob(blob, hex) < 0)
		return -1;
	if (!strncmp(digest, "sha256:", 7) && !strcmp(digest + 7, hex))
		return 0;
	return oci_error(store, blob->name, "is damaged: its digest is sha256:%s, not %s", hex,
			 shown(digest));
}

json_t *oci_store_json(const struct oci_store *store, const char *name, const char *digest,
		       int64_t size)
{
	struct blob blob;
	json_error_t fault;
	json_t *json = NULL;
	char *text;

	if (oci_store_blob(store, name, &blob) < 0)
		return NULL;
	if (blob.size > JSON_FILE_MAX) {
		oci_error(store, name, "has more than %zu MiB", JSON_FILE_MAX >> 20);
	} else if (!oci_verify(store, &blob, digest, size)) {
		text = xmalloc((size_t)blob.size + 1);
		if (!blob_read(&blob, 0, text, (size_t)blob.size)) {
			json = json_loadb(text, (size_t)blob.size, JSON_REJECT_DUPLICATES, &fault);
			if (!json)
				oci_error(store, name, "is not JSON: line %d: %s", fault.line,
					  shown(fault.text));
		}
		free(text);
	}
	oci_store_done(store, &blob);
	return json;
}
