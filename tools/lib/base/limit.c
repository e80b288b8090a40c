// SPDX-License-Identifier: MIT
/* limit.c - how much all that one run reads may unpack to. */
#include "tools/lib/base/limit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"

static uint64_t limit = LIMIT_USUAL, taken;

int limit_set(const char *text)
{
	static const char units[] = "KMGT";
	unsigned long long number;
	unsigned int shift = 0;
	const char *unit;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit)
		shift = 10 * (unsigned int)(unit - units + 1);
	if (errno || !isdigit((unsigned char)*text) || (*end && (!unit || end[1])) || !number ||
	    number > (UINT64_MAX / 2) >> shift)
		return -1;
	limit = (uint64_t)number << shift;
	return 0;
}

void limit_begin(void)
{
	taken = 0;
}

uint64_t limit_left(void)
{
	return limit - taken;
}

int limit_error(const char *name)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	uint64_t number = limit;
	size_t unit = 0;

	for (; number % 1024 == 0 && unit < 4; unit++)
		number /= 1024;
	return error("%s: unpacks to more than %llu %s%s: allow more with --max-size", shown(name),
		     (unsigned long long)number, units[unit],
		     taken ? ", together with the files before it" : "");
}

int limit_count(uint64_t bytes, const char *name)
{
	if (bytes > limit_left())
		return limit_error(name);
	taken += bytes;
	return 0;
}
