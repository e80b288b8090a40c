/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the fuzz targets of text parsers share. */
#ifndef RDINIT_FUZZ_H
#define RDINIT_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A property that does not hold ends the run, and libFuzzer keeps the input. */
#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly this size, ended by a NUL; to be freed. */
static inline char *text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static inline int lies_in(const char *part, const char *text, size_t size)
{
	return part >= text && part <= text + size && part + strlen(part) <= text + size;
}

#endif
