// SPDX-License-Identifier: MIT
/* modfile.c - the file of a kernel module: its bytes unpacked, and what it says about itself. */
#include "tools/lib/module/modfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/modsign.h"

#define MODULE_MAX ((size_t)256 << 20) /* bytes unpacked: the largest drivers have 20 MB */

int modfile_is_packed(const char *path)
{
	return path_has_suffix(path, ".gz") || path_has_suffix(path, ".xz") ||
	       path_has_suffix(path, ".zst");
}

int modfile_read(const char *path, struct buffer *plain)
{
	struct buffer packed = { NULL, 0, 0 };
	struct span span;
	size_t used;
	int result;

	if (!modfile_is_packed(path))
		return whole_file(path, MODULE_MAX, "module", plain);
	result = whole_file(path, MODULE_MAX, "module", &packed);
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
