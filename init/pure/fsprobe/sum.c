/* sum.c - the SHA-256 of more of a device than one read has. */
#include "init/pure/fsprobe/sum.h"

static struct span piece(struct view *view, uint64_t at, size_t len, size_t done)
{
	size_t rest = len - done;

	return view_cut(view, at + done, rest < VIEW_CUT_MAX ? rest : VIEW_CUT_MAX);
}

/* Asked before the first byte is summed: each read begins the probe anew. */
static int is_there(struct view *view, uint64_t at, size_t len)
{
	for (size_t done = 0; done < len; done += VIEW_CUT_MAX)
		if (!piece(view, at, len, done).data)
			return 0;
	return 1;
}

int sum_sha256(struct view *view, uint64_t at, size_t len, size_t hole, struct span other,
	       uint8_t digest[SHA256_SIZE])
{
	struct sha256 sum;

	if (!is_there(view, at, len))
		return 0;
	sha256_begin(&sum);
	for (size_t done = 0; done < len; done += VIEW_CUT_MAX) {
		struct span bytes = piece(view, at, len, done);
		size_t before = hole - done; /* of the piece; wraps behind the hole */

		if (before < bytes.len) {
			sha256_add(&sum, span_cut(bytes, 0, before));
			sha256_add(&sum, other);
			before += other.len;
			bytes = span_cut(bytes, before, bytes.len - before);
		}
		sha256_add(&sum, bytes);
	}
	sha256_end(&sum, digest);
	return 1;
}
