/* SPDX-License-Identifier: MIT */
/* words.h - a line of a recipe taken apart into words, and words put into lines. */
#ifndef TOOLS_LIB_WORDS_H
#define TOOLS_LIB_WORDS_H

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

struct word {
	char *text;
	unsigned int column; /* bytes, the first is 1 */
};

struct words { /* set to 0 before words_parse() */
	struct word *list;
	size_t count;
	unsigned int end_column; /* after the last word: where one more would be */
	char *fault; /* after -1: "expected ..., found ..." */
	unsigned int fault_column;
};

/* The value of a ${NAME}, or NULL if there is none. */
typedef const char *words_value(const void *context, const char *name);

/* Splits one line (without its newline; a CR at its end is ignored) at blanks and tabs. A word that
 * begins with # ends the line. "..." holds blanks and the escapes \n \t \r \" \\ \$ \xHH. ${NAME}
 * becomes its value, in one word whatever blanks are in it; anywhere else $ and \ are themselves.
 * NUL is refused. 0, or -1 with the fault set. Free with words_free() in both cases. */
int words_parse(struct span line, words_value *value, const void *context, struct words *words);
void words_free(struct words *words);

/* Appends a word so that words_parse() reads it back, quoted only where it must be. */
void words_quote(struct buffer *line, const char *text);

#endif
