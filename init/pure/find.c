// SPDX-License-Identifier: MIT
/* find.c - find a string in a text. */
#include "init/pure/find.h"

#include <string.h>

char *text_find(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (;; text++) {
		if (strncmp(text, word, len) == 0)
			return (char *)text;
		if (!*text)
			return NULL;
	}
}
