// SPDX-License-Identifier: MIT
/* glob.c - patterns of file names and modaliases. */
#include "init/pure/glob.h"

/* Parses the set after "[". Returns its length with the "]", or 0 if it has no end; `*has` is
 * whether `c` is in it. */
static size_t read_set(struct span rest, char c, int *has)
{
	size_t at = 0;
	int is_inverted = rest.len && (rest.data[0] == '!' || rest.data[0] == '^');

	*has = 0;
	for (at = (size_t)is_inverted; at < rest.len; at++) {
		uint8_t low = rest.data[at], high = low;

		if (low == ']' && at > (size_t)is_inverted) {
			*has ^= is_inverted;
			return at + 1;
		}
		if (at + 2 < rest.len && rest.data[at + 1] == '-' && rest.data[at + 2] != ']') {
			high = rest.data[at + 2];
			at += 2;
		}
		*has |= (uint8_t)c >= low && (uint8_t)c <= high;
	}
	return 0;
}

/* The pattern's length that fits this one character; 0: it does not. */
static size_t fits(struct span pattern, size_t at, char c)
{
	size_t len;
	int has;

	if (at == pattern.len || c == '\0')
		return 0;
	if (pattern.data[at] == '[') {
		len = read_set((struct span){ pattern.data + at + 1, pattern.len - at - 1 }, c,
			       &has);
		return len && has ? len + 1 : 0;
	}
	return pattern.data[at] == '?' || pattern.data[at] == (uint8_t)c;
}

/* On a mismatch the last "*" takes one character more: no earlier one needs to. */
int glob_matches(struct span pattern, const char *text)
{
	size_t at = 0, star = SIZE_MAX, len;
	const char *retry = NULL;

	while (*text || at < pattern.len) {
		if (at < pattern.len && pattern.data[at] == '*') {
			star = ++at;
			retry = text;
			continue;
		}
		len = fits(pattern, at, *text);
		if (len) {
			at += len;
			text++;
		} else if (star != SIZE_MAX && *retry) {
			at = star;
			text = ++retry;
		} else {
			return 0;
		}
	}
	return 1;
}
