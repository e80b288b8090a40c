/* SPDX-License-Identifier: MIT */
/* typo.h - how far a word is from a known one. */
#ifndef TOOLS_LIB_TYPO_H
#define TOOLS_LIB_TYPO_H

#include <stddef.h>

#define TYPO_WORD_MAX 63 /* letters; the kernel's names of modules have up to 55 */
#define TYPO_WORD_MIN 3 /* letters: shorter ones are near to everything */

/* Letters wrong, missing, too many, or two neighbours swapped, each counted once; SIZE_MAX if one
 * of the words is longer than TYPO_WORD_MAX. Source: Damerau's distance, optimal alignment. */
size_t typo_distance(const char *a, const char *b);

/* The largest distance that still is a typing error of this word: 0 for less than TYPO_WORD_MIN
 * letters, 1 for less than six, else 2. */
size_t typo_limit(const char *word);

/* The first word of the NULL-ended list that `word` is a typing error of, or NULL. A common
 * beginning up to the last dot ("rdinit.") does not count: only the rest is compared. */
const char *typo_nearest(const char *word, const char *const *known);

#endif
