// SPDX-License-Identifier: MIT
/* modsign.c - the signature at the end of a kernel module. */
#include "tools/lib/module/modsign.h"

#include <string.h>

#include "init/pure/cmdline.h"

#define MARK "~Module signature appended~\n"
#define MARK_LEN (sizeof(MARK) - 1)
#define HEAD_LEN 12 /* bytes of struct module_signature; the last four are the size */

/* From the end: the mark, the head, and before it the PKCS#7 message, its size with the big end
 * first. */
struct span modsign_cut(struct span module)
{
	const uint8_t *size;
	uint32_t len;

	if (module.len < HEAD_LEN + MARK_LEN ||
	    memcmp(module.data + module.len - MARK_LEN, MARK, MARK_LEN) != 0)
		return module;
	size = module.data + module.len - MARK_LEN - 4;
	len = (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 | (uint32_t)size[2] << 8 | size[3];
	if (len > module.len - HEAD_LEN - MARK_LEN)
		return module;
	return (struct span){ module.data, module.len - HEAD_LEN - MARK_LEN - len };
}

static int enforces(const struct word *word)
{
	if (!strcmp(word->name, "lockdown"))
		return word->value && strcmp(word->value, "none") != 0;
	return !strcmp(word->name, "module.sig_enforce") &&
	       (!word->value || strchr("1yY", word->value[0]));
}

const char *modsign_enforcing_word(char *line)
{
	struct word word;

	while (cmdline_next(&line, &word))
		if (enforces(&word))
			return cmdline_join(&word);
	return NULL;
}
