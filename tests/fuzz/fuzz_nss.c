// SPDX-License-Identifier: MIT
/* fuzz_nss.c - PROPERTY: services lie in the text, one behind the other, and are names. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/program/nss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct nss_conf conf = { .text = text };
	const char *service, *before = text;

	while ((service = nss_conf_next(&conf))) {
		CHECK(lies_in(service, text, size) && service >= before);
		CHECK(*service && !strpbrk(service, "/#[ \t\r\n"));
		before = service + strlen(service);
	}
	CHECK(!nss_conf_next(&conf));
	free(text);
	return 0;
}
