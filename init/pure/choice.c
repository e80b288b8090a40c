// SPDX-License-Identifier: MIT
/* choice.c - names in one text, separated by '|'. */
#include "init/pure/choice.h"

#include <string.h>

int choice_find(const char *names, const char *name, size_t len)
{
	for (int number = 0; *names; number++) {
		size_t known = strcspn(names, "|");

		if (known == len && memcmp(names, name, len) == 0)
			return number;
		names += known;
		names += *names == '|';
	}
	return -1;
}
