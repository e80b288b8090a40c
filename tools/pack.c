// SPDX-License-Identifier: MIT
/* pack.c - rdinit pack: its options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/rights.h"
#include "tools/pack.h"

static int set_compress(void *into, const struct option_row *row, const char *text)
{
	struct pack *pack = into;
	const char *why;

	if (!compress_choose(text, &pack->save.frames.choice, &why))
		return 0;
	return error_usage("pack", "--%s %s, found %s", row->name, why, shown(text));
}

static int set_fast_boot(void *into, const struct option_row *row, const char *text)
{
	(void)text;
	return set_compress(into, row, "lz4");
}

static int set_no_cache(void *into, const struct option_row *row, const char *text)
{
	struct pack *pack = into;

	(void)row, (void)text;
	pack->save.frames.use_cache = false;
	return 0;
}

static int add_var(void *into, const struct option_row *row, const char *text)
{
	struct pack *pack = into;

	if (!strchr(text, '=') || *text == '=')
		return error_usage("pack", "--%s expects NAME=VALUE, found %s", row->name,
				   shown(text));
	texts_add(&pack->vars, text);
	return 0;
}

/* Options that are short for a recipe line are called as its verb is. */
static int add_line(void *into, const struct option_row *row, const char *text)
{
	struct pack *pack = into;

	pack->lines = xreallocarray(pack->lines, pack->line_count + 1, sizeof(*pack->lines));
	pack->lines[pack->line_count++] =
		(struct line_option){ row->name, (enum line_form)row->value, text };
	return 0;
}

#define LINE(form) CALL(add_line), .value = form

static const struct option_row rows[] = {
	{ 'o', "output", "FILE", "the image (rdinit.img); - is standard output",
	  TEXT_AT(pack, output) },
	{ 0, "compress", "METHOD[,LEVEL]", "none, gzip, zstd (the default), lz4, xz, lzma or bzip2",
	  CALL(set_compress) },
	{ 0, "fast-boot", NULL, "lz4: larger, but the kernel unpacks it in a third of the time",
	  CALL(set_fast_boot) },
	{ 0, "threads", "N", "threads that compress (as many as processors)",
	  NUMBER_AT(pack, save.frames.threads, 64) },
	{ 0, "no-cache", NULL, "do not read or write the cache of compressed parts",
	  CALL(set_no_cache) },
	{ 0, "tree", "DIR[:DEST]", "everything below DIR", LINE(LINE_PLACE) },
	{ 0, "tar", "FILE[:DEST]", "the contents of a tar archive", LINE(LINE_PLACE) },
	{ 0, "oci", "PATH[:TAG]",
	  "a container image, and its program: an OCI layout, or a file\n"
	  "of docker save",
	  LINE(LINE_WORD) },
	{ 0, "image", "FILE", "the contents of another initramfs", LINE(LINE_PLACE) },
	{ 0, "microcode", NULL, "processors' microcode of /lib/firmware, at the start",
	  LINE(LINE_WORD) },
	{ 0, "append-to", "IMAGE", "append to IMAGE, whose bytes do not change",
	  TEXT_AT(pack, append_to) },
	{ 0, "bootconfig", "FILE", "a bootconfig, at the end", TEXT_AT(pack, bootconfig) },
	{ 0, "manifest", "[FILE]",
	  "every entry with its sha256, source and reason, as JSON\n(IMAGE.manifest.json)",
	  TEXT_AT(pack, manifest) },
	{ 0, "module", "NAME", "a kernel module, or those of a pattern, with dependencies",
	  LINE(LINE_WORD) },
	{ 0, "driver", "NAME", "the same, but loaded when its device appears", LINE(LINE_WORD) },
	{ 0, "for-machine", "NAME", "the drivers of pc, q35, microvm or this machine",
	  LINE(LINE_WORD) },
	{ 0, "for-root", "DEVICE|IMAGE", "the modules to mount it", LINE(LINE_WORD) },
	{ 0, "host", NULL,
	  "an initramfs for this machine: drivers, the modules of its\n"
	  "root, and the parameters that name this root",
	  FLAG_AT(pack, host) },
	{ 0, "firmware", "DIR", "directory of firmware (lib/firmware next to the modules)",
	  TEXT_AT(pack, recipe.firmware_dir) },
	{ 0, "modprobe-d", "DIR", "options and aliases of modules, as modprobe.d(5) has them",
	  LIST_AT(pack, modprobe_dirs) },
	{ 0, "unsigned-modules", NULL, "remove the modules' signatures: loads faster, taints",
	  VALUE_AT(pack, recipe.signatures, SIGNATURES_GO) },
	{ 0, "cmdline", "PARAMETERS", "defaults for the kernel's command line", LINE(LINE_WORD) },
	{ 0, "kernel", "FILE", "the kernel whose modules are packed",
	  TEXT_AT(pack, recipe.kernel) },
	{ 0, "modules", "DIR", "its modules, .../lib/modules/RELEASE",
	  TEXT_AT(pack, recipe.modules_dir) },
	{ 0, "kernel-release", "REL", "the installed kernel of this release, instead of both",
	  TEXT_AT(pack, recipe.kernel_release) },
	{ 0, "host-root", "DIR", "root of the system whose files and /sys are used (/)",
	  TEXT_AT(pack, recipe.host_root) },
	{ 0, "var", "NAME=VALUE", "value of ${NAME} in recipes, before the environment",
	  CALL(add_var) },
	{ 0, "sysroot", "DIR", "programs are of the system whose root is DIR",
	  TEXT_AT(pack, sysroot) },
	{ 0, "no-init", NULL, "do not add /init", FLAG_AT(pack, no_init) },
	{ 0, "app", "PROGRAM ARG...",
	  "the program that the machine runs; takes the rest of\n"
	  "the line",
	  REST_AT(pack, app) },
};

