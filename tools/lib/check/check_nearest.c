/* check_nearest.c - the known word that somebody may have meant. */
#include <stdlib.h>

#include "tools/lib/check/check.h"

#define WORD_MAX 40 /* letters; the longest that we know has 17 */
#define LONG_WORD 6 /* letters: in shorter ones two wrong letters make other words */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t low = a < b ? a : b;

	return low < c ? low : c;
}

/* Letters wrong, missing, too many, or two neighbours swapped, each counted once. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t table[WORD_MAX + 1][WORD_MAX + 1];

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

const char *check_nearest(const char *word, const char *const *known)
{
	size_t len = strlen(word), best = len < LONG_WORD ? 2 : 3;
	const char *nearest = NULL;

	if (len < 3 || len > WORD_MAX)
		return NULL;
	for (; *known; known++) {
		size_t known_len = strlen(*known), now;

		if (known_len < 3 || known_len > WORD_MAX)
			continue;
		now = distance(word, len, *known, known_len);
		if (now < best) {
			best = now;
			nearest = *known;
		}
	}
	return nearest;
}
