// SPDX-License-Identifier: MIT
/* env_words.c - what env(1) starts for the #! line of a script. */
#include "tools/lib/program/env_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

#define WORDS_MAX 128 /* of a line of 255 bytes */
#define BLANKS " \t\n\v\f\r"

struct words {
	char *all[WORDS_MAX + 1]; /* ended by NULL */
	size_t count;
	const char *why; /* env refuses the text */
};

/* The meaning of "\X"; -1: env has no such escape. "\_" is a blank within "...", and else ends the
 * word, as "\c" ends everything. */
static int escaped(char c)
{
	static const char letters[] = "fnrtv#$\"'\\_", bytes[] = "\f\n\r\t\v#$\"'\\ ";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? bytes[at - letters] : -1;
}

/* Appends one word of -S's text to `word`. Returns the text after it. */
static const char *take_word(const char *text, struct buffer *word, struct words *words)
{
	char quote = '\0';

	for (; *text && (quote || !strchr(BLANKS, *text)); text++) {
		int byte = *text == '\\' ? escaped(text[1]) : -1;

		if (quote ? *text == quote : *text == '"' || *text == '\'') {
			quote = quote ? '\0' : *text;
		} else if (*text == '\\' && quote == '\'' && text[1] != '\'' && text[1] != '\\') {
			buffer_add(word, text, 1);
		} else if (*text == '\\' && text[1] == 'c' && quote != '"') {
			return text + strlen(text);
		} else if (*text == '\\' && text[1] == '_' && !quote) {
			return text + 2;
		} else if (*text == '\\' && byte < 0) {
			words->why = "env has no such escape after -S";
			return text + strlen(text);
		} else if (*text == '\\') {
			buffer_add(word, &(char){ (char)byte }, 1);
			text++;
		} else if (*text == '$' && quote != '\'') {
			words->why = "it has a variable that only the guest knows";
			return text + strlen(text);
		} else {
			buffer_add(word, text, 1);
		}
	}
	if (quote)
		words->why = "a quote after -S has no end";
	return text;
}

/* Inserts the words of `text` before those from `at` on. */
static void split(struct words *words, const char *text, size_t at)
{
	char *rest[WORDS_MAX + 1];
	size_t left = words->count - at;

	memcpy(rest, words->all + at, left * sizeof(*rest));
	words->count = at;
	while (*(text += strspn(text, BLANKS)) && *text != '#' && !words->why &&
	       words->count + left < WORDS_MAX) {
		struct buffer word = { 0 };

		text = take_word(text, &word, words);
		words->all[words->count++] = word.data ? word.data : xstrdup("");
	}
	memcpy(words->all + words->count, rest, left * sizeof(*rest));
	words->count += left;
	words->all[words->count] = NULL;
}

/* Whether an option of this name uses the next word, or the rest of its own. */
static bool takes_value(char letter)
{
	return letter == 'u' || letter == 'C' || letter == 'a';
}

/* One word of short options: -i0v may stand together, -u and -S take what follows. */
static void take_short(struct words *words, size_t *at)
{
	char *word = xstrdup(words->all[*at]);

	++*at;
	for (const char *letter = word + 1; *letter; letter++) {
		if (*letter == 'S') {
			const char *text = letter[1] ? letter + 1 : words->all[*at];

			*at += !letter[1] && text;
			if (text)
				split(words, text, *at);
			break;
		}
		if (takes_value(*letter)) {
			*at += !letter[1] && words->all[*at];
			break;
		}
	}
	free(word);
}

static void take_long(struct words *words, size_t *at)
{
	static const char split_string[] = "--split-string";
	const char *word = words->all[*at], *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	bool takes = (len > 3 && !strncmp(word, "--unset", len)) ||
		     (len > 2 && !strncmp(word, "--chdir", len)) ||
		     (len > 2 && !strncmp(word, "--argv0", len));

	++*at;
	if (len > 2 && !strncmp(word, split_string, len)) {
		if (!value && words->all[*at])
			value = words->all[(*at)++] - 1;
		if (value)
			split(words, value + 1, *at);
	} else if (takes && !value && words->all[*at]) {
		++*at;
	}
}

/* The index of the first word that is neither an option nor NAME=VALUE. */
static size_t skip(struct words *words)
{
	size_t at = 0;

	while (words->all[at] && words->all[at][0] == '-') {
		const char *word = words->all[at];

		if (!strcmp(word, "--") || !strcmp(word, "-")) {
			at++;
			break;
		}
		if (word[1] == '-')
			take_long(words, &at);
		else
			take_short(words, &at);
	}
	while (words->all[at] && strchr(words->all[at], '='))
		at++;
	return at;
}

char *env_words_program(const char *text, const char **why)
{
	size_t len = strlen(text += strspn(text, " \t"));
	struct words *words = xcalloc(1, sizeof(*words));
	char *program;
	size_t at;

	while (len && strchr(" \t", text[len - 1]))
		len--;
	if (len)
		words->all[words->count++] = xstrndup(text, len);
	at = skip(words);
	program = words->why || !words->all[at] ? NULL : xstrdup(words->all[at]);
	*why = words->why;
	if (program && strpbrk(program, BLANKS) && words->count == 1)
		*why = "the kernel gives env all of the line as one argument: split it with -S";
	for (size_t i = 0; i < words->count; i++)
		free(words->all[i]);
	free(words);
	return program;
}
