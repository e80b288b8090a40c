// SPDX-License-Identifier: MIT
/* fuzz_executable.c - PROPERTY: an interpreter ends inside its array; more bytes never unsay it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/executable.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char found[INTERPRETER_MAX], again[INTERPRETER_MAX];
	int result = executable_interpreter((struct span){ data, size }, found);

	CHECK(result == 0 || result == -ENOEXEC || result == -E2BIG);
	if (result)
		return 0;
	CHECK(memchr(found, '\0', sizeof(found)));
	/* A script's first line may be cut in the middle of the name: only ELF is settled. */
	if (size > 1 && data[0] != '#') {
		uint8_t *more = calloc(1, size + 64);

		CHECK(more);
		memcpy(more, data, size);
		CHECK(executable_interpreter((struct span){ more, size + 64 }, again) == 0);
		CHECK(strcmp(found, again) == 0);
		free(more);
	}
	return 0;
}
