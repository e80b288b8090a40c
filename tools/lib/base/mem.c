// SPDX-License-Identifier: MIT
/* mem.c - memory that is there or ends the tool. */
#include "tools/lib/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"

static void *checked(void *memory)
{
	if (memory)
		return memory;
	error("out of memory");
	exit(1);
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

static void *xrealloc(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

void *xmemdup(const void *data, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return xmemdup(text, strlen(text));
}

char *xstrndup(const char *text, size_t len)
{
	return xmemdup(text, strnlen(text, len));
}

char *xvasprintf(const char *format, va_list args)
{
	char *text;

	return checked(vasprintf(&text, format, args) < 0 ? NULL : text);
}

char *xasprintf(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	return text;
}

static void buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t need;

	if (__builtin_add_overflow(buffer->len, len, &need) || need >= SIZE_MAX / 2)
		checked(NULL);
	if (need < buffer->size)
		return;
	buffer->size = buffer->size ? buffer->size : 256;
	while (buffer->size <= need)
		buffer->size *= 2;
	buffer->data = xrealloc(buffer->data, buffer->size);
}

void *buffer_space(struct buffer *buffer, size_t len)
{
	char *space;

	buffer_reserve(buffer, len);
	space = buffer->data + buffer->len;
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
	return space;
}

void buffer_add(struct buffer *buffer, const void *data, size_t len)
{
	void *space = buffer_space(buffer, len);

	if (len)
		memcpy(space, data, len);
}

void buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	buffer_text(buffer, text);
	free(text);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
