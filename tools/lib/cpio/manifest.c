// SPDX-License-Identifier: MIT
/* manifest.c - every entry of an image with its digest, its source and its reason. */
#include "tools/lib/cpio/manifest.h"

#include <jansson.h>
#include <stdlib.h>

#include "tools/lib/cpio/listing.h"
#include "tools/lib/base/digest.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/path.h"

/* The source of `entry`, or NULL. The early segments are a separate image. */
static const struct entry *made_from(const struct manifest *manifest,
				     const struct archive_entry *entry)
{
	bool is_early = manifest->early && entry->segment + 1 < manifest->archive->segment_count;
	const struct entry *made = NULL;

	if (is_early)
		made = image_find(manifest->early, entry->path);
	return made ? made : image_find(manifest->image, entry->path);
}

/* Takes over `whole`. Returns 0, or -1 after reporting. */
static int save(json_t *whole, const char *path)
{
	struct output *output = output_open(path);
	char *text = output ? json_dumps(whole, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
	int result = -1;

	json_decref(whole);
	if (text && output_write(output, text, strlen(text)) == 0 &&
	    output_write(output, "\n", 1) == 0)
		result = output_commit(output);
	else if (output)
		output_abort(output);
	free(text);
	return result;
}

static json_t *entry_json(const struct manifest *manifest, const struct archive_entry *entry)
{
	const struct entry *made = made_from(manifest, entry);
	const struct entry *inode = made ? image_inode((struct entry *)made) : NULL;
	struct span data = archive_data(manifest->archive, entry);
	json_t *object = listing_entry_json(manifest->archive, entry);
	char hex[SHA256_HEX];

	if (S_ISREG(entry->newc.fields.mode)) {
		sha256_data(data.data, data.len, hex);
		json_object_set_new(object, "sha256", json_string(hex));
	}
	if (inode && inode->host_path)
		listing_set_name(object, "source", inode->host_path);
	if (made)
		listing_set_name(object, "why", made->why);
	return object;
}

int manifest_write(const struct manifest *manifest, const char *path)
{
	const struct archive *archive = manifest->archive;
	json_t *entries = json_array(), *whole;
	char hex[SHA256_HEX];

	sha256_data(archive->file.data, archive->file.len, hex);
	for (size_t i = 0; i < archive->count; i++)
		json_array_append_new(entries, entry_json(manifest, &archive->entries[i]));
	whole = json_pack("{s:s, s:I, s:s, s:o}", "image", path_name(archive->name), "size",
			  (json_int_t)archive->file.len, "sha256", hex, "entries", entries);
	return save(whole, path);
}
