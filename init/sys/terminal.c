// SPDX-License-Identifier: MIT
/* terminal.c - write to a terminal that may take no bytes. */
#include "init/sys/terminal.h"

#include <errno.h>

#include "init/sys/sys.h"

/* Its own poll(2) would not do: a terminal reports that it can be written to when it is almost
 * empty (n_tty_poll()), which at 9600 baud takes four seconds. */
#define RETRY_MS 20

bool terminal_write(int fd, bool *is_deaf, const char *bytes, size_t len)
{
	int64_t deadline = 0;

	while (len) {
		long done = sys_write(fd, bytes, len);

		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
			*is_deaf = false;
			deadline = 0;
			continue;
		}
		if (*is_deaf || (done != -EAGAIN && done != -EINTR))
			break;
		if (!deadline)
			deadline = sys_clock_ms() + TERMINAL_PATIENCE_S * 1000;
		if (sys_clock_ms() >= deadline) {
			*is_deaf = true;
			return false;
		}
		sys_poll(NULL, 0, RETRY_MS);
	}
	return true;
}
