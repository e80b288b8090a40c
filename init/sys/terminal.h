/* SPDX-License-Identifier: MIT */
/* terminal.h - write to a terminal that may take no bytes: stopped by ^S, or read by nobody. */
#ifndef RDINIT_SYS_TERMINAL_H
#define RDINIT_SYS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_PATIENCE_S 5

struct terminal {
	int fd; /* opened with O_NONBLOCK */
	bool is_deaf; /* it took no byte for TERMINAL_PATIENCE_S: nothing waits for it until it does
		       */
};

/* Writes all bytes to a terminal that was opened with O_NONBLOCK. Waits while it takes some, and
 * TERMINAL_PATIENCE_S after the last one: then it is deaf, and nothing waits for it until it takes
 * bytes again. Returns false if it became deaf just now. Errors are ignored: they cannot be
 * reported. */
bool terminal_write(int fd, bool *is_deaf, const char *bytes, size_t len);

#endif
