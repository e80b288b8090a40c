// SPDX-License-Identifier: MIT
/* identity.c - parse the user and groups of a program. */
#include "init/pure/identity.h"

#include <errno.h>
#include <string.h>

#include "init/pure/number.h"

#define ID_MAX 4294967294U
#define ID_DIGITS 11 /* with a NUL */

/* The number up to one of `ends`, or the end of the text; *text moves after it. */
static int parse_id(const char **text, const char *ends, unsigned int *id)
{
	char digits[ID_DIGITS];
	size_t len = strcspn(*text, ends);

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, *text, len);
	digits[len] = '\0';
	*text += len;
	return number_parse(digits, 10, ID_MAX, id) ? 0 : -EINVAL;
}

int identity_parse(const char *text, struct identity *identity)
{
	identity->group_count = 0;
	if (parse_id(&text, ":", &identity->uid) || *text++ != ':' ||
	    parse_id(&text, ",", &identity->gid))
		return -EINVAL;
	while (*text++ == ',') {
		if (identity->group_count == IDENTITY_GROUPS_MAX)
			return -E2BIG;
		if (parse_id(&text, ",", &identity->groups[identity->group_count++]))
			return -EINVAL;
	}
	return 0;
}
