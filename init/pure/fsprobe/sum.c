/* sum.c - the SHA-256 of more of a device than one read has. */
#include "init/pure/fsprobe/sum.h"

static void add_piece(struct sha256 *sum, struct span bytes, size_t hole, struct span other)
{
	size_t before = hole - (size_t)sum->len; /* of the piece; wraps behind the hole */

	if (before < bytes.len) {
		sha256_add(sum, span_cut(bytes, 0, before));
		sha256_add(sum, other);
		before += other.len;
		bytes = span_cut(bytes, before, bytes.len - before);
	}
	sha256_add(sum, bytes);
}

/* Each read begins the probe anew: it goes on where this sum was, and those before are over. */
static int go_on(struct view *view, uint64_t at)
{
	if (at < view->sum_at)
		return 0;
	if (at > view->sum_at || view->sum.len == 0) {
		sha256_begin(&view->sum);
		view->sum_at = at;
	}
	return 1;
}

int sum_sha256(struct view *view, uint64_t at, size_t len, size_t hole, struct span other,
	       uint8_t digest[SHA256_SIZE])
{
	struct sha256 *sum = &view->sum, whole;

	if (len > view->size - at || !go_on(view, at))
		return 0;
	while (sum->len < len) {
		size_t rest = len - (size_t)sum->len;
		struct span bytes =
			view_pass(view, at + sum->len, rest < VIEW_CUT_MAX ? rest : VIEW_CUT_MAX);

		if (!bytes.data && !view->want_len)
			view->sum_at++; /* cannot be read: nobody tries again */
		if (!bytes.data)
			return 0;
		add_piece(sum, bytes, hole, other);
	}
	whole = *sum;
	sha256_end(&whole, digest);
	return 1;
}
