// SPDX-License-Identifier: MIT
/* stubborn.c - leaves a child behind that no TERM ends. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int ends[2];
	char byte;

	if (pipe(ends))
		return 2;
	if (fork() == 0) {
		signal(SIGHUP, SIG_IGN); /* the terminal's, when its session's leader ends */
		signal(SIGTERM, SIG_IGN);
		while (write(ends[1], "x", 1) == 1)
			pause();
		_exit(4);
	}
	if (read(ends[0], &byte, 1) != 1)
		return 3;
	puts("left behind");
	return 9;
}
