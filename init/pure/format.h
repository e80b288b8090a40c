/* SPDX-License-Identifier: MIT */
/* format.h - text from a format, without stdio. */
#ifndef RDINIT_PURE_FORMAT_H
#define RDINIT_PURE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes to `text` (`size` bytes, at least 1), cuts off what does not fit and always ends with a
 * NUL. Knows %s %c %d %u %x %% and the lengths l and ll; no width, no precision. Returns the
 * length written, without the NUL.
 */
size_t format_text(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
size_t format_list(char *text, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

#endif
