/* check_modules.c - the rule of kernel modules: those of /etc/rdinit/modules, in their order. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/modlist.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/elf/modinfo.h"

#define LIST "/etc/rdinit/modules"
#define LIST_MAX 65535 /* bytes: init/boot.h */
#define NAME_SIZE 64 /* the kernel's MODULE_NAME_LEN is 56 */
#define MODULE_MAX ((size_t)256 << 20) /* bytes unpacked */
#define SIGNED_END "~Module signature appended~\n"

static const char add_it[] =
	"add it with `rdinit pack --module NAME`, which adds what it needs, in order";

/* Whether modules.builtin has it: "kernel/fs/ext4/ext4.ko", a line each. */
static int is_builtin(const struct check *check, const char *name)
{
	char own[NAME_SIZE];

	for (const char *line = check->builtin.data; line && *line;) {
		size_t len = strcspn(line, "\n");
		char *path = xstrndup(line, len);

		modlist_name(path, own, sizeof(own));
		free(path);
		if (check_same_module(own, name))
			return 1;
		line += len + (line[len] == '\n');
	}
	return 0;
}

/* Whether one of the first `count` lines of the list is this module. */
static int is_before(const char *list, size_t count, const char *name)
{
	char *copy = xstrdup(list), *rest = copy, own[NAME_SIZE];
	struct module_line line;
	int found = 0;

	while (!found && count-- && modlist_next(&rest, &line)) {
		modlist_name(line.path, own, sizeof(own));
		found = check_same_module(own, name);
	}
	free(copy);
	return found;
}

struct loading {
	const char *list; /* the whole list */
	size_t index; /* of the line */
	const struct module_line *line;
};

static void judge_needed(struct check *check, const struct loading *loading, char *names)
{
	char *state = NULL;

	for (char *name = strtok_r(names, ",", &state); name; name = strtok_r(NULL, ",", &state)) {
		if (is_before(loading->list, loading->index, name) || is_builtin(check, name))
			continue;
		check_say(check, CHECK_MODULE, CHECK_ERROR, add_it,
			  "%s cannot be loaded: it needs the module %s, which %s",
			  shown(loading->line->path), shown(name),
			  check_loads(check, name) ? "stands behind it in " LIST
						   : "is not in " LIST);
	}
}

static void judge_release(struct check *check, const struct loading *loading, const char *vermagic)
{
	size_t len = strcspn(vermagic, " ");

	if (!check->has_kernel || !check->kernel.release[0] ||
	    (strlen(check->kernel.release) == len && !memcmp(check->kernel.release, vermagic, len)))
		return;
	check_say(check, CHECK_MODULE, CHECK_ERROR, "pack the image with --kernel of that kernel",
		  "%s is for kernel %.*s, and this is %s", shown(loading->line->path), (int)len,
		  shown(vermagic), shown(check->kernel.release));
}

static void judge_info(struct check *check, const struct loading *loading, struct span file)
{
	struct span info = modinfo_find(file);
	size_t end = strlen(SIGNED_END);
	const char *text;

	if (!info.data) {
		check_say(check, CHECK_MODULE, CHECK_ERROR, add_it,
			  "%s is no kernel module, or a damaged one", shown(loading->line->path));
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
	    (file.len < end || memcmp(file.data + file.len - end, SIGNED_END, end)))
		check_say(check, CHECK_MODULE, CHECK_ERROR,
			  "take the module as the kernel's package has it",
			  "%s has no signature, and the kernel takes no other (MODULE_SIG_FORCE)",
			  shown(loading->line->path));
}

static void judge_packed(struct check *check, const struct loading *loading, struct span file)
{
	struct buffer plain = { NULL, 0, 0 };
	const char *why;
	size_t used;

	if (check_lacks(check, "MODULE_DECOMPRESS"))
		check_say(check, CHECK_MODULE, CHECK_ERROR,
			  "unpack it: rdinit pack does so with .gz and .zst",
			  "%s is compressed, and the kernel has no CONFIG_MODULE_DECOMPRESS",
			  shown(loading->line->path));
	why = decompress_quietly(file, &plain, MODULE_MAX, &used);
	if (why)
		check_say(check, CHECK_MODULE, CHECK_ERROR, add_it, "%s cannot be unpacked: %s",
			  shown(loading->line->path), why);
	else
		judge_info(check, loading, (struct span){ (const uint8_t *)plain.data, plain.len });
	buffer_free(&plain);
}

static void judge_line(struct check *check, const struct loading *loading)
{
	const char *why, *path = loading->line->path;
	const struct archive_entry *entry = check_resolve(check, path, &why);
	struct span file;

	if (!entry || !S_ISREG(entry->newc.fields.mode)) {
		check_say(check, CHECK_MODULE, CHECK_ERROR, add_it, LIST " names %s: %s",
			  shown(path), entry ? "not a file" : why);
		return;
	}
	file = archive_data(check->archive, entry);
	if (modlist_compression(path) == MODULE_COMPRESSED)
		judge_packed(check, loading, file);
	else
		judge_info(check, loading, file);
}

static void judge_list(struct check *check, const char *list)
{
	char *copy = xstrdup(list), *rest = copy;
	struct module_line line;
	size_t index = 0;

	while (modlist_next(&rest, &line)) {
		struct loading loading = { list, index++, &line };

		judge_line(check, &loading);
	}
	free(copy);
}

void check_module(struct check *check)
{
	size_t len;
	char *list = check_file(check, LIST, &len);

	if (!list)
		return;
	if (!check->is_ours)
		check_skip(check, CHECK_MODULE, "%s loads its modules in ways of its own",
			   shown(check->rdinit));
	else if (check->is_damaged)
		check_skip(check, CHECK_MODULE, "not all of the image could be read");
	else if (strlen(list) && check_config(check, "MODULES") == KCONFIG_N)
		check_say(check, CHECK_MODULE, CHECK_ERROR, "leave them out, or use another kernel",
			  LIST " lists modules, and the kernel can load none (no CONFIG_MODULES)");
	else if (len > LIST_MAX)
		check_say(check, CHECK_MODULE, CHECK_ERROR, "use fewer modules, or shorter paths",
			  LIST " has %zu bytes, and /init reads %d", len, LIST_MAX);
	else
		judge_list(check, list);
	free(list);
}
