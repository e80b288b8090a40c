// SPDX-License-Identifier: MIT
/* our_init.c - whether a program is the /init of this project. */
#include "tools/lib/check/our_init.h"

#include <string.h>

#define OUR_MARK "rdinit.onfail" /* a parameter that no other program knows */

bool is_our_init(struct span program)
{
	return program.len > 4 && !memcmp(program.data, "\177ELF", 4) &&
	       memmem(program.data, program.len, OUR_MARK, strlen(OUR_MARK));
}
