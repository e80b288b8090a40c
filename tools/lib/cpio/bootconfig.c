// SPDX-License-Identifier: MIT
/* bootconfig.c - the boot configuration that may stand at the end of an image. */
#include "tools/lib/cpio/bootconfig.h"

#include <stdbool.h>
#include <string.h>

#define MARK "#BOOTCONFIG\n"
#define MARK_LEN 12
#define TAIL_LEN (MARK_LEN + 8)
#define SLACK 4 /* boot loaders round the size up to 4: so far before the end the mark may be */

static uint32_t sum(struct span text)
{
	uint32_t total = 0;

	for (size_t i = 0; i < text.len; i++)
		total += text.data[i];
	return total;
}

static bool is_marked(struct span file, size_t slack)
{
	struct span mark;

	if (file.len < TAIL_LEN + slack)
		return false;
	mark = span_cut(file, file.len - MARK_LEN - slack, MARK_LEN);
	return mark.data && !memcmp(mark.data, MARK, MARK_LEN);
}

struct span bootconfig_cut(struct span file, struct span *text)
{
	size_t slack = 0, end, size;
	const uint8_t *numbers;

	*text = (struct span){ NULL, 0 };
	while (slack < SLACK && !is_marked(file, slack))
		slack++;
	if (slack == SLACK)
		return file;
	end = file.len - slack - TAIL_LEN;
	numbers = file.data + end;
	size = le32(numbers);
	if (size > end || sum(span_cut(file, end - size, size)) != le32(numbers + 4))
		return file;
	*text = span_cut(file, end - size, size);
	while (text->len && !text->data[text->len - 1])
		text->len--;
	return span_cut(file, 0, end - size);
}

/* An open quote hides braces and hash signs. */
static const char *brace_fault(struct span text)
{
	size_t depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		const uint8_t *end = NULL;

		if (byte == '"' || byte == '\'')
			end = memchr(text.data + i + 1, byte, text.len - i - 1);
		else if (byte == '#')
			end = memchr(text.data + i, '\n', text.len - i);
		if ((byte == '"' || byte == '\'') && !end)
			return "a quote without an end";
		if (byte == '#' && !end)
			break;
		if (end)
			i = (size_t)(end - text.data);
		depth += byte == '{';
		if (byte == '}' && !depth--)
			return "a closing brace without an opening one";
	}
	return depth ? "an opening brace without a closing one" : NULL;
}

const char *bootconfig_fault(struct span text)
{
	if (!text.len)
		return "is empty";
	if (text.len > BOOTCONFIG_MAX)
		return "has more than 32767 bytes";
	if (memchr(text.data, 0, text.len))
		return "has a NUL: it is not text";
	return brace_fault(text);
}

static void add_le32(struct buffer *buffer, uint32_t value)
{
	const uint8_t bytes[] = { value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff,
				  value >> 24 };

	buffer_add(buffer, bytes, sizeof(bytes));
}

void bootconfig_compose(struct span text, uint64_t len, struct buffer *tail)
{
	size_t padding = (size_t)(-(len + text.len + TAIL_LEN) & 3);

	buffer_add(tail, text.data, text.len);
	buffer_add(tail, "\0\0\0", padding);
	add_le32(tail, (uint32_t)(text.len + padding));
	add_le32(tail, sum(text));
	buffer_add(tail, MARK, MARK_LEN);
}
