/* modfile.c - the file of a kernel module: its bytes unpacked, and what it says about itself. */
#include "tools/lib/module/modfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/elf/modinfo.h"
#include "tools/lib/module/modsign.h"

#define MODULE_MAX ((size_t)256 << 20)	/* bytes unpacked: the largest drivers have 20 MB */

static int read_file(const char *path, struct buffer *out)
{
	FILE *in = fopen(path, "re");
	char block[65536];
	size_t len;
	int err;

	if (!in)
		return error_errno(errno, "module %s", shown(path));
	while ((len = fread(block, 1, sizeof(block), in)) > 0)
		buffer_add(out, block, len);
	err = ferror(in) ? EIO : 0;
	fclose(in);
	return err ? error_errno(err, "module %s", shown(path)) : 0;
}

static int ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

int modfile_is_packed(const char *path)
{
	return ends_with(path, ".gz") || ends_with(path, ".xz") || ends_with(path, ".zst");
}

int modfile_read(const char *path, struct buffer *plain)
{
	struct buffer packed = { NULL, 0, 0 };
	struct span span;
	size_t used;
	int result;

	if (!modfile_is_packed(path))
		return read_file(path, plain);
	result = read_file(path, &packed);
	span = (struct span){ (const uint8_t *)packed.data, packed.len };
	if (!result && (!packed.len || !compress_detect(span)))
		result = error("module %s: not compressed as its name says", shown(path));
	if (!result)
		result = decompress(compress_detect(span), span, plain, MODULE_MAX, &used, path);
	buffer_free(&packed);
	return result;
}

int modfile_info(const char *path, struct buffer *info, int *is_signed)
{
	struct buffer plain = { NULL, 0, 0 };
	struct span file, found = { NULL, 0 };

	if (!modfile_read(path, &plain)) {
		file = (struct span){ (const uint8_t *)plain.data, plain.len };
		*is_signed = modsign_cut(file).len < file.len;
		found = modinfo_find(file);
		if (!found.data)
			error("module %s: not a kernel module, or a damaged one", shown(path));
		else
			buffer_add(info, found.data, found.len);
	}
	buffer_free(&plain);
	return found.data ? 0 : -1;
}
