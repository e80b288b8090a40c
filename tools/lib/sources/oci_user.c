// SPDX-License-Identifier: MIT
/* oci_user.c - the user of a container's program, in numbers: /init has no /etc/passwd to read. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/sources/oci_parts.h"

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
	if (entry && S_ISREG(entry->mode) && stage_read(entry, DATABASE_MAX, &database->text) < 0)
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

int oci_user(const struct oci_store *store, const struct image *stage, const char *text,
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
