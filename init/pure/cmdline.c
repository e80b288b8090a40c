// SPDX-License-Identifier: MIT
/* cmdline.c - split a kernel command line into parameters, as the kernel does. */
#include "init/pure/cmdline.h"

#include <stddef.h>
#include <string.h>

/* The kernel's isspace(): ASCII's six and Latin-1's no-break space. */
static int is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

static char *skip_spaces(char *at)
{
	while (is_space(*at))
		at++;
	return at;
}

/* Finds the end of the parameter at `at`, and its first "=" (0: none, or the first character). */
static size_t measure(const char *at, int in_quote, size_t *equals)
{
	size_t len;

	*equals = 0;
	for (len = 0; at[len] && (in_quote || !is_space(at[len])); len++) {
		if (at[len] == '=' && !*equals)
			*equals = len;
		if (at[len] == '"')
			in_quote = !in_quote;
	}
	return len;
}

int cmdline_next(char **rest, struct word *word)
{
	char *at = skip_spaces(*rest);
	int quoted = *at == '"';
	size_t equals, len;
	char after;

	if (!*at) {
		*rest = at;
		return 0;
	}
	at += quoted;
	len = measure(at, quoted, &equals);
	after = at[len];
	word->name = at;
	word->value = NULL;
	if (equals) {
		at[equals] = '\0';
		word->value = at + equals + 1;
		if (*word->value == '"') {
			word->value++;
			if (at[len - 1] == '"')
				at[len - 1] = '\0';
		}
	}
	if (quoted && len && at[len - 1] == '"')
		at[len - 1] = '\0';
	at[len] = '\0';
	*rest = skip_spaces(at + len + (after != '\0'));
	return 1;
}

int cmdline_is_end(const struct word *word)
{
	return !word->value && strcmp(word->name, "--") == 0;
}

char *cmdline_join(struct word *word)
{
	if (word->value) {
		size_t name_len = strlen(word->name);

		/* A dropped quote leaves a gap of one after the "=": close it. */
		if (word->value != word->name + name_len + 1)
			memmove(word->name + name_len + 1, word->value, strlen(word->value) + 1);
		word->name[name_len] = '=';
	}
	return word->name;
}

/* Copies the word at `*from` to `to`, without its quotes. Returns its end, or NULL: a quote is not
 * closed. */
static char *unquote(char **from, char *to)
{
	char *at = *from, quote = '\0';

	for (; *at && (quote || !is_space(*at)); at++) {
		if (quote ? *at == quote : (*at == '\'' || *at == '"'))
			quote = quote ? '\0' : *at;
		else
			*to++ = *at;
	}
	*from = at;
	return quote ? NULL : to;
}

int words_split(char *line, char **words, int max)
{
	int count = 0;

	for (char *at = skip_spaces(line); *at; count++) {
		char *end;

		if (count == max)
			return -1;
		words[count] = at;
		end = unquote(&at, at);
		if (!end)
			return -1;
		if (*at)
			at = skip_spaces(at + 1);
		*end = '\0';
	}
	words[count] = NULL;
	return count;
}
