// SPDX-License-Identifier: MIT
/* pack.c - rdinit pack: its options. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/rights.h"
#include "tools/pack.h"

static const char usage[] =
	"usage: rdinit pack [OPTION...] [RECIPE|DIR|ARCHIVE|-]... [--app PROGRAM ARG...]\n\n"
	"Makes an initramfs image from recipes (rdinit-recipe(5)), from directories and cpio archives\n"
	"(as CONFIG_INITRAMFS_SOURCE takes them), and from options, which are short for recipe lines.\n"
	"Without a recipe, or with --app or --host, our own /init is added if there is none.\n\n"
	"  -o, --output FILE          the image (rdinit.img); - is standard output\n"
	"  --compress METHOD[,LEVEL]  none, gzip, zstd (the default), lz4, xz, lzma or bzip2\n"
	"  --fast-boot                lz4: larger, but unpacked in a third of the time\n"
	"  --threads N                that work side by side (as many as processors)\n"
	"  --no-cache                 compress all anew, and keep nothing for the next time\n"
	"  --tree DIR[:DEST]          everything below DIR\n"
	"  --tar FILE[:DEST]          what is in a tar archive\n"
	"  --oci PATH[:TAG]           a container's image, and what it runs: an OCI layout, or what\n"
	"                             docker save writes\n"
	"  --image FILE               what is in another initramfs\n"
	"  --microcode                processors' microcode of /lib/firmware, in front of all\n"
	"  --append-to IMAGE          IMAGE as it is, and behind it ours\n"
	"  --bootconfig FILE          a boot configuration, at the end\n"
	"  --manifest[=FILE]          every entry with its sha256, source and reason, as JSON\n"
	"                             (IMAGE.manifest.json)\n"
	"  --module NAME              a kernel module, or those of a pattern, with what they need\n"
	"  --driver NAME              the same, loaded when a device asks for it\n"
	"  --for-machine NAME         what the devices of pc, q35, microvm or this machine need\n"
	"  --for-root DEVICE|IMAGE    what is needed to mount it\n"
	"  --host                     all that this machine and its root need, and the words that\n"
	"                             name that root\n"
	"  --firmware DIR             where firmware is (lib/firmware beside the modules)\n"
	"  --modprobe-d DIR           options and aliases of modules, as modprobe.d(5) has them\n"
	"  --unsigned-modules         leave the modules' signatures out: loads faster, taints\n"
	"  --cmdline WORDS            defaults for the kernel's command line\n"
	"  --kernel FILE              the kernel whose modules are meant\n"
	"  --modules DIR              its modules, .../lib/modules/RELEASE\n"
	"  --kernel-release REL       the installed kernel of this release, in place of both\n"
	"  --host-root DIR            where this host's files and its /sys are looked for (/)\n"
	"  --var NAME=VALUE           what ${NAME} is in recipes, before the environment\n"
	"  --sysroot DIR              programs are of the system whose root is DIR, not of this host\n"
	"  --no-init                  do not add /init\n"
	"  --app PROGRAM ARG...       the program to run as the whole machine; takes the rest of\n"
	"                             the line\n";

/* Those without a letter. */
enum {
	OPT_COMPRESS = 256,
	OPT_FAST_BOOT,
	OPT_THREADS,
	OPT_NO_CACHE,
	OPT_TREE,
	OPT_TAR,
	OPT_OCI,
	OPT_IMAGE,
	OPT_MICROCODE,
	OPT_APPEND_TO,
	OPT_BOOTCONFIG,
	OPT_MANIFEST,
	OPT_MODULE,
	OPT_DRIVER,
	OPT_FOR_MACHINE,
	OPT_FOR_ROOT,
	OPT_HOST,
	OPT_FIRMWARE,
	OPT_MODPROBE_D,
	OPT_UNSIGNED,
	OPT_KERNEL_RELEASE,
	OPT_HOST_ROOT,
	OPT_CMDLINE,
	OPT_KERNEL,
	OPT_MODULES,
	OPT_VAR,
	OPT_SYSROOT,
	OPT_NO_INIT
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "compress", required_argument, NULL, OPT_COMPRESS },
	{ "fast-boot", no_argument, NULL, OPT_FAST_BOOT },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "no-cache", no_argument, NULL, OPT_NO_CACHE },
	{ "tree", required_argument, NULL, OPT_TREE },
	{ "tar", required_argument, NULL, OPT_TAR },
	{ "oci", required_argument, NULL, OPT_OCI },
	{ "image", required_argument, NULL, OPT_IMAGE },
	{ "microcode", no_argument, NULL, OPT_MICROCODE },
	{ "append-to", required_argument, NULL, OPT_APPEND_TO },
	{ "bootconfig", required_argument, NULL, OPT_BOOTCONFIG },
	{ "manifest", optional_argument, NULL, OPT_MANIFEST },
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "driver", required_argument, NULL, OPT_DRIVER },
	{ "for-machine", required_argument, NULL, OPT_FOR_MACHINE },
	{ "for-root", required_argument, NULL, OPT_FOR_ROOT },
	{ "host", no_argument, NULL, OPT_HOST },
	{ "firmware", required_argument, NULL, OPT_FIRMWARE },
	{ "modprobe-d", required_argument, NULL, OPT_MODPROBE_D },
	{ "unsigned-modules", no_argument, NULL, OPT_UNSIGNED },
	{ "cmdline", required_argument, NULL, OPT_CMDLINE },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "kernel-release", required_argument, NULL, OPT_KERNEL_RELEASE },
	{ "host-root", required_argument, NULL, OPT_HOST_ROOT },
	{ "var", required_argument, NULL, OPT_VAR },
	{ "sysroot", required_argument, NULL, OPT_SYSROOT },
	{ "no-init", no_argument, NULL, OPT_NO_INIT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* --app and all behind it is cut off before getopt sees, and reorders, the program's options. */
static int cut_app(struct pack *pack, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (strcmp(argv[i], "--app"))
			continue;
		pack->app = argv + i + 1;
		return i;
	}
	return argc;
}

