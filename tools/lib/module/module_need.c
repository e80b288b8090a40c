// SPDX-License-Identifier: MIT
/* module_need.c - what a module needs: by its modinfo, and by modprobe.d. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/module_set.h"

enum need { SOFT, HARD };

/* By which character sets a mount fails that are not there: the one of short names, and whichever
 * of the others is the kernel's default. */
#define NLS "nls_cp437 nls_ascii nls_iso8859_1 nls_utf8"

static const struct {
	const char *module, *needs;
} unsaid[] = {
	{ "vfat", NLS },
	{ "msdos", NLS },
	{ "f2fs", "crypto-crc32" },
};

const char *modules_unsaid(const char *name)
{
	for (size_t i = 0; i < COUNT(unsaid); i++)
		if (!strcmp(unsaid[i].module, name))
			return unsaid[i].needs;
	return NULL;
}

/* A dependency that is nowhere would make the load fail; a soft one may be missing. It is the
 * module whose symbols are needed, which no alias of modprobe.d can stand in for. */
static int add_need(struct modules *modules, const char *word, enum need need, const char *why,
		    struct indices *found)
{
	int count = need == HARD ? modules_find_alias(modules, word, NULL, why, found)
				 : modules_find(modules, word, why, found);

	if (count < 0)
		return -1;
	if (!count && need == HARD)
		return error("module %s: kernel %s has no such module; %s", shown(word),
			     modules->release, why);
	return 0;
}

/* The words of one value: "a,b" of depends, "pre: a b post: c" of softdep, "a b" of weakdep. The
 * modules they name may move the items, so the lists are handed over at the end. */
static int add_words(struct modules *modules, size_t index, const char *value, enum need need)
{
	struct indices before = modules->items[index].before, after = modules->items[index].after;
	struct indices *to = &before;
	char *words = xstrdup(value), *state = NULL;
	char *why = xasprintf("needed by module %s", modules->items[index].name);
	int result = 0;

	for (char *word = strtok_r(words, ", \t", &state); word && !result;
	     word = strtok_r(NULL, ", \t", &state)) {
		if (!strcmp(word, "pre:"))
			to = &before;
		else if (!strcmp(word, "post:"))
			to = &after;
		else
			result = add_need(modules, word, need, why, to);
	}
	modules->items[index].before = before;
	modules->items[index].after = after;
	free(why);
	free(words);
	return result;
}

static int add_conf(struct modules *modules, size_t index, enum modconf_kind kind)
{
	char *name = xstrdup(modules->items[index].name);
	const struct conf_row *row;
	size_t at = 0;
	int result = 0;

	while (!result && (row = conf_next(modules, kind, name, &at)))
		result = add_words(modules, index, row->value, SOFT);
	free(name);
	return result;
}

int modules_find_needs(struct modules *modules, size_t index)
{
	struct buffer info = modules->items[index].info;
	struct span left = buffer_span(&info);
	const char *text;
	int result = 0;

	while (!result && (text = modinfo_next(&left))) {
		if (!strncmp(text, "softdep=", 8))
			result = add_words(modules, index, text + 8, SOFT);
		else if (!strncmp(text, "weakdep=", 8))
			result = add_words(modules, index, text + 8, SOFT);
		else if (!strncmp(text, "depends=", 8))
			result = add_words(modules, index, text + 8, HARD);
	}
	text = modules_unsaid(modules->items[index].name);
	if (!result && text)
		result = add_words(modules, index, text, SOFT);
	if (!result)
		result = add_conf(modules, index, MODCONF_SOFTDEP);
	return result ? result : add_conf(modules, index, MODCONF_WEAKDEP);
}
