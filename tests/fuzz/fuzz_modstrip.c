// SPDX-License-Identifier: MIT
/* fuzz_modstrip.c - PROPERTY: a stripped module is smaller, says the same about itself, and has no
 * more to strip. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/modstrip.h"

static void judge(struct span before, enum modstrip_depth depth)
{
	struct buffer out = { 0 }, again = { 0 };
	struct span after, info = modinfo_find(before), now;

	buffer_add(&out, "x", 1);
	if (!modstrip(before, depth, &out)) {
		CHECK(out.len == 1);
		buffer_free(&out);
		return;
	}
	after = (struct span){ (const uint8_t *)out.data + 1, out.len - 1 };
	now = modinfo_find(after);
	CHECK(after.len < before.len);
	CHECK(!info.data || (now.len == info.len && !memcmp(now.data, info.data, now.len)));
	CHECK(!modstrip(after, depth, &again) && !again.len);
	buffer_free(&again);
	buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge((struct span){ data, size }, MODSTRIP_DEBUG);
	judge((struct span){ data, size }, MODSTRIP_ALL);
	return 0;
}
