// SPDX-License-Identifier: MIT
/* oci_config.c - what a container's image says of the program that it is for. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/sources/oci_parts.h"

#define NAME "config"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int check_platform(const struct oci_store *store, const json_t *config)
{
	const char *arch = text_of(config, "architecture"), *os = text_of(config, "os");

	if (os && strcmp(os, "linux"))
		return oci_error(store, NAME, "is for %s, not for linux", shown(os));
	if (arch && strcmp(arch, "amd64"))
		return oci_error(store, NAME, "is for %s, not for amd64", shown(arch));
	return 0;
}

/* Appends texts to *list; a text with a NUL cannot be passed to a program. */
static int take_list(const struct oci_store *store, const json_t *config, const char *key,
		     char ***list)
{
	const json_t *array = json_object_get(config, key), *item;
	size_t i, count = 0;

	while (*list && (*list)[count])
		count++;
	if (array && !json_is_array(array) && !json_is_null(array))
		return oci_error(store, NAME, "%s is not a list", key);
	*list = xreallocarray(*list, count + json_array_size(array) + 1, sizeof(**list));
	(*list)[count] = NULL;
	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item) ||
		    strlen(json_string_value(item)) != json_string_length(item))
			return oci_error(store, NAME, "%s has an element that is not text", key);
		(*list)[count++] = xstrdup(json_string_value(item));
		(*list)[count] = NULL;
	}
	return 0;
}

static int check_env(const struct oci_store *store, const struct oci_run *run)
{
	for (char **word = run->env; *word; word++)
		if (!strchr(*word, '=') || **word == '=')
			return oci_error(store, NAME, "Env has \"%s\", which is not NAME=VALUE",
					 shown(*word));
	return 0;
}

int oci_read_config(const struct oci_store *store, const struct oci_parts *parts,
		    const struct image *stage, struct oci_run *run)
{
	const json_t *config = json_object_get(parts->config, "config");
	const char *dir = text_of(config, "WorkingDir"), *user = text_of(config, "User");

	if (check_platform(store, parts->config) < 0 ||
	    take_list(store, config, "Entrypoint", &run->argv) < 0 ||
	    take_list(store, config, "Cmd", &run->argv) < 0 ||
	    take_list(store, config, "Env", &run->env) < 0 || check_env(store, run) < 0)
		return -1;
	if (dir && *dir && *dir != '/')
		return oci_error(store, NAME, "WorkingDir \"%s\" does not begin with a slash",
				 shown(dir));
	if (dir && *dir && strcmp(dir, "/"))
		run->workdir = xstrdup(dir);
	return user && *user ? oci_user(store, stage, user, run) : 0;
}
