// SPDX-License-Identifier: MIT
/* fuzz_mounts.c - PROPERTY: fields lie in the text, in order; directories end in their bytes. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/dirents.h"
#include "init/pure/mounts.h"
#include "tests/fuzz/fuzz.h"

static void check_dirents(const uint8_t *data, size_t size)
{
	struct span rest = { data, size };
	struct dirent_view entry;
	size_t before = size;

	while (dirents_next(&rest, &entry)) {
		const uint8_t *name = (const uint8_t *)entry.name;

		CHECK(rest.len < before && rest.data + rest.len == data + size);
		CHECK(name > data && memchr(name, '\0', (size_t)(rest.data - name)));
		CHECK(strcmp(entry.name, ".") != 0 && strcmp(entry.name, "..") != 0);
		before = rest.len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text;
	size_t len = strlen(text);
	struct mount_line line;

	while (mounts_next(&rest, &line)) {
		CHECK(lies_in(line.source, text, len) && lies_in(line.type, text, len));
		CHECK(lies_in(line.target, text, len) && line.target > line.source);
		CHECK(line.target + strlen(line.target) < line.type);
	}
	CHECK(!*rest);
	free(text);
	check_dirents(data, size);
	return 0;
}
