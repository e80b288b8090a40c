/* compress.c - none, gzip and zstd on the way out. */
#include "tools/lib/compress.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "tools/lib/error.h"
#include "tools/lib/output.h"

#define GZIP_LEVEL 9
#define ZSTD_LEVEL 9		/* measured: fewest instructions to unpack; 19 is 10 % smaller */
#define ZSTD_WINDOW_LOG 23	/* 8 MiB */
#define ZSTD_WINDOW ((size_t)1 << ZSTD_WINDOW_LOG)
#define CHUNK (128 * 1024)	/* bytes between the library and the output */

struct compress_method {
	const char *name;
	int (*start)(struct compressor *compressor);
	int (*run)(struct compressor *compressor, struct span data, int end);
	void (*stop)(struct compressor *compressor);
};

struct compressor {
	const struct compress_method *method;
	struct output *output;
	z_stream gzip;
	ZSTD_CCtx *zstd;
	struct buffer head;	/* zstd: what came before the window is known to be filled */
	int started;
	uint8_t chunk[CHUNK];
};

static int start_nothing(struct compressor *compressor)
{
	(void)compressor;
	return 0;
}

static void stop_nothing(struct compressor *compressor)
{
	(void)compressor;
}

static int none_run(struct compressor *compressor, struct span data, int end)
{
	(void)end;
	return output_write(compressor->output, data.data, data.len);
}

static int gzip_start(struct compressor *compressor)
{
	/* 15 + 16: the largest window, and a gzip header, in which zlib writes neither name nor time. */
	if (deflateInit2(&compressor->gzip, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 9,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return error("gzip: out of memory");
	return 0;
}

static int gzip_step(struct compressor *compressor, int end)
{
	z_stream *gzip = &compressor->gzip;

	do {
		gzip->next_out = compressor->chunk;
		gzip->avail_out = CHUNK;
		if (deflate(gzip, end ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
			return error("gzip: %s", gzip->msg ? gzip->msg : "cannot compress");
		if (output_write(compressor->output, compressor->chunk, CHUNK - gzip->avail_out) < 0)
			return -1;
	} while (!gzip->avail_out);
	return 0;
}

static int gzip_run(struct compressor *compressor, struct span data, int end)
{
	while (data.len) { /* zlib counts in unsigned int */
		uInt now = data.len < (1u << 30) ? (uInt)data.len : 1u << 30;

		compressor->gzip.next_in = (Bytef *)data.data;
		compressor->gzip.avail_in = now;
		if (gzip_step(compressor, 0) < 0)
			return -1;
		data = (struct span){ data.data + now, data.len - now };
	}
	return end ? gzip_step(compressor, 1) : 0;
}

static void gzip_stop(struct compressor *compressor)
{
	deflateEnd(&compressor->gzip);
}

static int zstd_start(struct compressor *compressor)
{
	compressor->zstd = ZSTD_createCCtx();
	if (!compressor->zstd)
		return error("zstd: out of memory");
	ZSTD_CCtx_setParameter(compressor->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(compressor->zstd, ZSTD_c_checksumFlag, 1);
	return 0;
}

static int zstd_step(struct compressor *compressor, struct span data, ZSTD_EndDirective what)
{
	ZSTD_inBuffer in = { data.data, data.len, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { compressor->chunk, CHUNK, 0 };

		left = ZSTD_compressStream2(compressor->zstd, &out, &in, what);
		if (ZSTD_isError(left))
			return error("zstd: %s", ZSTD_getErrorName(left));
		if (output_write(compressor->output, compressor->chunk, out.pos) < 0)
			return -1;
	} while (what == ZSTD_e_end ? left : in.pos < in.size);
	return 0;
}

/* The window that the kernel must map is the smaller of the level's and the content's, so a small
 * image has to say its size first; a large one has no use for it. */
static int zstd_run(struct compressor *compressor, struct span data, int end)
{
	ZSTD_EndDirective what = end ? ZSTD_e_end : ZSTD_e_continue;
	struct span head;

	if (compressor->started)
		return zstd_step(compressor, data, what);
	buffer_add(&compressor->head, data.data, data.len);
	if (!end && compressor->head.len < ZSTD_WINDOW)
		return 0;
	compressor->started = 1;
	head = (struct span){ (const uint8_t *)compressor->head.data, compressor->head.len };
	if (end)
		ZSTD_CCtx_setPledgedSrcSize(compressor->zstd, head.len);
	else
		ZSTD_CCtx_setParameter(compressor->zstd, ZSTD_c_windowLog, ZSTD_WINDOW_LOG);
	return zstd_step(compressor, head, what);
}

static void zstd_stop(struct compressor *compressor)
{
	ZSTD_freeCCtx(compressor->zstd);
	buffer_free(&compressor->head);
}

static const struct compress_method methods[] = {
	{ "none", start_nothing, none_run, stop_nothing },
	{ "gzip", gzip_start, gzip_run, gzip_stop },
	{ "zstd", zstd_start, zstd_run, zstd_stop },
};

const struct compress_method *compress_find(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	return NULL;
}

struct compressor *compressor_new(const struct compress_method *method, struct output *output)
{
	struct compressor *compressor = xcalloc(1, sizeof(*compressor));

	compressor->method = method;
	compressor->output = output;
	if (!method->start(compressor))
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