/* 0, or the exit status of a usage error. */
static int check(const struct pack *pack)
{
	if (pack->manifest && !strcmp(pack->output, "-"))
		return error_usage("pack", "--manifest needs an image in a file: give -o FILE");
	if (pack->app && !*pack->app)
		return error_usage("pack", "--app expects a PROGRAM");
	if (!pack->recipe_count && !pack->line_count && !pack->app && !pack->host)
		return error_usage("pack",
				   "expected a RECIPE, --tree, --tar, --oci, --image, --module, "
				   "--driver, --cmdline or --app");
	return 0;
}

static int pack_all(struct pack *pack, int argc, char **argv)
{
	int status;

	pack->recipe.vars = pack->vars.list;
	pack->recipe.modprobe_dirs = pack->modprobe_dirs.list;
	pack->recipes = argv + 1;
	pack->recipe_count = argc - 1;
	status = check(pack);
	if (status)
		return status;
	if (pack->host)
		rights_note_secret(); /* its keys, and how its root is protected */
	return pack_image(pack) < 0 ? 1 : 0;
}

static int run(int argc, char **argv)
{
	struct pack pack = { .output = "rdinit.img", .save.frames.use_cache = true };
	const char *why;
	int status;

	compress_choose("zstd", &pack.save.frames.choice, &why);
	status = options_parse(&command_pack, &argc, argv, &pack);
	if (status == OPTIONS_PARSED)
		status = pack_all(&pack, argc, argv);
	free(pack.vars.list);
	free(pack.modprobe_dirs.list);
	free(pack.running);
	free(pack.lines);
	return status;
}

const struct command command_pack = {
	.name = "pack",
	.summary = "make an initramfs image from recipes, trees, programs and modules",
	.usage = "[OPTION...] [RECIPE|DIR|ARCHIVE|-]... [--app PROGRAM ARG...]",
	.text = "Makes an initramfs image from recipes (rdinit-recipe(5)), from directories "
		"and cpio archives\n"
		"(like CONFIG_INITRAMFS_SOURCE), and from options, which are short for recipe "
		"lines.\n"
		"Without a recipe, or with --app or --host, it adds rdinit's /init if there is "
		"none.\n",
	OPTION_ROWS(rows),
	.run = run,
};
