// SPDX-License-Identifier: MIT
/* module_find.c - which modules a text stands for: a path, a pattern, a name or an alias. */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/module/module_set.h"

#define ENDING ".ko"

static int collect_path(struct modules *modules, const char *path, const char *why,
			struct indices *found)
{
	struct kmod_module *module;
	int result;

	if (access(path, R_OK))
		return error_errno(errno, "module %s", shown(path));
	result = kmod_calls()->module_new_from_path(modules->kmod, path, &module);
	if (result < 0)
		return error_errno(-result, "module %s", shown(path));
	result = modules_collect(modules, module, why, found);
	kmod_calls()->module_unref(module);
	return result ? -1 : 1;
}

/* A blacklisted module answers to its name alone, not to its aliases. */
static int hides(const struct modules *modules, struct kmod_module *module, const char *text)
{
	const char *name = kmod_calls()->module_get_name(module);
	size_t at = 0;

	return !modname_same(name, text) && conf_next(modules, MODCONF_BLACKLIST, name, &at);
}

/* What is built in has no path, and is let through. */
static bool is_in(const struct modules *modules, struct kmod_module *module,
		  const char *const *directories)
{
	const char *path = kmod_calls()->module_get_path(module), *below;
	size_t len = strlen(modules->dir);

	if (!path || !directories)
		return true;
	if (strncmp(path, modules->dir, len) != 0)
		return false;
	below = path + len + strspn(path + len, "/");
	if (!strncmp(below, "kernel/net/9p/", 14) || !strncmp(below, "kernel/fs/", 10))
		return true;
	for (; *directories && !strncmp(below, "kernel/drivers/", 15); directories++)
		if (!strncmp(below + 15, *directories, strlen(*directories)))
			return true;
	return false;
}

/* Who forbids a module by an install line must not lose the whole image because a device would like
 * it; who names it is told so by modules_collect(). */
static bool is_forbidden(const struct modules *modules, struct kmod_module *module,
			 const char *const *directories)
{
	const char *name = kmod_calls()->module_get_name(module);
	const struct conf_row *row;
	size_t at = 0;

	if (!directories || !kmod_calls()->module_get_path(module))
		return false;
	row = conf_next(modules, MODCONF_INSTALL, name, &at);
	if (row)
		warning("module %s is omitted: %s: install %s", name, row->where, row->name);
	return row != NULL;
}

static bool is_wanted(const struct modules *modules, struct kmod_module *module, const char *text,
		      const char *const *directories)
{
	return is_in(modules, module, directories) && !hides(modules, module, text) &&
	       !is_forbidden(modules, module, directories);
}

int modules_find_alias(struct modules *modules, const char *text, const char *const *directories,
		       const char *why, struct indices *found)
{
	struct kmod_list *list = NULL, *at;
	int count = 0;

	if (kmod_calls()->module_new_from_lookup(modules->kmod, text, &list) < 0)
		return 0;
	for (at = list; at; at = kmod_calls()->list_next(list, at)) {
		struct kmod_module *module = kmod_calls()->module_get_module(at);

		if (count >= 0 && is_wanted(modules, module, text, directories) &&
		    modules_collect(modules, module, why, found))
			count = -1;
		else if (count >= 0)
			count++;
		kmod_calls()->module_unref(module);
	}
	kmod_calls()->module_unref_list(list);
	return count;
}

/* modprobe.d's aliases come before those of the modules themselves. */
static int collect_name(struct modules *modules, const char *text, const char *why,
			struct indices *found)
{
	int count = 0, more;

	for (size_t i = 0; i < modules->conf_count; i++) {
		const struct conf_row *row = &modules->conf[i];

		if (row->kind != MODCONF_ALIAS || fnmatch(row->name, text, 0))
			continue;
		more = modules_find_alias(modules, row->value, NULL, why, found);
		if (!more)
			return error("%s: alias %s: kernel %s has no module %s", row->where,
				     shown(row->name), modules->release, shown(row->value));
		if (more < 0)
			return -1;
		count += more;
	}
	return count ? count : modules_find_alias(modules, text, NULL, why, found);
}

/* '-' as '_', but in brackets, where it is a range. */
static void same_letters(char *text)
{
	int brackets = 0;

	for (; *text; text++) {
		brackets = *text == '[' ? 1 : *text == ']' ? 0 : brackets;
		if (!brackets)
			*text = modname_letter(*text);
	}
}

/* "kernel/drivers/virtio/virtio_ring.ko.xz: ..." fits "virtio_*" by its name, and
 * "drivers/virtio/ *" or "kernel/drivers/virtio/ *" by its path; both without the ending. */
static bool fits(const char *pattern, const char *line, size_t len)
{
	char *path = xstrndup(line, len), *name = strrchr(path, '/'), *ending;
	int result;

	name = name ? name + 1 : path;
	ending = strstr(name, ENDING);
	if (ending)
		*ending = '\0';
	same_letters(path);
	if (!strchr(pattern, '/'))
		result = !fnmatch(pattern, name, 0);
	else
		result = !fnmatch(pattern, path, 0) ||
			 (!strncmp(path, "kernel/", 7) && !fnmatch(pattern, path + 7, 0));
	free(path);
	return result;
}

/* The module of one line of modules.dep or modules.builtin. */
static int collect_line(struct modules *modules, const char *line, size_t len, const char *why,
			struct indices *found)
{
	const char *name = memrchr(line, '/', len);
	size_t skip = name ? (size_t)(name + 1 - line) : 0;
	char *text = xstrndup(line + skip, len - skip), *ending = strstr(text, ENDING);
	int count;

	if (ending)
		*ending = '\0';
	count = modules_find_alias(modules, text, NULL, why, found);
	free(text);
	return count;
}

static int collect_table(struct modules *modules, const char *table, const char *pattern,
			 const char *why, struct indices *found)
{
	char *path = xasprintf("%s/%s", modules->dir, table), *line = NULL;
	FILE *in = fopen(path, "re");
	size_t size = 0;
	int count = 0, more;

	while (in && count >= 0 && getline(&line, &size, in) > 0) {
		size_t len = strcspn(line, ":\n");

		if (!fits(pattern, line, len))
			continue;
		more = collect_line(modules, line, len, why, found);
		count = more < 0 ? -1 : count + more;
	}
	if (in)
		fclose(in);
	free(line);
	free(path);
	return count;
}

static int collect_pattern(struct modules *modules, const char *text, const char *why,
			   struct indices *found)
{
	char *pattern = xstrdup(text);
	int count, more;

	same_letters(pattern);
	count = collect_table(modules, "modules.dep", pattern, why, found);
	more = count < 0 ? 0 : collect_table(modules, "modules.builtin", pattern, why, found);
	free(pattern);
	return more < 0 ? -1 : count + more;
}

/* What a device tells of itself has a colon, and stars only in the modules' own aliases. */
static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") && !strchr(text, ':');
}

int modules_find(struct modules *modules, const char *text, const char *why, struct indices *found)
{
	if (is_pattern(text) && access(text, F_OK))
		return collect_pattern(modules, text, why, found);
	if (strchr(text, '/') && !strchr(text, ':'))
		return collect_path(modules, text, why, found);
	return collect_name(modules, text, why, found);
}

int modules_know(struct modules *modules, const char *name)
{
	struct kmod_list *list = NULL;
	int known = kmod_calls()->module_new_from_lookup(modules->kmod, name, &list) >= 0 && list;

	kmod_calls()->module_unref_list(list);
	return known;
}
