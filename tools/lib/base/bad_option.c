// SPDX-License-Identifier: MIT
/* bad_option.c - what getopt_long(3) did not know, as an error of usage. */
#include "tools/lib/base/bad_option.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/typo.h"

#define OPTIONS_MAX 64

int bad_option(const char *command, int result, char **argv, const struct option *known)
{
	const char *given = argv[optind - 1], *names[OPTIONS_MAX + 1] = { NULL }, *nearest = NULL;
	char *word;

	if (result == ':')
		return error_usage(command, "%s expects an argument", shown(given));
	for (size_t i = 0; known[i].name && i < OPTIONS_MAX; i++)
		names[i] = known[i].name;
	if (!strncmp(given, "--", 2)) {
		word = xstrndup(given + 2, strcspn(given + 2, "="));
		nearest = typo_nearest(word, names);
		free(word);
	}
	return error_usage(command, "unknown option %s%s%s%s", shown(given),
			   nearest ? "; did you mean --" : "", nearest ? nearest : "",
			   nearest ? "?" : "");
}
