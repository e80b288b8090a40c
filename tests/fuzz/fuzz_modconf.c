// SPDX-License-Identifier: MIT
/* fuzz_modconf.c - PROPERTY: lines go on, numbers rise, and names and values lie in the text. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/module/modprobe_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct modconf_reader reader = { .rest = text };
	size_t len = strlen(text);
	unsigned int number = 0;
	struct modconf_line line;

	while (modconf_next(&reader, &line)) {
		CHECK(line.number > number && reader.number >= line.number);
		number = reader.number;
		CHECK(lies_in(line.name, text, len) && *line.name);
		CHECK(!*line.value || lies_in(line.value, text, len));
		CHECK(!strpbrk(line.name, " \t\n") && !strchr(line.value, '\n'));
	}
	CHECK(!*reader.rest);
	free(text);
	return 0;
}
