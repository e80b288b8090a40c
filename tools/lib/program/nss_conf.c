// SPDX-License-Identifier: MIT
/* nss_conf.c - the services that an nsswitch.conf names. */
#include "tools/lib/program/nss_conf.h"

#include <string.h>

/* Brackets may hold blanks. */
static void blank_actions(char *words)
{
	while ((words = strchr(words, '['))) {
		size_t len = strcspn(words, "]");

		memset(words, ' ', len + (words[len] == ']'));
	}
}

/* 0 at the end of the text. */
static int next_line(struct nss_conf *conf)
{
	char *line = strsep(&conf->text, "\n"), *colon;

	if (!line)
		return 0;
	line[strcspn(line, "#")] = '\0';
	colon = strchr(line, ':');
	conf->words = colon ? colon + 1 : line + strlen(line);
	blank_actions(conf->words);
	return 1;
}

const char *nss_conf_next(struct nss_conf *conf)
{
	do {
		char *word;

		while (conf->words && (word = strsep(&conf->words, " \t\r")))
			if (*word && !strchr(word, '/'))
				return word;
	} while (next_line(conf));
	return NULL;
}
