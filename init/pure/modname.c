// SPDX-License-Identifier: MIT
/* modname.c - names of kernel modules, in which '-' is '_'. */
#include "init/pure/modname.h"

void modname_normalize(char *name)
{
	for (; *name; name++)
		*name = modname_letter(*name);
}

bool modname_same(const char *a, const char *b)
{
	for (; *a && modname_letter(*a) == modname_letter(*b); a++)
		b++;
	return !*a && !*b;
}
