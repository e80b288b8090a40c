// SPDX-License-Identifier: MIT
/* fuzz_newc.c - PROPERTY: entries go forward inside the span; fields written again are as read. */
#include <ctype.h>
#include <stdlib.h>

#include "tools/lib/cpio/newc.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct newc_reader reader = { .span = { data, size } };
	struct newc_entry entry;
	size_t before = 0;

	enum newc_result result;

	while ((result = newc_next(&reader, &entry)) == NEWC_ENTRY || result == NEWC_FAULT) {
		uint8_t header[NEWC_HEADER];

		if (result == NEWC_FAULT && !newc_pass_over(&reader))
			break;
		if (result == NEWC_FAULT) {
			CHECK(reader.offset > before && reader.offset <= size);
			before = reader.offset;
			continue;
		}
		CHECK(reader.offset > before && reader.offset <= size);
		CHECK(entry.offset >= before && entry.data.len == entry.fields.size);
		CHECK(entry.data.data >= data && entry.data.data + entry.data.len <= data + size);
		CHECK(strlen(entry.name) < entry.fields.namesize);
		newc_header(header, &entry.fields);
		for (size_t i = 6; i < NEWC_HEADER; i++)
			CHECK(header[i] == toupper(data[entry.offset + i]));
		before = reader.offset;
	}
	return 0;
}
