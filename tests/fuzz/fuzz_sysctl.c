// SPDX-License-Identifier: MIT
/* fuzz_sysctl.c - PROPERTY: the path is below /proc/sys and as long as the name, and the value is
 * what follows the first '='. */
#include <string.h>

#include "init/pure/sysctl.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), path[SYSCTL_PATH_MAX];
	const char *value = sysctl_parse(text, path);

	if (value) {
		CHECK(value == strchr(text, '=') + 1);
		CHECK(strncmp(path, "/proc/sys/", 10) == 0 && !strstr(path, "/../"));
		CHECK(strlen(path) == 10 + (size_t)(value - text) - 1);
	}
	free(text);
	return 0;
}
