/* check_nearest.c - the known word that somebody may have meant. */
#include <string.h>

#include "tools/lib/base/typo.h"
#include "tools/lib/check/check.h"

const char *check_nearest(const char *word, const char *const *known)
{
	size_t best = typo_limit(word) + 1;
	const char *nearest = NULL;

	if (strlen(word) < TYPO_WORD_MIN)
		return NULL;
	for (; *known; known++) {
		size_t now = typo_distance(word, *known);

		if (now < best && strlen(*known) >= TYPO_WORD_MIN) {
			best = now;
			nearest = *known;
		}
	}
	return nearest;
}