static int take_compress(struct pack *pack, const char *text)
{
	const char *why;

	if (!compress_choose(text, &pack->save.groups.choice, &why))
		return 0;
	return error_usage("pack", "--compress %s, found %s", why, shown(text));
}

static int take_threads(struct pack *pack, const char *text)
{
	char *end;
	long count = strtol(text, &end, 10);

	if (end == text || *end || count < 1 || count > 64)
		return error_usage("pack", "--threads expects 1 to 64, found %s", shown(text));
	pack->save.groups.threads = (unsigned int)count;
	return 0;
}

static int take_var(struct pack *pack, const char *var)
{
	if (!strchr(var, '=') || *var == '=')
		return error_usage("pack", "--var expects NAME=VALUE, found %s", shown(var));
	pack->vars[pack->var_count++] = var;
	return 0;
}

/* Options that are short for a recipe line. 1 where this was one. */
static int take_line(struct pack *pack, int option)
{
	static const struct {
		int option;
		const char *verb;
		enum line_form form;
	} rows[] = {
		{ OPT_TREE, "tree", LINE_PLACE },
		{ OPT_TAR, "tar", LINE_PLACE },
		{ OPT_OCI, "oci", LINE_WORD },
		{ OPT_IMAGE, "image", LINE_PLACE },
		{ OPT_MICROCODE, "microcode", LINE_WORD },
		{ OPT_MODULE, "module", LINE_WORD },
		{ OPT_DRIVER, "driver", LINE_WORD },
		{ OPT_FOR_MACHINE, "for-machine", LINE_WORD },
		{ OPT_FOR_ROOT, "for-root", LINE_WORD },
		{ OPT_CMDLINE, "cmdline", LINE_WORD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].option != option)
			continue;
		pack->lines[pack->line_count++] =
			(struct line_option){ rows[i].verb, rows[i].form, optarg };
		return 1;
	}
	return 0;
}

