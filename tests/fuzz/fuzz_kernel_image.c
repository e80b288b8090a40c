// SPDX-License-Identifier: MIT
/* fuzz_kernel_image.c - PROPERTY: what is found lies inside the file, and reading it
 * again agrees. */
#include "tests/fuzz/fuzz.h"

#include "tools/lib/kernel/bzimage.h"
#include "tools/lib/kernel/vmlinux.h"

static int is_inside(struct span part, const uint8_t *data, size_t size)
{
	return !part.data ||
	       (part.data >= data && part.len <= size && part.data <= data + size - part.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = { data, size };
	struct bzimage image;
	struct vmlinux vmlinux, longer;

	if (bzimage_parse(file, &image) == BZIMAGE_OK)
		CHECK(image.version.len && image.version.len < 128);
	CHECK(is_inside(image.version, data, size) && is_inside(image.payload, data, size));
	CHECK(!image.payload.data || image.payload.len >= 4);
	/* What a whole file has not, a part of it has not either. */
	if (!vmlinux_parse(file, &longer) && !longer.has_pvh && size)
		CHECK(vmlinux_parse((struct span){ data, size - 1 }, &vmlinux) || !vmlinux.has_pvh);
	return 0;
}
