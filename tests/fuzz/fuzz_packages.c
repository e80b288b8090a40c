// SPDX-License-Identifier: MIT
/* fuzz_packages.c - PROPERTY: stanzas and files of package databases lie in the text, one behind
 * the other. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/package/package_text.h"

static void lies_behind(struct span part, const uint8_t *from, struct span whole)
{
	CHECK(!part.data || (part.data >= from && part.data + part.len <= whole.data + whole.len));
}

static void walk(struct span whole, int (*next)(struct span *rest, struct package_text *package))
{
	struct span rest = whole;
	struct package_text text;
	const uint8_t *from = whole.data;

	while (next(&rest, &text)) {
		struct span folder = { NULL, 0 }, name;

		CHECK(text.name.len && text.version.len);
		lies_behind(text.stanza, from, whole);
		lies_behind(text.name, text.stanza.data, text.stanza);
		lies_behind(text.version, text.stanza.data, text.stanza);
		lies_behind(text.architecture, text.stanza.data, text.stanza);
		from = text.stanza.data + text.stanza.len;
		while (package_next_apk_file(&text.stanza, &folder, &name)) {
			CHECK(name.len && !memchr(name.data, '\n', name.len));
			lies_behind(folder, whole.data, whole);
		}
		CHECK(rest.data + rest.len == whole.data + whole.len);
	}
	CHECK(!rest.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk((struct span){ data, size }, package_next_dpkg);
	walk((struct span){ data, size }, package_next_apk);
	return 0;
}
