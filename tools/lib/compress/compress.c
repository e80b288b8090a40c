// SPDX-License-Identifier: MIT
/* compress.c - the table of compressions, and none of them. */
#include "tools/lib/compress/compress.h"

#include <stdlib.h>
#include <string.h>

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

static const struct compress_method none = {
	"none", 0, 0, 0, no_memory, start_nothing, pass_on, stop_nothing,
};

static const struct compress_method *const methods[] = {
	&none,	      &compress_gzip, &compress_zstd,  &compress_lz4,
	&compress_xz, &compress_lzma, &compress_bzip2,
};

static const struct compress_method *find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strlen(methods[i]->name) == len && !strncmp(methods[i]->name, name, len))
			return methods[i];
	return NULL;
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
	*choice = (struct compress_choice){ method, method->usual };
	if (!text[len])
		return 0;
	level = strtol(text + len + 1, &end, 10);
	*why = "expects a level of this method after the comma";
	if (end == text + len + 1 || *end || level < method->lowest || level > method->highest)
		return -1;
	choice->level = (int)level;
	return 0;
}

const char *compress_name(const struct compress_method *method)
{
	return method->name;
}

size_t compress_memory(const struct compress_choice *choice)
{
	return sizeof(struct compressor) + choice->method->memory(choice->level);
}

struct compressor *compressor_new(const struct compress_choice *choice, uint64_t size,
				  struct sink sink)
{
	struct compressor *compressor = xcalloc(1, sizeof(*compressor));

	compressor->method = choice->method;
	compressor->level = choice->level;
	compressor->size = size;
	compressor->sink = sink;
	if (!choice->method->start(compressor))
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
