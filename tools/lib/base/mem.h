/* SPDX-License-Identifier: MIT */
/* mem.h - memory that is there or ends the tool: a host command has nothing better to do. */
#ifndef TOOLS_LIB_MEM_H
#define TOOLS_LIB_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "init/pure/span.h"

/* Like malloc, calloc, realloc, strdup, strndup, but they print `rdinit: out of memory` and
 * exit with status 1 instead of returning NULL. Free what they return with free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
void *xmemdup(const void *data, size_t len); /* a NUL follows the copy, for use as text */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Bytes that grow; all zero is an empty one. After each append, data[len] is NUL. */
struct buffer {
	char *data; /* NULL until something was appended */
	size_t len; /* bytes in use */
	size_t size; /* bytes allocated */
};
/* `len` bytes more, whose content is whatever it is, until the next append. */
void *buffer_space(struct buffer *buffer, size_t len);
void buffer_add(struct buffer *buffer, const void *data, size_t len);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buffer_free(struct buffer *buffer); /* and makes it empty */

/* Its bytes, until it grows. */
static inline struct span buffer_span(const struct buffer *buffer)
{
	return (struct span){ (const uint8_t *)buffer->data, buffer->len };
}

#endif
