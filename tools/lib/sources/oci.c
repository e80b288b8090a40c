// SPDX-License-Identifier: MIT
/* oci.c - the layers of a container's image, one upon the other. */
#include "tools/lib/sources/oci.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/sources/oci_store.h"
#include "tools/lib/sources/tar.h"

#define NAME "config"

static int check_platform(const struct oci_store *store, const json_t *config)
{
	const char *arch = oci_text(config, "architecture"), *os = oci_text(config, "os");

	if (os && strcmp(os, "linux"))
		return oci_error(store, NAME, "is for %s, not for linux", shown(os));
	if (arch && strcmp(arch, "amd64"))
		return oci_error(store, NAME, "is for %s, not for amd64", shown(arch));
	return 0;
}

/* Appends texts to *list; a text with a NUL cannot be passed to a program. */
static int read_list(const struct oci_store *store, const json_t *config, const char *key,
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

#define DATABASE_MAX ((size_t)1 << 20) /* bytes of /etc/passwd */
#define FIELDS 7

/* The lines of /etc/passwd or /etc/group, cut into fields. */
struct database {
	struct buffer text;
	char *next;
	const char *field[FIELDS];
};

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10;
}

/* An image without the file has no users by name: that is no error yet. */
static int database_open(struct database *database, const struct image *stage, const char *path)
{
	const struct entry *entry = image_find(stage, path);

	*database = (struct database){ 0 };
	if (entry && S_ISREG(entry->mode) &&
	    merge_read_entry(entry, DATABASE_MAX, &database->text) < 0)
		return -1;
	buffer_add(&database->text, "", 0);
	database->next = database->text.data;
	return 0;
}

static bool database_next(struct database *database)
{
	while (database->next && *database->next) {
		char *line = strsep(&database->next, "\n");
		size_t count = 0;

		while (count < FIELDS && (database->field[count] = strsep(&line, ":")))
			count++;
		while (count < FIELDS)
			database->field[count++] = "";
		if (*database->field[0] && is_number(database->field[2]))
			return true;
	}
	return false;
}

static bool is_named(const struct database *database, const char *name)
{
	return !strcmp(is_number(name) ? database->field[2] : database->field[0], name);
}

struct user {
	const char *name; /* as the image asks for it */
	char *login; /* as /etc/passwd has it, or NULL */
	unsigned long uid, gid;
	struct buffer groups; /* ",GID,GID" */
};

static int find_user(const struct oci_store *store, const struct image *stage, struct user *user,
		     struct oci_run *run)
{
	struct database passwd;
	int result = database_open(&passwd, stage, "/etc/passwd");

	if (is_number(user->name))
		user->uid = strtoul(user->name, NULL, 10);
	while (!result && !user->login && database_next(&passwd))
		if (is_named(&passwd, user->name)) {
			user->login = xstrdup(passwd.field[0]);
			user->uid = strtoul(passwd.field[2], NULL, 10);
			user->gid = strtoul(passwd.field[3], NULL, 10);
			run->home = *passwd.field[5] ? xstrdup(passwd.field[5]) : NULL;
		}
	buffer_free(&passwd.text);
	if (!result && !user->login && !is_number(user->name))
		return oci_error(store, "config", "User \"%s\" is not in the image's /etc/passwd",
				 shown(user->name));
	return result;
}

