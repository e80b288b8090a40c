// SPDX-License-Identifier: MIT
/* words.c - a line of a recipe taken apart into words, and words put into lines. */
#include "tools/lib/base/words.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"

struct cursor {
	struct span line;
	size_t at;
	words_value *value;
	const void *context;
	struct words *words;
	struct buffer word;
};

static int peek(const struct cursor *cursor)
{
	return cursor->at < cursor->line.len ? cursor->line.data[cursor->at] : -1;
}

static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t';
}

static int fail(struct cursor *cursor, size_t at, char *text)
{
	cursor->words->fault = text;
	cursor->words->fault_column = (unsigned int)at + 1;
	return -1;
}

/* The text at the cursor, for "found ...". */
static char *found(const struct cursor *cursor)
{
	int byte = peek(cursor);

	if (byte < 0)
		return xstrdup("the end of the line");
	return byte > 0x20 && byte < 0x7f ? xasprintf("'%c'", byte)
					  : xasprintf("byte 0x%02x", byte);
}

static int expected(struct cursor *cursor, const char *what)
{
	char *there = found(cursor);
	char *text = xasprintf("expected %s, found %s", what, there);

	free(there);
	return fail(cursor, cursor->at, text);
}

static void put(struct cursor *cursor, int byte)
{
	char one = (char)byte;

	buffer_add(&cursor->word, &one, 1);
}

static bool is_name(int byte, bool first)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	       (!first && byte >= '0' && byte <= '9');
}

/* At "${". */
static int variable(struct cursor *cursor)
{
	size_t start = cursor->at, name_at = start + 2;
	const char *value;
	char *name;

	cursor->at = name_at;
	while (is_name(peek(cursor), cursor->at == name_at))
		cursor->at++;
	if (cursor->at == name_at)
		return expected(cursor, "the name of a variable after \"${\"");
	if (peek(cursor) != '}')
		return expected(cursor, "\"}\" after the name of a variable");
	name = xstrndup((const char *)cursor->line.data + name_at, cursor->at - name_at);
	cursor->at++;
	value = cursor->value ? cursor->value(cursor->context, name) : NULL;
	if (value)
		buffer_text(&cursor->word, value);
	else
		fail(cursor, start,
		     xasprintf(
			     "expected a variable that is set (--var or environment), found ${%s}",
			     name));
	free(name);
	return value ? 0 : -1;
}

static int hex_value(int byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* After "\x". */
static int hex_escape(struct cursor *cursor)
{
	int byte = 0;

	for (int i = 0; i < 2; i++, cursor->at++) {
		int digit = hex_value(peek(cursor));

		if (peek(cursor) < 0 || digit < 0)
			return expected(cursor, "two hex digits after \\x");
		byte = byte * 16 + digit;
	}
	if (!byte)
		return fail(cursor, cursor->at - 4,
			    xstrdup("expected a byte that a name can hold, found \\x00"));
	put(cursor, byte);
	return 0;
}

/* At a backslash inside quotes. */
static int escape(struct cursor *cursor)
{
	static const char from[] = "ntr\"\\$", to[] = "\n\t\r\"\\$";
	const char *which;
	int byte;

	cursor->at++;
	byte = peek(cursor);
	if (byte == 'x') {
		cursor->at++;
		return hex_escape(cursor);
	}
	which = byte > 0 ? strchr(from, byte) : NULL;
	if (!which)
		return expected(cursor, "one of n t r \" \\ $ xHH after a backslash");
	put(cursor, to[which - from]);
	cursor->at++;
	return 0;
}

static bool at_variable(const struct cursor *cursor)
{
	return peek(cursor) == '$' && cursor->at + 1 < cursor->line.len &&
	       cursor->line.data[cursor->at + 1] == '{';
}

/* After the opening quote. */
static int quoted(struct cursor *cursor)
{
	int result = 0;

	while (!result && peek(cursor) != '"') {
		if (peek(cursor) < 0)
			return expected(cursor, "a closing '\"'");
		if (!peek(cursor))
			return expected(cursor, "text");
		if (peek(cursor) == '\\')
			result = escape(cursor);
		else if (at_variable(cursor))
			result = variable(cursor);
		else
			put(cursor, cursor->line.data[cursor->at++]);
	}
	cursor->at++;
	return result;
}

static int one_word(struct cursor *cursor)
{
	int result = 0;

	while (!result && peek(cursor) >= 0 && !is_blank(peek(cursor))) {
		if (!peek(cursor))
			return expected(cursor, "text");
		if (peek(cursor) == '"') {
			cursor->at++;
			result = quoted(cursor);
		} else if (at_variable(cursor)) {
			result = variable(cursor);
		} else {
			put(cursor, cursor->line.data[cursor->at++]);
		}
	}
	return result;
}

int words_parse(struct span line, words_value *value, const void *context, struct words *words)
{
	struct cursor cursor = { line, 0, value, context, words, { 0 } };
	int result = 0;

	if (line.len && line.data[line.len - 1] == '\r')
		cursor.line.len--;
	while (!result) {
		struct word *word;

		while (is_blank(peek(&cursor)))
			cursor.at++;
		if (peek(&cursor) < 0 || peek(&cursor) == '#')
			break;
		words->list = xreallocarray(words->list, words->count + 1, sizeof(*words->list));
		word = &words->list[words->count++];
		word->column = (unsigned int)cursor.at + 1;
		buffer_text(&cursor.word, "");
		result = one_word(&cursor);
		word->text = cursor.word.data;
		cursor.word = (struct buffer){ 0 };
	}
	words->end_column = (unsigned int)cursor.at + 1;
	return result;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i].text);
	free(words->list);
	free(words->fault);
	*words = (struct words){ 0 };
}

static bool must_quote(const char *text)
{
	if (!*text || *text == '#' || strstr(text, "${"))
		return true;
	for (; *text; text++)
		if (*text <= ' ' || *text == '"' || *text == 0x7f)
			return true; /* char is signed here, so <= ' ' holds for bytes over
				      * 0x7f too */
	return false;
}

/* shown() escapes what is not printable; the quotes want two more. */
void words_quote(struct buffer *line, const char *text)
{
	if (!must_quote(text)) {
		buffer_text(line, text);
		return;
	}
	buffer_text(line, "\"");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\' || byte == '$')
			buffer_printf(line, "\\%c", byte);
		else if (byte == '\n')
			buffer_text(line, "\\n");
		else if (byte == '\t')
			buffer_text(line, "\\t");
		else if (byte < ' ' || byte >= 0x7f)
			buffer_printf(line, "\\x%02x", byte);
		else
			buffer_add(line, text, 1);
	}
	buffer_text(line, "\"");
}
