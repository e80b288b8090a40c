// SPDX-License-Identifier: MIT
/* run_image.c - the image that `rdinit run` boots: the user's, or one made for a program. */
#include "tools/lib/machine/run_image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/cpio/archive.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/progress.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/check/memory_need.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/cpio/save.h"
#include "tools/lib/program/interpreter_trees.h"
#include "tools/lib/recipe/recipe_option.h"

#define MEMORY_BASE 240 /* MiB: stock kernels take about 100 of them */
#define MEMORY_STEP 128 /* MiB: the kernel sets up descriptors for so much at once, used or not */
#define MIB (1024 * 1024)
#define INIT_MAX ((size_t)16 << 20) /* bytes: ours has 0.1 MB */

/* A driver of virtio, after that of its bus. */
static int add_virtio(struct recipe *recipe, const struct run_image *run, const char *why,
		      const char *driver)
{
	bool is_mmio = run->host == DISK_HOST_MICROVM;
	int result = recipe_option_module(recipe, why, is_mmio ? "virtio_mmio" : "virtio_pci");

	return result | recipe_option_module(recipe, why, driver);
}

static int add_modules(struct recipe *recipe, const struct run_image *run)
{
	int result = 0;

	/* Without a modules directory the kernel is one of those that have all built in. */
	for (size_t i = 0; i < run->disk_count && run->kernel->modules_dir; i++)
		for (const char *const *name = disk_modules(run->disks[i].bus, run->host); *name;
		     name++)
			result |= recipe_option_module(recipe, "--disk", *name);
	if (run->has_network && run->kernel->modules_dir)
		result |= add_virtio(recipe, run, "--net", "virtio_net");
	if (run->has_ports && run->kernel->modules_dir)
		result |= add_virtio(recipe, run, "--stdio", "virtio_console");
	if (run->has_tpm && run->kernel->modules_dir)
		result |= recipe_option_module(recipe, "--tpm", "tpm_tis");
	for (size_t i = 0; i < run->modules.count; i++)
		result |= recipe_option_module(recipe, "--module", run->modules.list[i]);
	return result;
}

/* Directories of this machine: the root, and volumes. */
static int add_share_modules(struct recipe *recipe, const struct run_image *run)
{
	const char *option = run->is_in_root ? "--root" : "-v";
	bool has_volumes = volumes_are_shared(run->volumes), has_layer = run->is_in_root;
	int result = 0;

	has_layer |= volumes_have(run->volumes, VOLUME_OVERLAY);
	if ((!run->is_in_root && !has_volumes) || !run->kernel->modules_dir)
		return 0;
	result |= recipe_option_module(recipe, option, "virtio_pci");
	result |= recipe_option_module(recipe, option, "virtiofs");
	if (has_layer)
		result |= recipe_option_module(recipe, option, "overlay");
	return result;
}

/* A quote cannot stand in a parameter: the kernel has no way to write one. */
static int add_workdir(struct recipe *recipe, const char *dir)
{
	char *parameter;
	int result;

	if (strchr(dir, '"') || strchr(dir, '\n'))
		return error(
			"--workdir %s: a parameter of the kernel holds no quote and no line's end",
			shown(dir));
	parameter = xasprintf("\"rdinit.chdir=%s\"", dir);
	result = recipe_line(recipe, "--workdir", (const char *[]){ "cmdline", parameter, NULL });
	free(parameter);
	return result;
}

static int add_parameter(struct recipe *recipe, const char *option, const char *name,
			 const char *value)
{
	char *parameter = xasprintf("%s=%s", name, value);
	int result = recipe_line(recipe, option, (const char *[]){ "cmdline", parameter, NULL });

	free(parameter);
	return result;
}

/* In quotes: the value may have blanks. */
static int add_asked(struct recipe *recipe, const char *name, const char *value)
{
	char *parameter = xasprintf("\"%s=%s\"", name, value);
	int result = recipe_line(recipe, name, (const char *[]){ "cmdline", parameter, NULL });

	free(parameter);
	return result;
}

