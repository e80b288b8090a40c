// SPDX-License-Identifier: MIT
/* sum.c - the SHA-256 of more of a device than one read has. */
#include "init/pure/fsprobe/sum.h"

static void add_piece(struct sha256 *sum, struct span bytes, size_t hole, struct span other)
{
	size_t before = hole - (size_t)sum->len; /* of the piece; wraps after the hole */

	if (before < bytes.len) {
		sha256_add(sum, span_cut(bytes, 0, before));
		sha256_add(sum, other);
		before += other.len;
		bytes = span_cut(bytes, before, bytes.len - before);
	}
	sha256_add(sum, bytes);
}

/* Each read starts the probe again: the sum continues where it was. NULL if there are too many. */
static struct view_sum *sum_at(struct view *view, uint64_t at)
{
	struct view_sum *sum;

	for (int i = 0; i < view->sum_count; i++)
		if (view->sums[i].at == at)
			return &view->sums[i];
	if (view->sum_count == VIEW_SUMS)
		return NULL;
	sum = &view->sums[view->sum_count++];
	*sum = (struct view_sum){ .at = at };
	sha256_begin(&sum->state);
	return sum;
}

int sum_sha256(struct view *view, uint64_t at, size_t len, size_t hole, struct span other,
	       uint8_t digest[SHA256_SIZE])
{
	struct sha256 *state, whole;
	struct view_sum *sum;

	if (at > view->size || len > view->size - at)
		return 0;
	sum = sum_at(view, at);
	if (!sum || sum->is_over)
		return 0;
	state = &sum->state;
	while (state->len < len) {
		size_t rest = len - (size_t)state->len;
		struct span bytes =
			view_pass(view, at + state->len, rest < VIEW_CUT_MAX ? rest : VIEW_CUT_MAX);

		sum->is_over = !bytes.data && !view->want_len;
		if (!bytes.data)
			return 0;
		add_piece(state, bytes, hole, other);
	}
	whole = *state;
	sha256_end(&whole, digest);
	return 1;
}
