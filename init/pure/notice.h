/* SPDX-License-Identifier: MIT */
/* notice.h - parse the messages of sd_notify(3). */
#ifndef RDINIT_PURE_NOTICE_H
#define RDINIT_PURE_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notice {
	bool is_ready; /* READY=1 */
	bool is_stopping; /* STOPPING=1 */
	bool is_alive; /* WATCHDOG=1 */
	bool has_failed; /* WATCHDOG=trigger */
	const char *status; /* STATUS=, in the message; NULL: none */
	int64_t extend_ms; /* EXTEND_TIMEOUT_USEC=, rounded up; 0: none */
};

/*
 * Parses NAME=VALUE lines, in place: `text` has `len` bytes and room for a NUL after them. Ignores
 * other names, which programs send as well. Returns 0, or -EINVAL: a line without a name
 * or "=", a NUL or another control character, or a time that is not a number up to 10^15.
 */
int notice_parse(char *text, size_t len, struct notice *notice);

#endif