static int add_surroundings(struct recipe *recipe, const struct run_image *run)
{
	int result = 0;

	for (size_t i = 0; run->env && i < run->env->count; i++)
		result |= recipe_line(recipe, "--env",
				      (const char *[]){ "env", run->env->list[i], NULL });
	if (run->workdir)
		result |= add_workdir(recipe, run->workdir);
	if (run->hostname)
		result |= add_parameter(recipe, "--hostname", "hostname", run->hostname);
	for (size_t i = 0; i < run->limits.count; i++)
		result |= add_parameter(recipe, "--ulimit", "rdinit.rlimit", run->limits.list[i]);
	for (size_t i = 0; i < run->asked.count; i++)
		result |= add_asked(recipe, run->asked.list[i], run->asked_values.list[i]);
	if (run->user)
		result |= recipe_line(recipe, "--user",
				      (const char *[]){ "cmdline", run->user, NULL });
	return result;
}

static int add_input(struct recipe *recipe, struct image *image, const struct run_image *run)
{
	if (!run->input)
		return 0;
	if (!image_add_data(image, STDIN_FILE, run->input->data, run->input->len, 0400, "stdin"))
		return -1;
	return add_parameter(recipe, "stdin", "rdinit.stdin", STDIN_FILE);
}

/* All that an order may ask for. */
static int add_all_modules(struct recipe *recipe, const struct run_image *run)
{
	static const char *const modules[] = { "virtio_pci", "virtio_console", "virtiofs",
					       "overlay" };
	/* A system that the order brings may have this link, and no directory gives way to one. */
	int result =
		recipe_line(recipe, "warm",
			    (const char *[]){ "slink", "/lib", "usr/lib", "0777", "0", "0", NULL });

	if (!run->kernel->modules_dir)
		return result;
	for (size_t i = 0; i < COUNT(modules); i++)
		result |= recipe_option_module(recipe, "warm", modules[i]);
	if (run->has_network)
		result |= recipe_option_module(recipe, "warm", "virtio_net");
	return result;
}

/* What makes a machine another one than those that were started from the same place. */
static int add_difference(struct image *image)
{
	uint8_t seed[32];
	struct timespec now;
	char clock[64];

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		return error_errno(errno, "getrandom");
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(clock, sizeof(clock), "%lld %ld\n", (long long)now.tv_sec, now.tv_nsec);
	return image_add_data(image, SEED_FILE, seed, sizeof(seed), 0600, "warm") &&
			       image_add_data(image, CLOCK_FILE, clock, strlen(clock), 0600, "warm")
		       ? 0
		       : -1;
}

static int add_parameters(struct recipe *recipe, const struct run_image *run)
{
	return !run->parameters ? 0
				: recipe_line(recipe, "warm",
					      (const char *[]){ "cmdline", run->parameters, NULL });
}

static int fill(struct image *image, const struct run_image *run)
{
	const struct recipe_options options = { .kernel = run->kernel->image,
						.modules_dir = run->kernel->modules_dir };
	struct recipe *recipe = recipe_new(image, &options);
	int result = run->part == IMAGE_ORDER
			     ? add_difference(image)
			     : recipe_line(recipe, "/init", (const char *[]){ "init", NULL });

	if (run->sysroot)
		result |= recipe_option_word(recipe, "sysroot", run->sysroot);
	for (size_t i = 0; i < run->trees.count; i++)
		result |= recipe_option_source(recipe, "tree", run->trees.list[i]);
	if (run->oci)
		result |= recipe_option_word(recipe, "oci", run->oci);
	if (run->part == IMAGE_WITHOUT_PROGRAM)
		result |= add_all_modules(recipe, run);
	if (run->part == IMAGE_WHOLE)
		result |= add_modules(recipe, run) | add_share_modules(recipe, run);
	result |= add_parameters(recipe, run);
	result |= volumes_recipe(run->volumes, recipe);
	result |= add_surroundings(recipe, run);
	result |= add_input(recipe, image, run);
	if (run->is_in_root) /* the words stay as they are: /init finds the program in the root */
		result |= image_add_words(image, RUN_FILE, run->program, "--");
	else if (run->program)
		result |= recipe_option_run(recipe, "program", run->program);
	if (!result)
		result = recipe_finish(recipe);
	if (!result && !run->is_in_root)
		result = interpreter_trees_add(image, recipe_sysroots(recipe));
	recipe_free(recipe);
	return result;
}

static int write_to(const struct image *image, const char *path)
{
	struct save save = { .newest = UINT32_MAX };
	const char *why;

	/* Not compressed: unpacking costs an emulated machine more than reading. */
	compress_choose("none", &save.frames.choice, &why);
	return image_save(image, path, &save);
}

