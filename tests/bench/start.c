// SPDX-License-Identifier: MIT
/* start.c - marks the start of the count, then becomes the image's real /init. */
#include "tests/bench/nolibc.h"

__attribute__((used, noreturn)) void entry(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 1);

	argv[0] = (char *)"/init";
	__asm__ volatile(MARK_START);
	call(__NR_execve, TEXT("/init"), (long)argv, (long)(argv + argc + 1), 0, 0);
	for (;;)
		power_off();
}
ENTRY("");
