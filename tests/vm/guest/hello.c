// SPDX-License-Identifier: MIT
/* hello.c - the smallest program: one line, status 7. */
#include <unistd.h>

int main(void)
{
	return write(1, "hello\n", 6) == 6 ? 7 : 1;
}
