// SPDX-License-Identifier: MIT
/* drivers.c - which modules a device needs: the image's table /etc/rdinit/drivers. */
#include "init/pure/drivers.h"

#include <errno.h>

#include "init/pure/glob.h"

#define FEW 1024 /* bytes of patterns that are compared one by one */

/* Up to the byte, or the end. */
static size_t until(struct span text, size_t from, uint8_t byte)
{
	const uint8_t *found = NULL;

	if (from < text.len)
		found = memchr(text.data + from, byte, text.len - from);
	return found ? (size_t)(found - text.data) : text.len;
}

static struct span between(struct span text, size_t from, size_t to)
{
	return (struct span){ text.data + from, to - from };
}

/* Cuts the line's next word off. */
static struct span next_word(struct span *line)
{
	size_t len = until(*line, 0, ' ');
	struct span word = between(*line, 0, len);

	*line = between(*line, len < line->len ? len + 1 : len, line->len);
	return word;
}

int drivers_parse(struct span text, struct drivers *drivers)
{
	struct driver driver;
	size_t at = 0;

	if (text.len > UINT32_MAX)
		return -E2BIG;
	drivers->text = text;
	drivers->count = 0;
	while (at < text.len && text.data[at] != '\n') {
		if (drivers->count == DRIVERS_MAX)
			return -E2BIG;
		drivers->lines[drivers->count++] = (uint32_t)at;
		if (drivers_at(drivers, drivers->count - 1, &driver))
			return -EINVAL;
		at = until(text, at, '\n') + 1;
	}
	at = at < text.len ? at + 1 : text.len;
	drivers->aliases = between(text, at, text.len);
	return 0;
}

int drivers_at(const struct drivers *drivers, unsigned int line, struct driver *driver)
{
	struct span rest;
	size_t at;

	if (line >= drivers->count)
		return -EINVAL;
	at = drivers->lines[line];
	rest = between(drivers->text, at, until(drivers->text, at, '\n'));
	driver->path = next_word(&rest);
	driver->needs = next_word(&rest);
	driver->options = rest;
	return driver->path.len > 1 && driver->path.data[0] == '/' && driver->needs.len &&
			       !memchr(driver->path.data, 0, driver->path.len)
		       ? 0
		       : -EINVAL;
}

int drivers_number(struct span *list, unsigned int limit, unsigned int *number)
{
	size_t len = until(*list, 0, ',');
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++) {
		if (list->data[i] < '0' || list->data[i] > '9' || sum >= limit)
			return 0;
		sum = sum * 10 + (list->data[i] - '0');
	}
	if (len == 0 || sum >= limit)
		return 0;
	*number = (unsigned int)sum;
	*list = between(*list, len < list->len ? len + 1 : len, list->len);
	return 1;
}

int drivers_alias(struct span *rest, struct span *pattern, struct span *numbers)
{
	size_t end = until(*rest, 0, '\n');

	if (!rest->len)
		return 0;
	*numbers = between(*rest, 0, end);
	*pattern = next_word(numbers);
	*rest = between(*rest, end < rest->len ? end + 1 : end, rest->len);
	return 1;
}

/* --- the sorted lines of patterns: a range of them is given by where it begins and ends --- */

struct range {
	size_t from, to;
};

static size_t line_start(struct span text, size_t at, size_t from)
{
	while (at > from && text.data[at - 1] != '\n')
		at--;
	return at;
}

static size_t next_line(struct span text, size_t at)
{
	size_t end = until(text, at, '\n');

	return end < text.len ? end + 1 : text.len;
}

static unsigned int byte_at(struct span text, size_t line, size_t depth)
{
	return line + depth < text.len ? text.data[line + depth] : '\n';
}

/* The first line of the range whose byte at this depth is not below `byte`. All lines of the range
 * are the same before that depth. */
static size_t lower(struct span text, struct range range, size_t depth, unsigned int byte)
{
	while (range.from < range.to) {
		size_t middle =
			line_start(text, range.from + (range.to - range.from) / 2, range.from);

		if (byte_at(text, middle, depth) < byte)
			range.from = next_line(text, middle);
		else
			range.to = middle;
	}
	return range.to;
}

static struct range with_byte(struct span text, struct range range, size_t depth, unsigned int byte)
{
	struct range found = { lower(text, range, depth, byte), range.to };

	found.to = lower(text, found, depth, byte + 1);
	return found;
}

static int tell(const struct drivers *drivers, struct span numbers,
		void (*each)(void *argument, unsigned int line), void *argument)
{
	unsigned int number;
	int count = 0;

	while (drivers_number(&numbers, drivers->count, &number)) {
		each(argument, number);
		count++;
	}
	return count;
}

static int compare_all(const struct drivers *drivers, struct range range, const char *alias,
		       void (*each)(void *argument, unsigned int line), void *argument)
{
	struct span text = drivers->aliases;
	int count = 0;

	while (range.from < range.to) {
		struct span rest = between(text, range.from, until(text, range.from, '\n'));
		struct span pattern = next_word(&rest);

		if (glob_matches(pattern, alias))
			count += tell(drivers, rest, each, argument);
		range.from = next_line(text, range.from);
	}
	return count;
}

/* Byte by byte of the alias, the range narrows to the patterns that begin so; those with a wildcard
 * there leave it, and are compared. */
int drivers_match(const struct drivers *drivers, const char *alias,
		  void (*each)(void *argument, unsigned int line), void *argument)
{
	static const char wildcards[] = { '*', '?', '[' };
	struct span text = drivers->aliases;
	struct range range = { 0, text.len };
	int count = 0;

	for (size_t depth = 0; range.to - range.from > FEW && alias[depth]; depth++) {
		for (size_t i = 0; i < sizeof(wildcards); i++)
			count += compare_all(
				drivers, with_byte(text, range, depth, (unsigned char)wildcards[i]),
				alias, each, argument);
		if (memchr(wildcards, alias[depth], sizeof(wildcards)))
			return count;
		range = with_byte(text, range, depth, (unsigned char)alias[depth]);
	}
	return count + compare_all(drivers, range, alias, each, argument);
}
