/* pack.c - rdinit pack: recipes and options to an image. */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/host/host.h"
#include "tools/lib/image/bootconfig.h"
#include "tools/lib/image/image.h"
#include "tools/lib/image/provenance.h"
#include "tools/lib/image/save.h"
#include "tools/lib/program/runtime.h"
#include "tools/lib/recipe/recipe_option.h"

static const char usage[] =
	"usage: rdinit pack [OPTION...] [RECIPE|-]... [--app PROGRAM ARG...]\n\n"
	"Makes an initramfs image from recipes (rdinit-recipe(5)) and from options, which are short\n"
	"for recipe lines. With options alone, --app or --host, our own /init is added.\n\n"
	"  -o, --output FILE          the image (rdinit.img); - is standard output\n"
	"  --compress METHOD[,LEVEL]  none, gzip, zstd (the default), lz4, xz, lzma or bzip2\n"
	"  --fast-boot                lz4: larger, but unpacked in a third of the time\n"
	"  --threads N                that compress side by side (as many as processors)\n"
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
	"  --sbom[=FILE]              files and Debian packages, as SPDX 2.3 (IMAGE.spdx.json)\n"
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

enum { OPT_COMPRESS = 256, OPT_FAST_BOOT, OPT_THREADS, OPT_NO_CACHE, OPT_TREE, OPT_TAR, OPT_OCI,
       OPT_IMAGE, OPT_MICROCODE, OPT_APPEND_TO, OPT_BOOTCONFIG, OPT_MANIFEST, OPT_SBOM,
       OPT_MODULE, OPT_DRIVER, OPT_FOR_MACHINE, OPT_FOR_ROOT, OPT_HOST, OPT_FIRMWARE,
       OPT_MODPROBE_D, OPT_UNSIGNED, OPT_KERNEL_RELEASE, OPT_HOST_ROOT, OPT_CMDLINE, OPT_KERNEL,
       OPT_MODULES, OPT_VAR, OPT_SYSROOT, OPT_NO_INIT };

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
	{ "sbom", optional_argument, NULL, OPT_SBOM },
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

struct line_option {
	int option;
	const char *text;
};

