// SPDX-License-Identifier: MIT
/* fill.c - fills the buffers of the console, and of the line after it, without waiting. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	char bytes[512];
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK);

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 200; i++) {
		while (write(fd, bytes, sizeof(bytes)) > 0)
			;
		usleep(10000); /* the line takes some of them */
	}
	return 3;
}
