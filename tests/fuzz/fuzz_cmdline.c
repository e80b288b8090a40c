// SPDX-License-Identifier: MIT
/* fuzz_cmdline.c - PROPERTY: words lie in the line, in order; joined they stay in their place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/cmdline.h"
#include "init/pure/settings.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 16

static void check_words(const uint8_t *data, size_t size)
{
	char *line = text_of(data, size), *rest = line, *before = line;
	size_t len = strlen(line);
	struct word word;

	while (cmdline_next(&rest, &word)) {
		CHECK(lies_in(word.name, line, len) && word.name >= before);
		CHECK(!word.value || (lies_in(word.value, line, len) && word.value > word.name));
		CHECK(rest > before && rest <= line + len);
		cmdline_join(&word);
		CHECK(word.name + strlen(word.name) <= rest);
		before = rest;
	}
	CHECK(!*rest);
	free(line);
}

static void check_split(const uint8_t *data, size_t size)
{
	char *line = text_of(data, size), *words[WORDS_MAX + 1];
	size_t len = strlen(line);
	int count = words_split(line, words, WORDS_MAX);

	CHECK(count >= -1 && count <= WORDS_MAX);
	CHECK(count < 0 || !words[count]);
	for (int i = 0; i < count; i++)
		CHECK(lies_in(words[i], line, len) &&
		      (!i || words[i] > words[i - 1] + strlen(words[i - 1])));
	free(line);
}

static void check_settings(const uint8_t *data, size_t size)
{
	char *line = text_of(data, size);
	size_t len = strlen(line);
	struct settings settings = { 0 };

	settings_defaults(&settings);
	settings_parse(&settings, line, size % 2 ? FROM_IMAGE : FROM_KERNEL);
	CHECK(settings.console_count <= SETTINGS_CONSOLES_MAX);
	CHECK(settings.env_count <= SETTINGS_ENV_MAX);
	CHECK(settings.timeout_s >= WAIT_FOREVER && settings.grace_s >= 0);
	CHECK(settings.onfail <= ONFAIL_WAIT && settings.exit <= POWER_HALT);
	for (int i = 0; i < settings.env_count; i++)
		CHECK(lies_in(settings.env[i], line, len) && strchr(settings.env[i], '='));
	for (int i = 0; i < settings.ignored_count && i < SETTINGS_IGNORED_MAX; i++)
		CHECK(lies_in(settings.ignored[i].word, line, len));
	CHECK(!settings.root || lies_in(settings.root, line, len));
	CHECK(!settings.arguments || lies_in(settings.arguments, line, len));
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_words(data, size);
	check_split(data, size);
	check_settings(data, size);
	return 0;
}
