/* pack.h - what `rdinit pack` was asked for; for pack.c and pack_image.c alone. */
#ifndef TOOLS_PACK_H
#define TOOLS_PACK_H

#include <stdbool.h>

#include "tools/lib/image/save.h"
#include "tools/lib/recipe/recipe.h"

/* Options without a letter: those of struct line_option among them. */
enum { OPT_COMPRESS = 256, OPT_FAST_BOOT, OPT_THREADS, OPT_NO_CACHE, OPT_TREE, OPT_TAR, OPT_OCI,
       OPT_IMAGE, OPT_MICROCODE, OPT_APPEND_TO, OPT_BOOTCONFIG, OPT_MANIFEST, OPT_SBOM,
       OPT_MODULE, OPT_DRIVER, OPT_FOR_MACHINE, OPT_FOR_ROOT, OPT_HOST, OPT_FIRMWARE,
       OPT_MODPROBE_D, OPT_UNSIGNED, OPT_KERNEL_RELEASE, OPT_HOST_ROOT, OPT_CMDLINE, OPT_KERNEL,
       OPT_MODULES, OPT_VAR, OPT_SYSROOT, OPT_NO_INIT };

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

/* Makes the image, and what is to stand beside it. 0, or -1 after reporting. */
int pack_image(struct pack *pack);

#endif
