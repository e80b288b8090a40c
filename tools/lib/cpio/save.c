// SPDX-License-Identifier: MIT
/* save.c - an image as a file: its segments, one after the other. */
#include "tools/lib/cpio/save.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"
#include "tools/lib/cpio/bootconfig.h"
#include "tools/lib/cpio/newc_writer.h"

#define EARLY_ALIGN 16 /* bytes: a processor takes its microcode from nowhere else */

static int write_entries(const struct image *image, const struct save *save, size_t align,
			 const struct frames_options *options, struct output *output)
{
	struct frames *frames = frames_new(options, output);

	if (image_write(image, save->newest, align, frames) == 0)
		return frames_finish(frames);
	frames_free(frames);
	return -1;
}

static int write_early(const struct save *save, struct output *output)
{
	struct frames_options plain = { 0 };
	const char *why;

	if (!save->early || !image_count(save->early))
		return 0;
	compress_choose("none", &plain.choice, &why);
	return write_entries(save->early, save, EARLY_ALIGN, &plain, output);
}

static int pad(struct output *output)
{
	return output_write(output, "\0\0\0", newc_padding(output_total(output)));
}

/* Without a trailer the kernel would go on to count hard links, and join ours to theirs. */
static int write_trailer(struct output *output)
{
	static const struct newc_fields fields = { .nlink = 1, .namesize = sizeof(NEWC_TRAILER) };
	uint8_t header[NEWC_HEADER];

	newc_header(header, &fields);
	if (output_write(output, header, sizeof(header)) < 0 ||
	    output_write(output, NEWC_TRAILER, sizeof(NEWC_TRAILER)) < 0)
		return -1;
	return pad(output);
}

/* Any image can be appended to: an archive begins at a multiple of 4 after it. */
static int write_base(const struct archive *base, struct output *output)
{
	struct span text, bytes;

	bytes = bootconfig_cut(base->file, &text);
	if (output_write(output, bytes.data, bytes.len) < 0 || pad(output) < 0)
		return -1;
	return base->is_open ? write_trailer(output) : 0;
}

static int write_bootconfig(struct span text, struct output *output)
{
	struct buffer tail = { 0 };
	int result;

	if (!text.data)
		return 0;
	bootconfig_compose(text, output_total(output), &tail);
	result = output_write(output, tail.data, tail.len);
	buffer_free(&tail);
	return result;
}

/* An image for the start of others has no empty archive after it. */
static int write_main(const struct image *image, const struct save *save, struct output *output)
{
	if (!image_count(image) && save->early && image_count(save->early))
		return 0;
	return write_entries(image, save, 4, &save->frames, output);
}

static int write_all(const struct image *image, const struct save *save, struct output *output)
{
	const struct archive *base = save->base;

	if (write_early(save, output) < 0 || (base && write_base(base, output) < 0) ||
	    write_main(image, save, output) < 0)
		return -1;
	return write_bootconfig(
		!save->bootconfig.data && base ? base->bootconfig : save->bootconfig, output);
}

int image_save(const struct image *image, const char *path, const struct save *save)
{
	struct output *output = output_open(path);

	if (!output)
		return -1;
	if (write_all(image, save, output) == 0)
		return output_commit(output);
	output_abort(output);
	return -1;
}

int source_date_epoch(int64_t *seconds)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char *end;

	*seconds = 0;
	if (!text || !*text)
		return 1;
	errno = 0;
	*seconds = strtoll(text, &end, 10);
	if (errno || *end || *seconds < 0)
		return error("SOURCE_DATE_EPOCH: expected seconds since 1970, found \"%s\"",
			     shown(text));
	return 0;
}