/* Whether a comma-separated list of members has the name. */
static bool has_member(const char *members, const char *login)
{
	size_t len = strlen(login);

	for (const char *at = members; *at; at += strcspn(at, ",")) {
		at += *at == ',';
		if (!strncmp(at, login, len) && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

static int find_groups(const struct oci_store *store, const struct image *stage, struct user *user,
		       const char *group)
{
	struct database groups;
	int result = database_open(&groups, stage, "/etc/group");
	bool found = false;

	if (group && is_number(group)) {
		user->gid = strtoul(group, NULL, 10);
		found = true;
	}
	while (!result && !found && database_next(&groups)) {
		if (group && is_named(&groups, group)) {
			user->gid = strtoul(groups.field[2], NULL, 10);
			found = true;
		} else if (!group && user->login && has_member(groups.field[3], user->login)) {
			buffer_printf(&user->groups, ",%s", groups.field[2]);
		}
	}
	buffer_free(&groups.text);
	if (!result && group && !found)
		return oci_error(store, "config",
				 "the group of User, \"%s\", is not in the image's /etc/group",
				 shown(group));
	return result;
}

static int read_user(const struct oci_store *store, const struct image *stage, const char *text,
		     struct oci_run *run)
{
	char *name = xstrdup(text), *group = strchr(name, ':');
	struct user user = { .name = name };
	int result;

	if (group)
		*group++ = '\0';
	result = find_user(store, stage, &user, run);
	if (!result)
		result = find_groups(store, stage, &user, group && *group ? group : NULL);
	if (!result)
		run->user = xasprintf("%lu:%lu%s", user.uid, user.gid,
				      user.groups.data ? user.groups.data : "");
	buffer_free(&user.groups);
	free(user.login);
	free(name);
	return result;
}

static int read_config(const struct oci_store *store, const struct oci_parts *parts,
		       const struct image *stage, struct oci_run *run)
{
	const json_t *config = json_object_get(parts->config, "config");
	const char *dir = oci_text(config, "WorkingDir"), *user = oci_text(config, "User");

	if (check_platform(store, parts->config) < 0 ||
	    read_list(store, config, "Entrypoint", &run->argv) < 0 ||
	    read_list(store, config, "Cmd", &run->argv) < 0 ||
	    read_list(store, config, "Env", &run->env) < 0 || check_env(store, run) < 0)
		return -1;
	if (dir && *dir && *dir != '/')
		return oci_error(store, NAME, "WorkingDir \"%s\" does not begin with a slash",
				 shown(dir));
	if (dir && *dir && strcmp(dir, "/"))
		run->workdir = xstrdup(dir);
	return user && *user ? read_user(store, stage, user, run) : 0;
}

void oci_add_layer(struct oci_parts *parts, const char *name, const char *digest, int64_t size)
{
	struct oci_layer *layer;

	parts->layers =
		xreallocarray(parts->layers, parts->layer_count + 1, sizeof(*parts->layers));
	layer = &parts->layers[parts->layer_count++];
	layer->name = xstrdup(name);
	layer->digest = digest ? xstrdup(digest) : NULL;
	layer->size = size;
}

static void free_parts(struct oci_parts *parts)
{
	for (size_t i = 0; i < parts->layer_count; i++) {
		free(parts->layers[i].name);
		free(parts->layers[i].digest);
	}
	free(parts->layers);
	json_decref(parts->config);
}

static int apply_layer(const struct oci_store *store, struct image *stage,
		       const struct oci_parts *parts, size_t index)
{
	const struct oci_layer *layer = &parts->layers[index];
	struct blob blob;
	int result;

	if (oci_store_blob(store, layer->name, &blob) < 0)
		return -1;
	result = oci_verify(store, &blob, layer->digest, layer->size);
	if (!result)
		result = tar_add(stage, &blob, (unsigned int)index + 1, store->why);
	oci_store_done(store, &blob);
	return result;
}

static int read_parts(const struct oci_store *store, const char *tag, struct oci_parts *parts)
{
	if (oci_store_has(store, "index.json"))
		return oci_read_index(store, tag, parts);
	if (oci_store_has(store, "manifest.json"))
		return oci_read_docker(store, tag, parts);
	return error(
		"%s: %s: neither an OCI layout nor a file of docker save: it has no index.json "
		"and no manifest.json",
		store->why, shown(store->path));
}

int oci_add(struct image *stage, const char *path, const char *tag, struct oci_run *run,
	    const char *why)
{
	struct oci_store store;
	struct oci_parts parts = { 0 };
	int result;

	*run = (struct oci_run){ 0 };
	if (oci_store_open(&store, path, why) < 0)
		return -1;
	result = read_parts(&store, tag, &parts);
	for (size_t i = 0; i < parts.layer_count && !result; i++)
		result = apply_layer(&store, stage, &parts, i);
	if (!result)
		result = read_config(&store, &parts, stage, run);
	free_parts(&parts);
	oci_store_close(&store);
	return result;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

void oci_run_free(struct oci_run *run)
{
	free_list(run->argv);
	free_list(run->env);
	free(run->workdir);
	free(run->user);
	free(run->home);
	*run = (struct oci_run){ 0 };
}