/* Options whose text is all that is kept. 1 where this was one. */
static int take_text(struct pack *pack, int option)
{
	const struct {
		int option;
		const char **text;
	} rows[] = {
		{ 'o', &pack->output },
		{ OPT_APPEND_TO, &pack->append_to },
		{ OPT_BOOTCONFIG, &pack->bootconfig },
		{ OPT_KERNEL, &pack->recipe.kernel },
		{ OPT_MODULES, &pack->recipe.modules_dir },
		{ OPT_KERNEL_RELEASE, &pack->recipe.kernel_release },
		{ OPT_HOST_ROOT, &pack->recipe.host_root },
		{ OPT_FIRMWARE, &pack->recipe.firmware_dir },
		{ OPT_SYSROOT, &pack->sysroot },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].option != option)
			continue;
		*rows[i].text = optarg;
		return 1;
	}
	return 0;
}

static int take_option(struct pack *pack, int option, char **argv)
{
	if (take_line(pack, option) || take_text(pack, option))
		return 0;
	switch (option) {
	case OPT_COMPRESS:
		return take_compress(pack, optarg);
	case OPT_FAST_BOOT:
		return take_compress(pack, "lz4");
	case OPT_THREADS:
		return take_threads(pack, optarg);
	case OPT_VAR:
		return take_var(pack, optarg);
	case OPT_NO_CACHE:
		pack->save.groups.use_cache = 0;
		return 0;
	case OPT_MANIFEST:
		pack->manifest = optarg ? optarg : "";
		return 0;
	case OPT_HOST:
		pack->host = true;
		rights_note_secret(); /* its keys, and how its root is protected */
		return 0;
	case OPT_MODPROBE_D:
		pack->modprobe_dirs[pack->modprobe_dir_count++] = optarg;
		return 0;
	case OPT_UNSIGNED:
		pack->recipe.signatures = SIGNATURES_GO;
		return 0;
	case OPT_NO_INIT:
		pack->no_init = true;
		return 0;
	case 'h':
		pack->help = true;
		return 0;
	default:
		return bad_option("pack", option, argv, long_options);
	}
}

/* 0, or the exit status of a usage error. */
static int parse(struct pack *pack, int argc, char **argv)
{
	int option, status = 0;

	argc = cut_app(pack, argc, argv);
	opterr = 0;
	pack->vars = xcalloc((size_t)argc + 1, sizeof(*pack->vars));
	pack->modprobe_dirs = xcalloc((size_t)argc + 1, sizeof(*pack->modprobe_dirs));
	pack->lines = xcalloc((size_t)argc + 1, sizeof(*pack->lines));
	while (!status && (option = getopt_long(argc, argv, ":o:h", long_options, NULL)) != -1)
		status = take_option(pack, option, argv);
	pack->recipe.vars = pack->vars;
	pack->recipe.modprobe_dirs = pack->modprobe_dirs;
	pack->recipes = argv + optind;
	pack->recipe_count = argc - optind;
	if (status || pack->help)
		return status;
	if (pack->manifest && !strcmp(pack->output, "-"))
		return error_usage("pack", "--manifest describes a file: -o - is none");
	if (pack->app && !*pack->app)
		return error_usage("pack", "--app expects a PROGRAM");
	if (!pack->recipe_count && !pack->line_count && !pack->app && !pack->host)
		return error_usage("pack",
				   "expected a RECIPE, --tree, --tar, --oci, --image, --module, "
				   "--driver, --cmdline or --app");
	return 0;
}

int cmd_pack(int argc, char **argv)
{
	struct pack pack = { .output = "rdinit.img", .save.groups.use_cache = 1 };
	int status = take_compress(&pack, "zstd");

	if (!status)
		status = parse(&pack, argc, argv);
	if (!status && pack.help)
		fputs(usage, stdout);
	else if (!status)
		status = pack_image(&pack) < 0 ? 1 : 0;
	free(pack.vars);
	free(pack.modprobe_dirs);
	free(pack.running);
	free(pack.lines);
	return status;
}
