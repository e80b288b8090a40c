// SPDX-License-Identifier: MIT
/* fuzz_fstab.c - PROPERTY: fields lie in the text, lines are counted, options never grow. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/fstab.h"
#include "init/pure/mountopts.h"
#include "tests/fuzz/fuzz.h"

static void check_options(char *options)
{
	size_t len = strlen(options);
	struct mount_options parsed;

	mountopts_parse(options, &parsed);
	CHECK(parsed.text == options && strlen(parsed.text) <= len);
	CHECK(parsed.text[0] != ',');
}

static void check_find(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	size_t len = strlen(text);
	struct fstab_line line;

	if (fstab_find(text, "/", &line))
		CHECK(lies_in(line.source, text, len) && line.target[0] == '/');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text;
	struct fstab_line line = { 0 };
	size_t len = strlen(text);
	unsigned int lines = 1, before = 0;
	enum fstab_state state;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	while ((state = fstab_next(&rest, &line)) != FSTAB_END) {
		CHECK(line.number > before && line.number <= lines);
		before = line.number;
		if (state == FSTAB_DAMAGED)
			continue;
		CHECK(lies_in(line.source, text, len) && lies_in(line.target, text, len));
		CHECK(lies_in(line.type, text, len) && lies_in(line.options, text, len));
		CHECK(line.target > line.source && line.type > line.target);
		check_options(line.options);
	}
	CHECK(!*rest);
	free(text);
	check_find(data, size);
	return 0;
}
