// SPDX-License-Identifier: MIT
/* pack_image.c - makes an image of recipes and options, and the files next to it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/progress.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/host/host.h"
#include "tools/lib/cpio/append.h"
#include "tools/lib/cpio/bootconfig.h"
#include "tools/lib/image/image.h"
#include "tools/lib/cpio/manifest.h"
#include "tools/lib/program/interpreter_trees.h"
#include "tools/lib/recipe/recipe_option.h"
#include "tools/pack.h"

static int option_line(struct recipe *recipe, const struct line_option *line)
{
	if (line->form == LINE_PLACE)
		return recipe_option_source(recipe, line->verb, line->text);
	return recipe_option_word(recipe, line->verb, line->text);
}

/* The host's kernel is the running one, not the newest that lies there. */
static int choose_host_kernel(struct pack *pack)
{
	const char *root = pack->recipe.host_root ? pack->recipe.host_root : "";

	if (pack->recipe.kernel || pack->recipe.modules_dir || pack->recipe.kernel_release)
		return 0;
	pack->running = host_line(root, "/proc/sys/kernel/osrelease");
	if (!pack->running)
		return error(
			"--host: %s/proc/sys/kernel/osrelease cannot be read; name the kernel with "
			"--kernel-release",
			shown(root));
	pack->recipe.kernel_release = pack->running;
	return 0;
}

static bool has_init(const struct pack *pack, const struct image *image)
{
	return image_find(image, "/init") ||
	       (pack->save.base && archive_find(pack->save.base, "/init"));
}

/* After an image that boots, rdinit's /init would replace its own: only if it must do what no other
 * can. */
static bool wants_init(const struct pack *pack, const struct image *image)
{
	if (pack->no_init || image_find(image, "/init"))
		return false;
	return pack->app || pack->host || (!pack->has_recipe && !has_init(pack, image));
}

/* By its first bytes: an archive as it is, or compressed; also by what lz4(1) writes today, so that
 * it is refused as an archive and not as a recipe. Any other file is a recipe. */
static bool is_archive(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t head[16] = { 0 };
	ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof(head));
	bool is_one = got >= 6 && (!memcmp(head, "070701", 6) || !memcmp(head, "070702", 6) ||
				   !memcmp(head, "\x04\x22\x4d\x18", 4));

	if (got > 0 && compress_detect((struct span){ head, (size_t)got }))
		is_one = true;
	if (fd >= 0)
		close(fd);
	return is_one;
}

/* Recipes, directories and archives, as CONFIG_INITRAMFS_SOURCE takes them. */
static int read_input(struct pack *pack, struct recipe *recipe, const char *path)
{
	const char *words[] = { NULL, path, NULL };
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			words[0] = "tree";
		else if (S_ISREG(st.st_mode) && is_archive(path))
			words[0] = "image";
	}
	if (words[0])
		return recipe_line(recipe, path, words);
	pack->has_recipe = true;
	return recipe_read(recipe, path);
}

static int read_recipes(struct pack *pack, struct recipe *recipe, struct image *image)
{
	int result = 0;

	if (pack->sysroot)
		result = recipe_option_word(recipe, "sysroot", pack->sysroot);
	if (pack->host)
		result |= recipe_option_host(recipe, "--host");
	for (int i = 0; i < pack->recipe_count; i++)
		result |= read_input(pack, recipe, pack->recipes[i]);
	for (size_t i = 0; i < pack->line_count; i++)
		result |= option_line(recipe, &pack->lines[i]);
	if (pack->app)
		result |= recipe_option_run(recipe, "--app", pack->app);
	if (!result && wants_init(pack, image))
		result = recipe_line(recipe, "/init", (const char *[]){ "init", NULL });
	if (result || recipe_finish(recipe))
		return -1;
	return pack->app ? interpreter_trees_add(image, recipe_sysroots(recipe)) : 0;
}

static int save_image(struct pack *pack, const struct image *image, const struct recipe *recipe)
{
	struct buffer config = { 0 };
	const char *fault = NULL;
	int result = 0;

	if (pack->bootconfig)
		result = whole_file(pack->bootconfig, BOOTCONFIG_MAX + 1, "boot configuration",
				    &config);
	if (!result && pack->bootconfig) {
		buffer_add(&config, "", 0);
		pack->save.bootconfig = buffer_span(&config);
		fault = bootconfig_fault(pack->save.bootconfig);
	}
	if (fault)
		result = error("%s: %s", shown(pack->bootconfig), fault);
	pack->save.early = recipe_early(recipe);
	if (!result)
		result = image_save(image, pack->output, &pack->save);
	buffer_free(&config);
	return result;
}

/* The image is read back: the manifest is about the bytes that were written. */
static int write_manifest(const struct pack *pack, const struct image *image,
			  const struct recipe *recipe)
{
	struct archive *archive;
	struct manifest manifest = { .image = image, .early = recipe_early(recipe) };
	char *beside;
	int result;

	if (!pack->manifest)
		return 0;
	manifest.archive = archive = archive_open(pack->output);
	if (!archive)
		return -1;
	beside = xasprintf("%s.manifest.json", archive->name);
	result = manifest_write(&manifest, *pack->manifest ? pack->manifest : beside);
	free(beside);
	archive_close(archive);
	return result;
}

/* On a terminal alone. */
static void print_summary(const struct pack *pack, const struct image *image)
{
	size_t count = image_count(image);
	struct stat info;

	if (!strcmp(pack->output, "-") || !progress_is_seen() || stat(pack->output, &info))
		return;
	fprintf(stderr, "rdinit: %s: %.1f MiB, %zu entr%s\n", shown(pack->output),
		(double)info.st_size / (1 << 20), count, count == 1 ? "y" : "ies");
}

static int make(struct pack *pack)
{
	char *what = xasprintf("packing %s", shown(pack->output));
	struct image *image = image_new();
	struct recipe *recipe = recipe_new(image, &pack->recipe);
	int result;

	progress_start(what);
	result = read_recipes(pack, recipe, image);

	if (!result && pack->save.base)
		result = image_fit_after(image, pack->save.base);
	if (!result && !has_init(pack, image))
		warning("the image has no /init: a kernel boots it only with rdinit=PROGRAM");
	if (!result)
		result = save_image(pack, image, recipe);
	if (!result)
		result = write_manifest(pack, image, recipe);
	progress_stop();
	if (!result)
		print_summary(pack, image);
	recipe_free(recipe);
	image_free(image);
	free(what);
	return result;
}

int pack_image(struct pack *pack)
{
	struct archive *base = NULL;
	int64_t newest;
	int set = source_date_epoch(&newest), result = 0;

	if (set < 0)
		return -1;
	if (pack->host && choose_host_kernel(pack))
		return -1;
	pack->recipe.newest = newest;
	pack->recipe.output = pack->output;
	pack->recipe.appends = pack->append_to != NULL;
	/* Without SOURCE_DATE_EPOCH all times are 0 but those of mtime lines. */
	pack->save.newest = set ? UINT32_MAX : newest;
	if (pack->append_to) {
		pack->save.base = base = archive_open(pack->append_to);
		result = base ? 0 : -1;
	}
	if (!result)
		result = make(pack);
	archive_close(base);
	return result;
}
