// SPDX-License-Identifier: MIT
/* number.c - numbers in text. */
#include "init/pure/number.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int number_parse(const char *text, int base, unsigned int max, unsigned int *value)
{
	unsigned long long sum = 0;

	if (!*text)
		return 0;
	for (; *text; text++) {
		int digit = digit_value(*text);

		if (digit >= base)
			return 0;
		sum = sum * (unsigned int)base + (unsigned int)digit;
		if (sum > max)
			return 0;
	}
	*value = (unsigned int)sum;
	return 1;
}
