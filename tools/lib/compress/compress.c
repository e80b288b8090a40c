// SPDX-License-Identifier: MIT
/* compress.c - the table of compressions; and the two that do nothing, none and lzo. */
#include "tools/lib/compress/compress.h"

#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/compress/compress_method.h"

static size_t no_memory(int level)
{
	(void)level;
	return 0;
}

static int start_nothing(struct compressor *compressor)
{
	(void)compressor;
	return 0;
}

static int pass_on(struct compressor *compressor, struct span data, int end)
{
	(void)end;
	return compressor->sink.write(compressor->sink.context, data.data, data.len);
}

static void stop_nothing(struct compressor *compressor)
{
	(void)compressor;
}

static const char *refuse(struct unpacking *unpacking)
{
	(void)unpacking;
	return "compressed with lzo, whose library is GPL and not part of rdinit";
}

static const struct compress_method none = {
	.kind = COMPRESS_NONE,
	.name = "none",
	.memory = no_memory,
	.start = start_nothing,
	.run = pass_on,
	.stop = stop_nothing,
};

static const struct compress_method lzo = {
	.kind = COMPRESS_LZO,
	.name = "lzo",
	.symbol = "RD_LZO",
	.magics = { { 6, { 0x89, 'L', 'Z', 'O', 0, 0x0d } } },
	.unpack = refuse,
};

static const struct compress_method *const methods[] = {
	[COMPRESS_NONE] = &none,
	[COMPRESS_GZIP] = &compress_gzip,
	[COMPRESS_ZSTD] = &compress_zstd,
	[COMPRESS_LZ4] = &compress_lz4,
	[COMPRESS_XZ] = &compress_xz,
	[COMPRESS_LZMA] = &compress_lzma,
	[COMPRESS_BZIP2] = &compress_bzip2,
	[COMPRESS_LZO] = &lzo,
};

#define METHODS COUNT(methods)

const struct compress_method *compress_method(enum compress_kind kind)
{
	return methods[kind];
}

static const struct compress_method *find(const char *name, size_t len)
{
	for (size_t i = 0; i < METHODS; i++)
		if (methods[i]->start && strlen(methods[i]->name) == len &&
		    !strncmp(methods[i]->name, name, len))
			return methods[i];
	return NULL;
}

static bool begins(struct span span, const struct compress_method *method)
{
	for (size_t i = 0; i < 2; i++) {
		size_t len = method->magics[i].len;

		if (len && span.len >= len && !memcmp(span.data, method->magics[i].bytes, len))
			return true;
	}
	return false;
}

enum compress_kind compress_detect(struct span span)
{
	for (size_t i = 0; i < METHODS; i++)
		if (begins(span, methods[i]))
			return methods[i]->kind;
	return COMPRESS_NONE;
}

static int append(void *buffer, const void *data, size_t len)
{
	buffer_add(buffer, data, len);
	return 0;
}

struct sink sink_to(struct buffer *buffer)
{
	return (struct sink){ append, buffer };
}

int compress_choose(const char *text, struct compress_choice *choice, const char **why)
{
	size_t len = strcspn(text, ",");
	const struct compress_method *method = find(text, len);
	char *end;
	long level;

	*why = "expects none, gzip, zstd, lz4, xz, lzma or bzip2";
	if (len == 3 && !strncmp(text, "lzo", len))
		*why = "expects none for lzo, whose library is GPL; compress the image with lzop";
	if (!method)
		return -1;
	*choice = (struct compress_choice){ method->kind, method->usual };
	if (!text[len])
		return 0;
	level = strtol(text + len + 1, &end, 10);
	*why = "expects a level of this method after the comma";
	if (end == text + len + 1 || *end || level < method->lowest || level > method->highest)
		return -1;
	choice->level = (int)level;
	return 0;
}

const char *compress_name(enum compress_kind kind)
{
	return methods[kind]->name;
}

const char *compress_symbol(enum compress_kind kind)
{
	return methods[kind]->symbol;
}

size_t compress_memory(const struct compress_choice *choice)
{
	return sizeof(struct compressor) + methods[choice->kind]->memory(choice->level);
}

struct compressor *compressor_new(const struct compress_choice *choice, uint64_t size,
				  struct sink sink)
{
	struct compressor *compressor = xcalloc(1, sizeof(*compressor));

	compressor->method = methods[choice->kind];
	compressor->level = choice->level;
	compressor->size = size;
	compressor->sink = sink;
	if (!compressor->method->start(compressor))
		return compressor;
	free(compressor);
	return NULL;
}

int compressor_write(struct compressor *compressor, const void *data, size_t len)
{
	return compressor->method->run(compressor, (struct span){ data, len }, 0);
}

int compressor_finish(struct compressor *compressor)
{
	int result = compressor->method->run(compressor, (struct span){ NULL, 0 }, 1);

	compressor_free(compressor);
	return result;
}

void compressor_free(struct compressor *compressor)
{
	if (!compressor)
		return;
	compressor->method->stop(compressor);
	free(compressor);
}

int compress_put(struct compressor *compressor, size_t len)
{
	return len ? compressor->sink.write(compressor->sink.context, compressor->chunk, len) : 0;
}
