// SPDX-License-Identifier: MIT
/* terminal.c - write to a terminal that may take no bytes. */
#include "init/sys/terminal.h"

#include <errno.h>

#include "init/sys/sys.h"

/* Its own poll(2) would not do: a terminal reports that it can be written to when it is almost
 * empty (n_tty_poll()), which at 9600 baud takes four seconds. */
#define RETRY_MS 20

static bool wait_until(struct terminal *terminal, int64_t deadline)
{
	if (terminal->is_deaf)
		return false;
	sys_poll(NULL, 0, RETRY_MS);
	terminal->is_deaf = sys_clock_ms() >= deadline;
	return !terminal->is_deaf;
}

bool terminal_write(struct terminal *terminal, const char *bytes, size_t len)
{
	bool was_deaf = terminal->is_deaf;
	int64_t deadline = 0;

	while (len) {
		long done = sys_write(terminal->fd, bytes, len);

		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
			terminal->is_deaf = false;
			deadline = 0;
		} else if (done != -EAGAIN && done != -EINTR) {
			break;
		} else {
			if (!deadline)
				deadline = sys_clock_ms() + TERMINAL_PATIENCE_S * 1000;
			if (!wait_until(terminal, deadline))
				break;
		}
	}
	return was_deaf || !terminal->is_deaf;
}
