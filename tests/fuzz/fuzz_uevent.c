// SPDX-License-Identifier: MIT
/* fuzz_uevent.c - PROPERTY: what is read lies in the message and ends there. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/rootspec.h"
#include "init/pure/uevent.h"
#include "tests/fuzz/fuzz.h"

static void check_rootspec(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct rootspec spec;

	if (rootspec_parse(text, &spec) == 0 && spec.kind == ROOTSPEC_NUMBER)
		CHECK(spec.major <= 0xfff && spec.minor <= 0xfffff);
	CHECK(memchr(spec.value, '\0', sizeof(spec.value)));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uevent event;
	const char *const *fields[] = { &event.action,	&event.subsystem, &event.devpath,
					&event.devname, &event.devtype,	  &event.major,
					&event.minor,	&event.modalias };

	check_rootspec(data, size);
	if (uevent_parse((struct span){ data, size }, &event))
		return 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const uint8_t *at = (const uint8_t *)*fields[i];

		CHECK(!at || (at > data && at < data + size &&
			      memchr(at, '\0', (size_t)(data + size - at))));
	}
	return 0;
}
