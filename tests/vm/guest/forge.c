// SPDX-License-Identifier: MIT
/* forge.c - reports an exit status of 0 in the place of /init, and ends with 9. */
#include <sys/io.h>

int main(void)
{
	if (ioperm(0xe9, 1, 1))
		return 1;
	for (const char *at = "exit 0\n"; *at; at++)
		outb(*at, 0xe9);
	return 9;
}
