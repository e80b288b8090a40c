// SPDX-License-Identifier: MIT
/* check_modules.c - the rule of kernel modules: those of /etc/rdinit/modules, in their order. */
#include <stdlib.h>

#include "init/pure/limits.h"
#include "init/pure/modlist.h"
#include "init/pure/paths.h"
#include "tools/lib/check/check_module_file.h"

/* Where one line of the list stands. */
struct place {
	const char *list; /* the whole list */
	size_t index; /* of the line */
};

/* Whether one of the first `count` lines of the list is this module. */
static int is_before(const char *list, size_t count, const char *name)
{
	char *copy = xstrdup(list), *rest = copy, own[CHECK_MODULE_NAME];
	struct module_line line;
	int found = 0;

	while (!found && count-- && modlist_next(&rest, &line)) {
		modlist_name(line.path, own, sizeof(own));
		found = check_same_module(own, name);
	}
	free(copy);
	return found;
}

static char *lacks(const struct check *check, const struct module_loading *loading,
		   const char *name)
{
	const struct place *place = loading->argument;

	if (is_before(place->list, place->index, name))
		return NULL;
	return xstrdup(check_loads(check, name) ? "comes after it in " MODULES_FILE
						: "is not in " MODULES_FILE);
}

static void judge_list(struct check *check, const char *list)
{
	char *copy = xstrdup(list), *rest = copy;
	struct place place = { .list = list };
	struct module_line line;

	for (; modlist_next(&rest, &line); place.index++) {
		const struct module_loading loading = { .number = CHECK_MODULE,
							.list = MODULES_FILE,
							.path = line.path,
							.lacks = lacks,
							.argument = &place };

		check_module_file(check, &loading);
	}
	free(copy);
}

void check_module(struct check *check)
{
	size_t len;
	char *list = check_file(check, MODULES_FILE, &len);

	if (list && check_takes_modules(check, CHECK_MODULE, MODULES_FILE, strlen(list))) {
		if (len > (MODULE_LIST_MAX - 1))
			check_say(check, CHECK_MODULE, CHECK_ERROR,
				  "use fewer modules, or shorter paths",
				  MODULES_FILE " has %zu bytes, and /init reads %d", len,
				  (MODULE_LIST_MAX - 1));
		else
			judge_list(check, list);
	}
	free(list);
}
