// SPDX-License-Identifier: MIT
/* module_index.c - the tables of depmod(8) for the modules of an image, for its own modprobe. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/capture.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/module/module_set.h"
#include "tools/lib/program/program.h"

#define WHY "index of modules"
#define DESCRIPTORS 8 /* that nftw(3) may use at once */
#define TABLE_MAX ((size_t)64 << 20) /* bytes: the largest of all of a kernel's has 2 MB */

/* The files that depmod reads next to the modules. The kernel's own are right for any choice of
 * modules; the order is rdinit's: of two modules with one alias the one that is needed comes first.
 */
#define ORDER "modules.order"
#define BUILTIN_INFO "modules.builtin.modinfo"
static const char *const of_kernel[] = { "modules.builtin", BUILTIN_INFO };

/* A directory with symlinks to the modules, as depmod wants them: below `base`. */
struct stage {
	char *base, *dir; /* "/tmp/rdinit.123456", and lib/modules/RELEASE in it */
	const struct modules *modules;
	struct item **items; /* those in the image, in load order */
	size_t count;
};

void modules_want_index(struct modules *modules)
{
	modules->wants_index = 1;
}

static int by_load(const void *a, const void *b)
{
	const struct item *left = *(struct item *const *)a, *right = *(struct item *const *)b;

	if (left->load != right->load)
		return left->load > right->load ? -1 : 1;
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static void find_items(struct stage *stage, struct modules *modules)
{
	stage->items = xcalloc(modules->count + 1, sizeof(*stage->items));
	for (size_t i = 0; i < modules->count; i++)
		if (modules->items[i].load != LOAD_NEVER)
			stage->items[stage->count++] = &modules->items[i];
	qsort(stage->items, stage->count, sizeof(*stage->items), by_load);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static int make_staged(struct stage *stage, const struct modules *modules)
{
	const char *temp = getenv("TMPDIR");
	char *slash;

	stage->modules = modules;
	stage->base = xasprintf("%s/rdinit.XXXXXX", temp && *temp ? temp : "/tmp");
	if (!mkdtemp(stage->base))
		return error_errno(errno, "%s: cannot make a temporary directory",
				   shown(stage->base));
	stage->dir = xasprintf("%s/lib/modules/%s/", stage->base, modules->release);
	for (slash = stage->dir + strlen(stage->base) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(stage->dir, 0700) < 0)
			return error_errno(errno, "%s", shown(stage->dir));
		*slash = '/';
	}
	return 0;
}

static int link_to(const struct stage *stage, const char *from, const char *name)
{
	char *real = realpath(from, NULL), *place = path_join(stage->dir, name);
	int result = 0;

	if (!real || symlink(real, place) < 0)
		result = error_errno(errno, "%s", shown(real ? place : from));
	free(place);
	free(real);
	return result;
}

static int write_order(const struct stage *stage, const struct buffer *order)
{
	char *path = path_join(stage->dir, ORDER);
	FILE *out = fopen(path, "we");
	bool is_written = out && fwrite(order->data, 1, order->len, out) == order->len;
	int result = 0;

	if (out && fclose(out) == EOF)
		is_written = false;
	if (!is_written)
		result = error_errno(errno, "%s", shown(path));
	free(path);
	return result;
}

static int fill_staged(const struct stage *stage)
{
	struct buffer order = { 0 };
	int result = 0;

	buffer_text(&order, "");
	for (size_t i = 0; i < stage->count && !result; i++) {
		char *place = modules_image_path(stage->modules, stage->items[i]);

		buffer_printf(&order, "%s\n", path_name(place));
		result = link_to(stage, stage->items[i]->path, path_name(place));
		free(place);
	}
	if (!result)
		result = write_order(stage, &order);
	buffer_free(&order);
	for (size_t i = 0; i < COUNT(of_kernel) && !result; i++) {
		char *from = path_join(stage->modules->dir, of_kernel[i]);

		if (!access(from, R_OK))
			result = link_to(stage, from, of_kernel[i]);
		free(from);
	}
	return result;
}

/* The host's own choices of depmod.d(5) do not count. */
static int run_depmod(const struct stage *stage)
{
	char *depmod = program_lookup("depmod");
	char *const argv[] = { depmod ? depmod : (char *)"/sbin/depmod",
			       (char *)"-C",
			       (char *)"/dev/null",
			       (char *)"-b",
			       stage->base,
			       stage->modules->release,
			       NULL };
	struct buffer said = { 0 };
	int status = capture(argv, &said);

	if (status < 0)
		error_errno(errno, "module-index: cannot run %s (install kmod)", shown(argv[0]));
	else if (status)
		error("module-index: %s ended with status %d", shown(argv[0]), status);
	buffer_free(&said);
	free(depmod);
	return status ? -1 : 0;
}

static int add_table(const struct stage *stage, struct image *image, const char *name)
{
	char *from = path_join(stage->dir, name);
	char *place = xasprintf("/lib/modules/%s/%s", stage->modules->release, name);
	struct buffer bytes = { 0 };
	int result = whole_file(from, TABLE_MAX, "table of modules", &bytes);

	if (!result &&
	    !image_add_data(image, place, bytes.data ? bytes.data : "", bytes.len, 0644, WHY))
		result = -1;
	buffer_free(&bytes);
	free(place);
	free(from);
	return result;
}

static int add_tables(const struct stage *stage, struct image *image)
{
	DIR *dir = opendir(stage->dir);
	const struct dirent *entry;
	int result = 0;

	if (!dir)
		return error_errno(errno, "%s", shown(stage->dir));
	while (!result && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "modules.", 8) && strcmp(entry->d_name, ORDER) != 0 &&
		    strcmp(entry->d_name, BUILTIN_INFO) != 0)
			result = add_table(stage, image, entry->d_name);
	closedir(dir);
	return result;
}

int modules_write_index(struct modules *modules, struct image *image)
{
	struct stage stage = { 0 };
	int result;

	if (!modules->wants_index)
		return 0;
	find_items(&stage, modules);
	result = make_staged(&stage, modules);
	if (!result)
		result = fill_staged(&stage);
	if (!result)
		result = run_depmod(&stage);
	if (!result)
		result = add_tables(&stage, image);
	if (stage.dir)
		nftw(stage.base, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	free(stage.items);
	free(stage.dir);
	free(stage.base);
	return result;
}
