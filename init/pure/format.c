// SPDX-License-Identifier: MIT
/* format.c - text from a format, without stdio. */
#include "init/pure/format.h"

struct sink {
	char *text;
	size_t size, len;
};

static void put(struct sink *sink, char c)
{
	if (sink->len + 1 < sink->size)
		sink->text[sink->len++] = c;
}

static void put_text(struct sink *sink, const char *text)
{
	for (; *text; text++)
		put(sink, *text);
}

static void put_number(struct sink *sink, unsigned long long number, unsigned int base)
{
	char digits[24];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	while (count)
		put(sink, digits[--count]);
}

static void put_signed(struct sink *sink, long long number)
{
	if (number < 0)
		put(sink, '-');
	put_number(sink,
		   number < 0 ? 0ULL - (unsigned long long)number : (unsigned long long)number, 10);
}

size_t format_list(char *text, size_t size, const char *format, va_list arguments)
{
	struct sink sink = { text, size, 0 };

	for (; *format; format++) {
		int longs = 0;

		if (*format != '%') {
			put(&sink, *format);
			continue;
		}
		while (*++format == 'l')
			longs++;
		if (*format == 's')
			put_text(&sink, va_arg(arguments, const char *));
		else if (*format == 'c')
			put(&sink, (char)va_arg(arguments, int));
		else if (*format == 'd')
			put_signed(&sink, longs ? va_arg(arguments, long) : va_arg(arguments, int));
		else if (*format == 'u' || *format == 'x')
			put_number(&sink,
				   longs ? va_arg(arguments, unsigned long)
					 : va_arg(arguments, unsigned int),
				   *format == 'x' ? 16 : 10);
		else
			put(&sink, *format);
	}
	sink.text[sink.len] = '\0';
	return sink.len;
}

size_t format_text(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	len = format_list(text, size, format, arguments);
	va_end(arguments);
	return len;
}
