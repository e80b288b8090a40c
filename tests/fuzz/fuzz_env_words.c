// SPDX-License-Identifier: MIT
/* fuzz_env_words.c - PROPERTY: any line has an end, and its program is no longer than it. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/lib/program/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *program;
	const char *why;

	if (strlen(text) < 256) {
		program = env_words_program(text, &why);
		CHECK(!program || strlen(program) <= strlen(text));
		free(program);
	}
	free(text);
	return 0;
}