struct pack {
	const char *output;
	struct save save;
	const char *bootconfig;
	const char *sysroot;
	const char *manifest, *sbom;	/* where to, "" beside the image, or NULL */
	struct recipe_options recipe;
	const char **vars;
	size_t var_count;
	const char **modprobe_dirs;
	size_t modprobe_dir_count;
	struct line_option *lines;	/* options that are short for lines, in their order */
	size_t line_count;
	char **recipes;
	int recipe_count;
	char **app;			/* PROGRAM ARG... up to NULL, or NULL */
	char *running;			/* release of the kernel that --host means by default */
	bool host;
	bool no_init;
	bool help;
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

static int bad_option(int option, char **argv)
{
	if (option == ':')
		return error_usage("pack", "%s expects an argument", shown(argv[optind - 1]));
	return error_usage("pack", "unknown option %s", shown(argv[optind - 1]));
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

static int take_option(struct pack *pack, int option, char **argv)
{
	switch (option) {
	case 'o':
		pack->output = optarg;
		return 0;
	case OPT_COMPRESS:
		return take_compress(pack, optarg);
	case OPT_FAST_BOOT:
		return take_compress(pack, "lz4");
	case OPT_THREADS:
		return take_threads(pack, optarg);
	case OPT_NO_CACHE:
		pack->save.groups.use_cache = 0;
		return 0;
	case OPT_APPEND_TO:
		pack->save.append_to = optarg;
		return 0;
	case OPT_BOOTCONFIG:
		pack->bootconfig = optarg;
		return 0;
	case OPT_MANIFEST:
		pack->manifest = optarg ? optarg : "";
		return 0;
	case OPT_SBOM:
		pack->sbom = optarg ? optarg : "";
		return 0;
	case OPT_KERNEL:
		pack->recipe.kernel = optarg;
		return 0;
	case OPT_MODULES:
		pack->recipe.modules_dir = optarg;
		return 0;
	case OPT_KERNEL_RELEASE:
		pack->recipe.kernel_release = optarg;
		return 0;
	case OPT_HOST_ROOT:
		pack->recipe.host_root = optarg;
		return 0;
	case OPT_HOST:
		pack->host = true;
		return 0;
	case OPT_FIRMWARE:
		pack->recipe.firmware_dir = optarg;
		return 0;
	case OPT_MODPROBE_D:
		pack->modprobe_dirs[pack->modprobe_dir_count++] = optarg;
		return 0;
	case OPT_UNSIGNED:
		pack->recipe.signatures = SIGNATURES_GO;
		return 0;
	case OPT_SYSROOT:
		pack->sysroot = optarg;
		return 0;
	case OPT_NO_INIT:
		pack->no_init = true;
		return 0;
	case OPT_VAR:
		return take_var(pack, optarg);
	case OPT_TREE:
	case OPT_TAR:
	case OPT_OCI:
	case OPT_IMAGE:
	case OPT_MICROCODE:
	case OPT_MODULE:
	case OPT_DRIVER:
	case OPT_FOR_MACHINE:
	case OPT_FOR_ROOT:
	case OPT_CMDLINE:
		pack->lines[pack->line_count++] = (struct line_option){ option, optarg };
		return 0;
	case 'h':
		pack->help = true;
		return 0;
	default:
		return bad_option(option, argv);
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
	if ((pack->manifest || pack->sbom) && !strcmp(pack->output, "-"))
		return error_usage("pack", "--manifest and --sbom describe a file: -o - is none");
	if (pack->app && !*pack->app)
		return error_usage("pack", "--app expects a PROGRAM");
	if (!pack->recipe_count && !pack->line_count && !pack->app && !pack->host)
		return error_usage("pack", "expected a RECIPE, --tree, --tar, --oci, --image, --module, "
				   "--driver, --cmdline or --app");
	return 0;
}

static int option_line(struct recipe *recipe, const struct line_option *line)
{
	switch (line->option) {
	case OPT_TREE:
		return recipe_option_place(recipe, "tree", line->text);
	case OPT_TAR:
		return recipe_option_place(recipe, "tar", line->text);
	case OPT_MICROCODE:
		return recipe_line(recipe, "--microcode", (const char *[]){ "microcode", NULL });
	case OPT_OCI:
		return recipe_line(recipe, "--oci", (const char *[]){ "oci", line->text, NULL });
	case OPT_IMAGE:
		return recipe_option_place(recipe, "image", line->text);
	case OPT_DRIVER:
		return recipe_line(recipe, "--driver", (const char *[]){ "driver", line->text, NULL });
	case OPT_FOR_MACHINE:
		return recipe_line(recipe, "--for-machine",
				   (const char *[]){ "for-machine", line->text, NULL });
	case OPT_FOR_ROOT:
		return recipe_line(recipe, "--for-root",
				   (const char *[]){ "for-root", line->text, NULL });
	case OPT_MODULE:
		return recipe_option_module(recipe, "--module", line->text);
	default:
		return recipe_line(recipe, "--cmdline", (const char *[]){ "cmdline", line->text, NULL });
	}
}

/* The host's kernel is the running one, not the newest that lies there. */
static int choose_host_kernel(struct pack *pack)
{
	const char *root = pack->recipe.host_root ? pack->recipe.host_root : "";

	if (pack->recipe.kernel || pack->recipe.modules_dir || pack->recipe.kernel_release)
		return 0;
	pack->running = host_line(root, "/proc/sys/kernel/osrelease");
	if (!pack->running)
		return error("--host: %s/proc/sys/kernel/osrelease cannot be read; --kernel-release "
			     "says which kernel is meant", shown(root));
	pack->recipe.kernel_release = pack->running;
	return 0;
}

static int read_recipes(const struct pack *pack, struct recipe *recipe, struct image *image)
{
	int result = 0;

	if (pack->sysroot)
		result = recipe_line(recipe, "--sysroot", (const char *[]){ "sysroot", pack->sysroot, NULL });
	if (pack->host)
		result |= recipe_option_host(recipe, "--host");
	for (int i = 0; i < pack->recipe_count; i++)
		result |= recipe_read(recipe, pack->recipes[i]);
	for (size_t i = 0; i < pack->line_count; i++)
		result |= option_line(recipe, &pack->lines[i]);
	if (pack->app)
		result |= recipe_option_run(recipe, "--app", pack->app);
	if (!result && !pack->no_init && (pack->app || pack->host || !pack->recipe_count) &&
	    !image_find(image, "/init"))
		result = recipe_line(recipe, "/init", (const char *[]){ "init", NULL });
	if (result || recipe_finish(recipe))
		return -1;
	return pack->app ? runtime_add(image, recipe_sysroots(recipe)) : 0;
}

static int save_image(struct pack *pack, const struct image *image, const struct recipe *recipe)
{
	struct buffer config = { 0 };
	const char *fault = NULL;
	int result = 0;

	if (pack->bootconfig)
		result = whole_file(pack->bootconfig, BOOTCONFIG_MAX + 1, "boot configuration", &config);
	if (!result && pack->bootconfig) {
		buffer_add(&config, "", 0);
		pack->save.bootconfig = (struct span){ (const uint8_t *)config.data, config.len };
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

static int describe(int (*write)(const struct provenance *, const char *),
		    const struct provenance *provenance, const char *path, const char *suffix)
{
	char *beside = xasprintf("%s.%s", provenance->path, suffix);
	int result = path ? write(provenance, *path ? path : beside) : 0;

	free(beside);
	return result;
}

static int pack_image(struct pack *pack)
{
	struct image *image;
	struct recipe *recipe;
	int64_t newest;
	int set = source_date_epoch(&newest), result;

	if (set < 0)
		return -1;
	if (pack->host && choose_host_kernel(pack))
		return -1;
	pack->recipe.newest = newest;
	pack->recipe.output = pack->output;
	image = image_new();
	recipe = recipe_new(image, &pack->recipe);
	result = read_recipes(pack, recipe, image);
	if (!result && !image_find(image, "/init"))
		warning("the image has no /init: a kernel boots it only with rdinit=PROGRAM");
	/* Without SOURCE_DATE_EPOCH all times are 0 but those of mtime lines. */
	pack->save.newest = set ? UINT32_MAX : newest;
	if (!result)
		result = save_image(pack, image, recipe);
	if (!result) {
		const struct provenance provenance = { .path = pack->output, .image = image, .host_root = "",
						       .early = recipe_early(recipe), .created = newest };

		result = describe(manifest_write, &provenance, pack->manifest, "manifest.json") |
			 describe(sbom_write, &provenance, pack->sbom, "spdx.json");
	}
	recipe_free(recipe);
	image_free(image);
	return result;
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
