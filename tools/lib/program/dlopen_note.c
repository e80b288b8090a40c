// SPDX-License-Identifier: MIT
/* dlopen_note.c - the libraries that an ELF file says it opens with dlopen(3). */
#include "tools/lib/program/dlopen_note.h"

#include <jansson.h>
#include <string.h>

#include "init/pure/count.h"

static const char *const names[] = { "none", "required", "recommended", "suggested" };

int dlopen_priority(const char *word, enum dlopen_priority *priority)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!strcmp(names[i], word)) {
			*priority = (enum dlopen_priority)i;
			return 0;
		}
	}
	return -1;
}

const char *dlopen_priority_name(enum dlopen_priority priority)
{
	return names[priority];
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* One member of the array. 0, or -1: it is not as the specification has it. */
static int wish_read(const json_t *object, struct dlopen_wish *wish)
{
	const json_t *sonames = json_object_get(object, "soname");
	const char *priority = text_of(object, "priority");

	*wish = (struct dlopen_wish){ .feature = text_of(object, "feature"),
				      .description = text_of(object, "description"),
				      .priority = DLOPEN_RECOMMENDED };
	if (*priority &&
	    (dlopen_priority(priority, &wish->priority) || wish->priority == DLOPEN_NONE))
		return -1;
	for (size_t i = 0; i < json_array_size(sonames); i++) {
		const char *name = json_string_value(json_array_get(sonames, i));

		if (!name || !*name || i >= DLOPEN_SONAMES_MAX)
			return -1;
		wish->sonames[wish->count++] = name;
	}
	return wish->count ? 0 : -1;
}

int dlopen_note_read(struct span json, void (*take)(void *context, const struct dlopen_wish *wish),
		     void *context)
{
	const char *text = (const char *)json.data;
	json_t *root = json_loadb(text, strnlen(text, json.len), JSON_REJECT_DUPLICATES, NULL);
	struct dlopen_wish wish;
	int result = json_is_array(root) ? 0 : -1;

	for (size_t i = 0; !result && i < json_array_size(root); i++)
		result = wish_read(json_array_get(root, i), &wish);
	for (size_t i = 0; !result && i < json_array_size(root); i++)
		if (!wish_read(json_array_get(root, i), &wish))
			take(context, &wish);
	json_decref(root);
	return result;
}
