// SPDX-License-Identifier: MIT
/* capability.c - the capabilities of a program. */
#include "init/pure/capability.h"

#include <errno.h>
#include <string.h>

#include "init/pure/choice.h"

int capability_parse(const char *text, uint64_t *set)
{
	*set = 0;
	while (*text) {
		size_t len = strcspn(text, ",");
		int number = choice_find(CAPABILITY_NAMES, text, len);

		if (number < 0)
			return -EINVAL;
		*set |= UINT64_C(1) << number;
		text += len;
		text += *text == ',';
	}
	return 0;
}
