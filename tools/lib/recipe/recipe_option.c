// SPDX-License-Identifier: MIT
/* recipe_option.c - options of pack and run that are short for a recipe line. */
#include "tools/lib/recipe/recipe_option.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

/* DEST begins with a slash, so a colon in DIR's name does not matter. */
int recipe_option_source(struct recipe *recipe, const char *verb, const char *text)
{
	char *where = xasprintf("--%s", verb), *dir;
	const char *colon = NULL;
	int result;

	for (const char *at = strstr(text, ":/"); at; at = strstr(at + 1, ":/"))
		colon = at;
	dir = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
	result = recipe_line(recipe, where,
			     (const char *[]){ verb, dir, colon ? colon + 1 : NULL, NULL });
	free(where);
	free(dir);
	return result;
}

int recipe_option_word(struct recipe *recipe, const char *verb, const char *text)
{
	char *where = xasprintf("--%s", verb);
	int result = recipe_line(recipe, where, (const char *[]){ verb, text, NULL });

	free(where);
	return result;
}

int recipe_option_module(struct recipe *recipe, const char *where, const char *name)
{
	return recipe_line(recipe, where, (const char *[]){ "module", name, NULL });
}

int recipe_option_run(struct recipe *recipe, const char *where, char *const *program)
{
	const char **words;
	size_t count = 0;
	int result;

	while (program[count])
		count++;
	words = xcalloc(count + 2, sizeof(*words));
	words[0] = "run";
	memcpy(words + 1, program, count * sizeof(*words));
	result = recipe_line(recipe, where, words);
	free(words);
	return result;
}
