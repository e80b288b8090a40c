// SPDX-License-Identifier: MIT
/* gconv.c - the modules and tables with which glibc's iconv(3) converts between character sets. */
#include "tools/lib/program/gconv.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/program/gconv_table.h"
#include "tools/lib/program/layout.h"
#include "tools/lib/program/sysroot.h"

#define TABLE "gconv-modules"
#define TABLE_MAX (1 << 20) /* bytes; glibc's whole list has 60,000 */
#define MADE "# For the character sets that the recipe names.\n"

struct gconv {
	struct image *image;
	struct closure *closure;
	const char *why;
	char *dir; /* in the root, "/usr/lib/x86_64-linux-gnu/gconv" */
	struct buffer text; /* of its tables, one behind the other */
};

/* The folder beside the C library, malloc'd, or NULL. */
static char *find_dir(const struct closure *closure)
{
	for (size_t i = 0; i < closure->conf.count; i++) {
		char *dir = path_join(closure->conf.dirs[i], "gconv");
		char *table = path_join(dir, TABLE);
		struct stat info;
		int found = !sysroot_stat(closure->source.root, table, &info);

		free(table);
		if (found)
			return dir;
		free(dir);
	}
	return NULL;
}

/* Calls `take` for each name of a folder below the root; a folder that is not there has none. */
static int each_file(struct gconv *gconv, const char *dir,
		     int (*take)(struct gconv *gconv, const char *path))
{
	char *host = sysroot_path(gconv->closure->source.root, dir, LAST_FOLLOWED);
	struct dirent **names;
	int count = host ? scandir(host, &names, NULL, alphasort) : -1, result = 0;

	for (int i = 0; i < count; i++) {
		char *path = path_join(dir, names[i]->d_name);

		if (!result && *names[i]->d_name != '.')
			result = take(gconv, path);
		free(path);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	free(host);
	return result;
}

static int take_file(struct gconv *gconv, const char *path)
{
	struct stat info;

	if (sysroot_stat(gconv->closure->source.root, path, &info) || !S_ISREG(info.st_mode))
		return 0;
	if (path_has_suffix(path, ".so"))
		return closure_dlopen(gconv->closure, path)
			       ? error("%s: a damaged module of iconv", shown(path))
			       : 0;
	return layout_add(gconv->image, gconv->closure->source.root, path, gconv->why);
}

static int read_table(struct gconv *gconv, const char *path)
{
	char *host = sysroot_path(gconv->closure->source.root, path, LAST_FOLLOWED);
	int result = 0;

	if (host && (path_has_suffix(path, ".conf") || !strcmp(path_name(path), TABLE)))
		result = whole_file(host, TABLE_MAX, TABLE, &gconv->text);
	buffer_text(&gconv->text, "\n");
	free(host);
	return result;
}

static int each_table(struct gconv *gconv, int (*take)(struct gconv *gconv, const char *path))
{
	char *more = path_join(gconv->dir, TABLE ".d"), *table = path_join(gconv->dir, TABLE);
	int result = take(gconv, table);

	if (!result)
		result = each_file(gconv, more, take);
	free(table);
	free(more);
	return result;
}

static int add_all(struct gconv *gconv)
{
	int result = each_file(gconv, gconv->dir, take_file);

	return result ? result : each_table(gconv, take_file);
}

/* A line of the table that is wanted: into the image's own, and its module with it. */
static int take_row(struct gconv *gconv, const struct gconv_row *row, struct buffer *table)
{
	char *path, *line = xasprintf("\n%s\n", row->line);
	int result = 0;

	/* Another program's line may have brought it. */
	if (!strstr(table->data, line))
		buffer_text(table, line + 1);
	free(line);
	if (!*row->module)
		return 0;
	path = xasprintf("%s/%s%s", gconv->dir, row->module,
			 path_has_suffix(row->module, ".so") ? "" : ".so");
	for (size_t i = 0; i < gconv->closure->count; i++)
		if (!strcmp(gconv->closure->objects[i].path, path))
			result = 1;
	if (!result && closure_dlopen(gconv->closure, path))
		result = error("%s: the table next to it names it, but it is missing or damaged",
			       shown(path));
	free(path);
	return result < 0 ? -1 : 0;
}

static int add_charset(struct gconv *gconv, const char *name, struct buffer *table)
{
	struct gconv_row row;
	int count = 0;

	if (gconv_is_builtin(name))
		return 0;
	for (const char *at = gconv->text.data; gconv_next(&at, name, &row); count++)
		if (take_row(gconv, &row, table))
			return -1;
	return count ? 0
		     : error("iconv: %s has no character set \"%s\" (iconv -l lists them)",
			     shown(gconv->dir), shown(name));
}

static int add_names(struct gconv *gconv, const char *charsets, struct buffer *table)
{
	char *names = xstrdup(charsets), *state = NULL;
	int result = 0;

	for (char *name = strtok_r(names, ",", &state); name && !result;
	     name = strtok_r(NULL, ",", &state)) {
		char *target = gconv_target(gconv->text.data, name);

		result = add_charset(gconv, target, table);
		free(target);
	}
	free(names);
	return result;
}

static int add_charsets(struct gconv *gconv, const char *charsets)
{
	char *place = path_join(gconv->dir, TABLE), *path = layout_resolve(gconv->image, place);
	struct entry *entry = image_find(gconv->image, path);
	struct buffer table = { 0 };
	int result = each_table(gconv, read_table);

	/* What lines above have; a whole table of the host has these names as well, and stays. */
	if (entry && entry->data)
		buffer_add(&table, entry->data, entry->size);
	else
		buffer_text(&table, MADE);
	if (!result)
		result = add_names(gconv, charsets, &table);
	if (!result && (!entry || entry->data) &&
	    !image_add_data(gconv->image, path, table.data, table.len, 0644, gconv->why))
		result = -1;
	free(path);
	free(place);
	buffer_free(&table);
	return result;
}

int gconv_add(struct image *image, struct closure *closure, const char *charsets, const char *why)
{
	struct gconv gconv = { image, closure, why, find_dir(closure), { 0 } };
	int result;

	if (closure->loader == LOADER_MUSL)
		result = error(
			"iconv: %s is a program of musl, which converts without modules: remove iconv",
			shown(closure->objects[0].path));
	else if (!gconv.dir)
		result = error("iconv: no directory gconv with a " TABLE
			       " next to the C library%s%s",
			       *closure->source.root ? " below " : "", shown(closure->source.root));
	else
		result = charsets ? add_charsets(&gconv, charsets) : add_all(&gconv);
	free(gconv.dir);
	buffer_free(&gconv.text);
	return result;
}
