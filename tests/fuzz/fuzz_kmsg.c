// SPDX-License-Identifier: MIT
/* fuzz_kmsg.c - PROPERTY: what is found lies in the record, the name behind the device, and a
 * record made of both says the same again. */
#include "init/pure/kmsg.h"

#include <stdio.h>

#include "tests/fuzz/fuzz.h"

static void check_again(const struct kmsg_firmware *found)
{
	size_t size = found->device.len + found->name.len + 100;
	char *text = malloc(size);
	struct kmsg_firmware again;
	int len = snprintf(text, size,
			   "3,1,2,-;%.*s: Direct firmware load for %.*s failed with error -2\n",
			   (int)found->device.len, (const char *)found->device.data,
			   (int)found->name.len, (const char *)found->name.data);

	if (!memchr(found->device.data, 0, found->device.len) &&
	    !memchr(found->name.data, 0, found->name.len)) {
		CHECK(kmsg_firmware((struct span){ (uint8_t *)text, (size_t)len }, &again));
		CHECK(again.name.len == found->name.len);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kmsg_firmware found;

	if (!kmsg_firmware((struct span){ data, size }, &found))
		return 0;
	CHECK(found.device.len && found.name.len);
	CHECK(found.device.data > data && found.name.data > found.device.data + found.device.len);
	CHECK(found.name.data + found.name.len < data + size);
	CHECK(!memchr(found.name.data, '\n', found.name.len));
	check_again(&found);
	return 0;
}
