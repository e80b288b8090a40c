// SPDX-License-Identifier: MIT
/* orphan.c - leaves a grandchild to PID 1 and looks whether its zombie is taken. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int ends[2], pid, tries = 0;

	if (pipe(ends))
		return 2;
	if (fork() == 0) {
		pid = fork();
		if (pid == 0) {
			while (getppid() != 1)
				usleep(1000);
			usleep(200000);
			_exit(3);
		}
		_exit(write(ends[1], &pid, sizeof(pid)) != sizeof(pid));
	}
	wait(NULL);
	if (read(ends[0], &pid, sizeof(pid)) != sizeof(pid) || kill(pid, 0))
		return 4; /* it must be there at first, or nothing is shown */
	while (kill(pid, 0) == 0) /* a zombie can be signalled */
		if (usleep(10000), ++tries == 500)
			return 5;
	puts("reaped");
	return 0;
}
