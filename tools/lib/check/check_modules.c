// SPDX-License-Identifier: MIT
/* check_modules.c - the rule of kernel modules: those of /etc/rdinit/modules, in their order. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/limits.h"
#include "init/pure/modlist.h"
#include "init/pure/modname.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check_modules.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/modsign.h"

static const char add_it[] =
	"add it with `rdinit pack --module NAME` or --driver, which also add the "
	"modules that it needs";

/* A line each: "kernel/fs/ext4/ext4.ko". */
/* Whether modules.builtin, if known, has it. */
static bool check_is_builtin(const struct check *check, const char *name)
{
	char own[MODULE_NAME_SIZE];

	for (const char *line = check->builtin.data; line && *line;) {
		size_t len = strcspn(line, "\n");
		char *path = xstrndup(line, len);

		modlist_name(path, own, sizeof(own));
		free(path);
		if (modname_same(own, name))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

/* `names` is cut in place. */
static void judge_needed(struct check *check, const struct module_loading *loading, char *names)
{
	char *state = NULL;

	for (char *name = strtok_r(names, ",", &state); name; name = strtok_r(NULL, ",", &state)) {
		char *lack =
			check_is_builtin(check, name) ? NULL : loading->lacks(check, loading, name);

		if (lack)
			check_report(check, loading->number, CHECK_ERROR, add_it,
				     "%s cannot be loaded: it needs the module %s, which %s",
				     shown(loading->path), shown(name), lack);
		free(lack);
	}
}

static void judge_release(struct check *check, const struct module_loading *loading,
			  const char *vermagic)
{
	size_t len = strcspn(vermagic, " ");

	if (!check->has_kernel || !check->kernel.release[0] ||
	    (strlen(check->kernel.release) == len && !memcmp(check->kernel.release, vermagic, len)))
		return;
	check_report(check, loading->number, CHECK_ERROR,
		     "pack the image again with --kernel and this kernel",
		     "%s is for kernel %.*s, but this kernel is %s", shown(loading->path), (int)len,
		     shown(vermagic), shown(check->kernel.release));
}

static void judge_info(struct check *check, const struct module_loading *loading, struct span file)
{
	struct span info = modinfo_find(file);
	const char *text;

	if (!info.data) {
		check_report(check, loading->number, CHECK_ERROR, add_it,
			     "%s is not a kernel module, or is damaged", shown(loading->path));
		return;
	}
	while ((text = modinfo_next(&info))) {
		if (!strncmp(text, "vermagic=", 9))
			judge_release(check, loading, text + 9);
		if (!strncmp(text, "depends=", 8)) {
			char *names = xstrdup(text + 8);

			judge_needed(check, loading, names);
			free(names);
		}
	}
	if (check_config(check, "MODULE_SIG_FORCE") == KCONFIG_Y &&
	    modsign_cut(file).len == file.len)
		check_report(check, loading->number, CHECK_ERROR,
			     "use the module of the kernel's package, with its signature",
			     "%s has no signature, and the kernel accepts only signed modules "
			     "(MODULE_SIG_FORCE)",
			     shown(loading->path));
}

static void judge_packed(struct check *check, const struct module_loading *loading,
			 struct span file)
{
	struct buffer plain = { NULL, 0, 0 };
	const char *why;
	size_t used;

	if (check_lacks(check, "MODULE_DECOMPRESS"))
		check_report(check, loading->number, CHECK_ERROR,
			     "pack it again: rdinit pack unpacks .gz and .zst",
			     "%s is compressed, and the kernel has no CONFIG_MODULE_DECOMPRESS",
			     shown(loading->path));
	why = decompress_buffer(file, &plain, MODULE_MAX, &used);
	if (why)
		check_report(check, loading->number, CHECK_ERROR, add_it,
			     "%s cannot be unpacked: %s", shown(loading->path), why);
	else
		judge_info(check, loading, buffer_span(&plain));
	buffer_free(&plain);
}

void check_module_file(struct check *check, const struct module_loading *loading)
{
	const char *why, *path = loading->path;
	const struct archive_entry *entry = check_resolve(check, path, &why);
	struct span file;

	if (!entry || !S_ISREG(entry->newc.fields.mode)) {
		check_report(check, loading->number, CHECK_ERROR, add_it, "%s names %s: %s",
			     loading->list, shown(path), entry ? "not a file" : why);
		return;
	}
	file = archive_data(check->archive, entry);
	if (modlist_compression(path) == MODULE_COMPRESSED)
		judge_packed(check, loading, file);
	else
		judge_info(check, loading, file);
}

bool check_can_judge_modules(struct check *check, enum check_number number, const char *list,
			     size_t length)
{
	if (!check->is_ours)
		check_skip(check, number, "%s is not rdinit's, and loads its modules itself",
			   shown(check->rdinit));
	else if (check->archive->is_damaged)
		check_skip(check, number, "a part of the image could not be read");
	else if (length && check_config(check, "MODULES") == KCONFIG_N)
		check_report(check, number, CHECK_ERROR, "remove them, or use another kernel",
			     "%s lists modules, and the kernel can load none (no CONFIG_MODULES)",
			     list);
	else
		return true;
	return false;
}

/* Where one line of the list stands. */
struct place {
	const char *list; /* the whole list */
	size_t index; /* of the line */
};

/* Whether one of the first `count` lines of the list is this module. */
static bool is_before(const char *list, size_t count, const char *name)
{
	char *copy = xstrdup(list), *rest = copy, own[MODULE_NAME_SIZE];
	struct module_line line;
	bool found = false;

	while (!found && count-- && modlist_next(&rest, &line)) {
		modlist_name(line.path, own, sizeof(own));
		found = modname_same(own, name);
	}
	free(copy);
	return found;
}

bool check_loads(const struct check *check, const char *name)
{
	size_t len;
	char *list = check_file(check, MODULES_FILE, &len);
	bool found = list && is_before(list, SIZE_MAX, name);

	free(list);
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

	if (list && check_can_judge_modules(check, CHECK_MODULE, MODULES_FILE, strlen(list))) {
		if (len > (MODULE_LIST_MAX - 1))
			check_report(check, CHECK_MODULE, CHECK_ERROR,
				     "use fewer modules, or shorter paths",
				     MODULES_FILE " has %zu bytes, and /init reads %d", len,
				     (MODULE_LIST_MAX - 1));
		else
			judge_list(check, list);
	}
	free(list);
}
