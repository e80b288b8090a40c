// SPDX-License-Identifier: MIT
/* typo.c - how far a word is from a known one. */
#include "tools/lib/base/typo.h"

#include <stdint.h>
#include <string.h>

#define LONG_WORD 6 /* letters: in shorter ones two wrong letters make other words */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t low = a < b ? a : b;

	return low < c ? low : c;
}

size_t typo_distance(const char *a, const char *b)
{
	size_t table[TYPO_WORD_MAX + 1][TYPO_WORD_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > TYPO_WORD_MAX || b_len > TYPO_WORD_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i <= a_len; i++)
		table[i][0] = i;
	for (size_t k = 0; k <= b_len; k++)
		table[0][k] = k;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t k = 1; k <= b_len; k++) {
			size_t *cell = &table[i][k];

			*cell = least(table[i - 1][k] + 1, table[i][k - 1] + 1,
				      table[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    table[i - 2][k - 2] + 1 < *cell)
				*cell = table[i - 2][k - 2] + 1;
		}
	}
	return table[a_len][b_len];
}

size_t typo_limit(const char *word)
{
	size_t len = strlen(word);

	return len < TYPO_WORD_MIN ? 0 : len < LONG_WORD ? 1 : 2;
}

/* Bytes of the word up to its last dot, if the known one begins with them. */
static size_t common_prefix(const char *word, const char *known)
{
	const char *dot = strrchr(word, '.');
	size_t len = dot ? (size_t)(dot + 1 - word) : 0;

	return strncmp(word, known, len) ? 0 : len;
}

const char *typo_nearest(const char *word, const char *const *known)
{
	size_t best = SIZE_MAX;
	const char *nearest = NULL;

	if (strlen(word) < TYPO_WORD_MIN)
		return NULL;
	for (; *known; known++) {
		size_t prefix = common_prefix(word, *known), limit = typo_limit(word + prefix);
		size_t now = typo_distance(word + prefix, *known + prefix);

		/* After a prefix two letters are enough: there are few such words. */
		if (prefix && !limit && word[prefix] && word[prefix + 1])
			limit = 1;
		if (now <= limit && now < best && strlen(*known) >= TYPO_WORD_MIN) {
			best = now;
			nearest = *known;
		}
	}
	return nearest;
}