static void block_signals(void)
{
	const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* An output has no name until it is complete, and this one has none after that: however we end, no
 * file remains. */
static int write_unnamed(const struct image *image, struct run_image_file *file)
{
	const char *tmp = getenv("TMPDIR");
	uint64_t random = 0;
	char *path;
	int result = -1;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return error_errno(errno, "getrandom");
	path = xasprintf("%s/rdinit-%016" PRIx64, tmp && *tmp ? tmp : "/tmp", random);
	if (!write_to(image, path)) {
		file->fd = open(path, O_RDONLY);
		result = file->fd < 0 ? error_errno(errno, "%s", shown(path)) : 0;
		unlink(path);
	}
	free(path);
	return result;
}

static int write_kept(const struct image *image, const char *path, struct run_image_file *file)
{
	if (write_to(image, path))
		return -1;
	file->fd = open(path, O_RDONLY);
	file->path = realpath(path, NULL);
	return file->fd < 0 || !file->path ? error_errno(errno, "%s", shown(path)) : 0;
}

static int finish(struct run_image_file *file)
{
	struct stat info;

	if (!file->path)
		file->path = xasprintf("/proc/self/fd/%d", file->fd);
	if (fstat(file->fd, &info))
		return error_errno(errno, "image");
	file->size = info.st_size;
	file->packed = (uint64_t)info.st_size;
	return 0;
}

int run_image_build(const struct run_image *run, struct run_image_file *file)
{
	struct image *image = image_new();
	int result;

	progress_start("packing the image");
	result = fill(image, run);

	if (!result) {
		block_signals();
		result =
			run->keep ? write_kept(image, run->keep, file) : write_unnamed(image, file);
		file->is_ours = true;
	}
	image_free(image);
	progress_stop();
	return result ? -1 : finish(file);
}

static bool starts_ours(const struct archive *archive)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(archive, "/init", &why);
	struct buffer bytes = { 0 };
	bool is_ours = entry && archive_data(archive, entry).len <= INIT_MAX &&
		       !archive_copy(archive, entry, sink_to(&bytes)) &&
		       is_our_init(buffer_span(&bytes));

	buffer_free(&bytes);
	return is_ours;
}

/* Damage that only the guest's kernel would report, in a message that nobody reads. */
static int check_whole(const char *path, struct run_image_file *file)
{
	uint8_t start[16] = { 0 };
	ssize_t len = pread(file->fd, start, sizeof(start), 0);
	enum compress_kind kind =
		compress_detect((struct span){ start, len < 0 ? 0 : (size_t)len });
	struct archive *archive;

	file->compression = kind;
	if (kind == COMPRESS_LZO)
		return 0;
	if (kind == COMPRESS_NONE && memcmp(start, "0707", 4))
		return error("%s: not an initramfs image (neither newc nor compressed)",
			     shown(path));
	archive = archive_open_names(path);
	if (!archive)
		return -1;
	file->size = (off_t)archive->file.len;
	for (size_t i = 0; i < archive->segment_count; i++)
		if (archive->segments[i].kind != COMPRESS_NONE)
			file->size += (off_t)archive->segments[i].unpacked;
	file->tree = memory_tree_bytes(archive);
	file->is_ours = starts_ours(archive);
	archive_close(archive);
	return 0;
}

int run_image_open(const char *path, struct run_image_file *file)
{
	struct stat info;

	file->fd = open(path, O_RDONLY | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &info))
		return error_errno(errno, "%s", shown(path));
	if (!S_ISREG(info.st_mode))
		return error("%s: not an image: %s", shown(path),
			     S_ISDIR(info.st_mode) ? "a directory" : "not a regular file");
	if (!info.st_size)
		return error("%s: an empty file", shown(path));
	return finish(file) || check_whole(path, file) ? -1 : 0;
}

int run_image_measure(struct run_image_file *file)
{
	struct archive *archive = archive_open_names(file->path);

	if (!archive)
		return -1;
	file->tree = memory_tree_bytes(archive);
	archive_close(archive);
	return 0;
}

unsigned int run_image_memory(const struct run_image_file *file)
{
	/* The image, the files unpacked from it, and room for pages and inodes. */
	unsigned int needed = MEMORY_BASE + (unsigned int)(file->size / MIB) * 5 / 2;

	return (needed + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP;
}

void run_image_close(struct run_image_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	file->path = NULL;
	file->fd = -1;
}
