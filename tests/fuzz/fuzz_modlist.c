// SPDX-License-Identifier: MIT
/* fuzz_modlist.c - PROPERTY: each line yields one path in the text; names fit; no type is lost. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/fslist.h"
#include "init/pure/modlist.h"
#include "tests/fuzz/fuzz.h"

static void check_types(const uint8_t *data, size_t size,
			int (*cut)(char *text, const char **types, int *left_out))
{
	char *text = text_of(data, size);
	const char *types[FSLIST_MAX];
	size_t len = strlen(text);
	int left_out, count = cut(text, types, &left_out);

	CHECK(count >= 0 && count <= FSLIST_MAX && left_out >= 0);
	CHECK(!left_out || count == FSLIST_MAX);
	for (int i = 0; i < count; i++)
		CHECK(*types[i] && lies_in(types[i], text, len));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text, name[16];
	size_t len = strlen(text);
	struct module_line line;

	while (modlist_next(&rest, &line)) {
		CHECK(lies_in(line.path, text, len) && *line.path && *line.path != '#');
		CHECK(!strpbrk(line.path, " \t\n") && !strchr(line.options, '\n'));
		CHECK(!*line.options || lies_in(line.options, text, len));
		modlist_name(line.path, name, sizeof(name));
		CHECK(strlen(name) < sizeof(name) && !strpbrk(name, "/."));
	}
	CHECK(rest == text + len);
	free(text);
	check_types(data, size, fslist_parse);
	check_types(data, size, fslist_split);
	return 0;
}
