// SPDX-License-Identifier: MIT
/* view.c - the bytes of a device that have been read, by their offsets. */
#include "init/pure/view.h"

#include <errno.h>

#define PAGE 4096 /* bytes: what the kernel reads at least */

static int covers(const struct view_part *part, uint64_t offset)
{
	return offset >= part->offset && offset - part->offset < part->asked;
}

/* What is near the start or the end is read with all that is near it, at once; unless that was
 * tried, and could not be read in full. */
static int is_wide(const struct view *view, uint64_t offset)
{
	for (int i = 0; i < view->count; i++)
		if (view->parts[i].is_wide && covers(&view->parts[i], offset))
			return 0;
	return offset < view->head ||
	       (view->tail < view->size && offset >= view->size - view->tail);
}

static void want(struct view *view, uint64_t offset, size_t len)
{
	uint64_t start = offset / PAGE * PAGE, end = (offset + len + PAGE - 1) / PAGE * PAGE;

	if (view->want_len)
		return;
	view->want_is_wide = is_wide(view, offset);
	if (view->want_is_wide && offset < view->head) {
		start = 0;
		end = end > view->head ? end : view->head;
	} else if (view->want_is_wide) {
		start = (view->size - view->tail) / PAGE * PAGE;
		end = view->size;
	}
	if (end > view->size)
		end = view->size;
	view->want_offset = start;
	view->want_len = (size_t)(end - start);
	view->want_passes = 0;
}

static int is_unreadable(const struct view_part *part, uint64_t offset)
{
	return !part->is_wide && part->bytes.len < part->asked && covers(part, offset);
}

struct span view_cut(struct view *view, uint64_t offset, size_t len)
{
	static const struct span none;

	if (len == 0 || len > VIEW_CUT_MAX || offset > view->size || len > view->size - offset)
		return none;
	for (int i = 0; i < view->count; i++) {
		const struct view_part *part = &view->parts[i];
		struct span found = none;

		if (offset >= part->offset && offset - part->offset <= part->bytes.len)
			found = span_cut(part->bytes, (size_t)(offset - part->offset), len);
		if (found.data || is_unreadable(part, offset))
			return found;
	}
	want(view, offset, len);
	return none;
}

struct span view_pass(struct view *view, uint64_t offset, size_t len)
{
	struct span found = { NULL, 0 };

	if (view->want_len)
		return found;
	found = view_cut(view, offset, len);
	view->want_passes = view->want_len && !view->want_is_wide;
	return found;
}

int view_add(struct view *view, struct span bytes)
{
	view->count -= view->last_passes;
	view->last_passes = 0;
	if (view->count == VIEW_PARTS)
		return -E2BIG;
	view->parts[view->count++] = (struct view_part){
		.offset = view->want_offset,
		.asked = view->want_len,
		.bytes = bytes,
		.is_wide = view->want_is_wide,
	};
	view->last_passes = view->want_passes;
	if (!view->want_passes)
		view->kept += view->want_len;
	view->want_len = 0;
	return 0;
}
