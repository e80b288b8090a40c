// SPDX-License-Identifier: MIT
/* disk.c - prints the first bytes of a disk and ends the machine by itself. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[17] = "";
	int fd = open(argc > 1 ? argv[1] : "/dev/sda", O_RDONLY);

	if (fd < 0 || read(fd, text, 16) != 16)
		perror("disk");
	printf("DISK %s\n", text);
	fflush(stdout);
	usleep(300000); /* what is on its way to the host still gets there */
	reboot(RB_POWER_OFF);
	return 1;
}
