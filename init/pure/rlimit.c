// SPDX-License-Identifier: MIT
/* rlimit.c - the resource limits of a program. */
#include "init/pure/rlimit.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "init/pure/choice.h"

/* What follows the value in the text; NULL: there is none. */
static const char *parse_value(const char *text, uint64_t *value)
{
	static const char *const none[] = { "unlimited", "-1" };
	uint64_t number = 0;
	const char *at = text;

	for (size_t i = 0; i < 2; i++)
		if (strncmp(text, none[i], strlen(none[i])) == 0) {
			*value = UINT64_MAX;
			return text + strlen(none[i]);
		}
	for (; *at >= '0' && *at <= '9'; at++) {
		if (number > UINT64_MAX / 10 - 1)
			return NULL;
		number = number * 10 + (uint64_t)(*at - '0');
	}
	*value = number;
	return at == text ? NULL : at;
}

int rlimit_parse(const char *text, struct rlimits *limits)
{
	size_t len = strcspn(text, "=");
	int number = choice_find(RLIMIT_NAMES, text, len);
	struct rlimit_pair pair = { 0, 0 };

	text = text[len] ? parse_value(text + len + 1, &pair.soft) : NULL;
	pair.hard = pair.soft;
	if (text && *text == ':')
		text = parse_value(text + 1, &pair.hard);
	if (number < 0 || !text || *text || pair.soft > pair.hard)
		return -EINVAL;
	limits->given |= 1u << number;
	limits->of[number] = pair;
	return 0;
}
