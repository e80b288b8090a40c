// SPDX-License-Identifier: MIT
/* tty.c - the user's terminal in raw mode, and back. */
#include "tools/lib/machine/tty.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* One terminal, which atexit() must be able to find. */
static struct termios saved;
static int saved_fd = -1;

void tty_restore(void)
{
	if (saved_fd >= 0)
		tcsetattr(saved_fd, TCSADRAIN, &saved);
	saved_fd = -1;
}

void tty_raw(int fd)
{
	struct termios raw;

	if (saved_fd >= 0 || tcgetattr(fd, &saved))
		return;
	raw = saved;
	cfmakeraw(&raw);
	/* The guest's console sends \r\n itself; our own messages still need the \r. */
	raw.c_oflag |= OPOST | ONLCR;
	if (tcsetattr(fd, TCSADRAIN, &raw))
		return;
	saved_fd = fd;
	atexit(tty_restore);
}
