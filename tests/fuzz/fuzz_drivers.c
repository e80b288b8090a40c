// SPDX-License-Identifier: MIT
/* fuzz_drivers.c - PROPERTY: modules and their needs lie in the text; what answers is on a line of
 * it. */
#include "init/pure/drivers.h"
#include "tests/fuzz/fuzz.h"

static struct drivers drivers;

static void lies_in_text(struct span part)
{
	CHECK(part.data >= drivers.text.data &&
	      part.data + part.len <= drivers.text.data + drivers.text.len);
}

static void take(void *argument, unsigned int line)
{
	CHECK(line < *(unsigned int *)argument);
}

/* The text up to the first NUL is the alias, the rest the table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	size_t alias = strlen(text), at = alias < size ? alias + 1 : size;
	unsigned int number;

	if (drivers_parse((struct span){ (const uint8_t *)text + at, size - at }, &drivers) == 0) {
		for (unsigned int i = 0; i < drivers.count; i++) {
			struct driver driver;

			CHECK(drivers_at(&drivers, i, &driver) == 0);
			lies_in_text(driver.path);
			lies_in_text(driver.needs);
			lies_in_text(driver.options);
			while (drivers_number(&driver.needs, i, &number))
				CHECK(number < i);
		}
		CHECK(drivers_match(&drivers, text, take, &drivers.count) >= 0);
	}
	free(text);
	return 0;
}
