// SPDX-License-Identifier: MIT
/* fuzz_recipe.c - PROPERTY: words quoted and read again are the same; faults lie in the line. */
#include <stdlib.h>

#include "tools/lib/base/words.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words words = { 0 }, again = { 0 };
	struct buffer line = { 0 };

	if (words_parse((struct span){ data, size }, NULL, NULL, &words) < 0) {
		CHECK(words.fault && words.fault_column >= 1 && words.fault_column <= size + 1);
	} else {
		for (size_t i = 0; i < words.count; i++) {
			buffer_text(&line, i ? "\t" : "");
			words_quote(&line, words.list[i].text);
		}
		CHECK(words_parse((struct span){ (uint8_t *)line.data, line.len }, NULL, NULL,
				  &again) == 0);
		CHECK(again.count == words.count);
		for (size_t i = 0; i < words.count; i++)
			CHECK(!strcmp(words.list[i].text, again.list[i].text));
	}
	words_free(&words);
	words_free(&again);
	buffer_free(&line);
	return 0;
}
