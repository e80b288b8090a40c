// SPDX-License-Identifier: MIT
/* fuzz_tar.c - PROPERTY: a tar archive's members are well formed and end up below the place they
 * are sent to. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/sources/tar.h"

#define SPOOL_MAX (16 << 20)

/* A spool in memory, and a blob that is the input: reading files is not what is tried here. */
static struct buffer spool;
static const uint8_t *input;

int64_t spool_add(const void *data, size_t len)
{
	size_t at = spool.len;

	if (len > SPOOL_MAX - at)
		return -1;
	buffer_add(&spool, data, len);
	return (int64_t)at;
}

int spool_hole(uint64_t len)
{
	if (len > SPOOL_MAX - spool.len)
		return -1;
	if (len)
		memset(buffer_space(&spool, (size_t)len), 0, (size_t)len);
	return 0;
}

struct blob spool_blob(int64_t at, uint64_t size, const char *name)
{
	return (struct blob){ .fd = 1, .at = (uint64_t)at, .size = size, .name = name };
}

int blob_read(const struct blob *blob, uint64_t at, void *buffer, size_t len)
{
	CHECK(at <= blob->size && len <= blob->size - at);
	CHECK(!blob->fd || blob->at + blob->size <= spool.len);
	if (len)
		memcpy(buffer, blob->fd ? (const uint8_t *)spool.data + blob->at + at : input + at,
		       len);
	return 0;
}

static void check_stage(const struct image *stage)
{
	size_t count;
	struct entry **all = image_sorted(stage, &count);

	for (size_t i = 0; i < count; i++) {
		const char *fault;
		char *clean = path_clean(all[i]->path, &fault);
		const struct entry *inode = image_inode(all[i]);

		CHECK(clean && !strcmp(clean, all[i]->path));
		CHECK(!inode->link);
		CHECK(!S_ISREG(inode->mode) ||
		      inode->spooled + (int64_t)inode->size <= (int64_t)spool.len + 1);
		CHECK(!S_ISLNK(inode->mode) || *inode->target);
		free(clean);
	}
	free(all);
}

static void check_place(const struct image *image)
{
	const struct entry *shell = image_find(image, "/bin/sh");
	size_t count;
	struct entry **all = image_sorted(image, &count);

	CHECK(shell && shell->size == 5 && shell->data);
	for (size_t i = 0; i < count; i++)
		CHECK(!strncmp(all[i]->path, "/bin", 4) || !strncmp(all[i]->path, "/srv", 4));
	free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image *stage = image_new(), *image = image_new();
	struct blob blob = { .fd = 0, .size = size ? size - 1 : 0, .name = "fuzz" };
	const struct tree_source source = { .dest = "/srv", .owner = TREE_OWNER_KEEP };

	limit_begin(); /* each input is a run of its own */
	spool.len = 0;
	input = data + 1;
	image_add_data(image, "/bin/sh", "shell", 5, 0755, "before");
	image_add_symlink(image, "/srv/out", "/bin", "before");
	if (size && !tar_add(stage, &blob, data[0] & 1, "fuzz")) {
		check_stage(stage);
		if (!merge_image(image, stage, &source, "fuzz"))
			check_place(image);
	}
	image_free(stage);
	image_free(image);
	return 0;
}
