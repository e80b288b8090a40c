// SPDX-License-Identifier: MIT
/* limits.c - check arguments and environment against the limits of the kernel. */
#include "init/pure/limits.h"

#include <string.h>

enum words_fault limits_judge(struct span text, size_t max, size_t *count)
{
	size_t at = 0;

	for (*count = 0; at < text.len; ++*count) {
		size_t len = strnlen((const char *)text.data + at, text.len - at);

		if (len >= ARGUMENT_MAX)
			return WORDS_TOO_LONG;
		at += len + 1;
	}
	return *count > max ? WORDS_TOO_MANY : WORDS_FIT;
}
