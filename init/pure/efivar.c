// SPDX-License-Identifier: MIT
/* efivar.c - parse EFI variables, as efivarfs has them. */
#include "init/pure/efivar.h"

#include <errno.h>

#include "init/pure/text.h"

#define ATTRIBUTES 4 /* bytes */
#define UUID_LEN 36

static int is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

int efivar_uuid(struct span variable, char uuid[FINDING_UUID_MAX])
{
	struct span text;

	if (variable.len < ATTRIBUTES)
		return -EINVAL;
	text = span_cut(variable, ATTRIBUTES, variable.len - ATTRIBUTES);
	text_utf16(uuid, FINDING_UUID_MAX, text, UTF16_LITTLE);
	for (char *c = uuid; *c; c++)
		if (*c >= 'A' && *c <= 'F')
			*c = (char)(*c - 'A' + 'a');
	for (size_t i = 0; i < UUID_LEN; i++) {
		int is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_hyphen ? uuid[i] != '-' : !is_hex(uuid[i])) {
			uuid[0] = '\0';
			return -EINVAL;
		}
	}
	if (uuid[UUID_LEN]) {
		uuid[0] = '\0';
		return -EINVAL;
	}
	return 0;
}
