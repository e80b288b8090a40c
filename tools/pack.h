/* SPDX-License-Identifier: MIT */
/* pack.h - what `rdinit pack` was asked for; for pack.c and pack_image.c alone. */
#ifndef TOOLS_PACK_H
#define TOOLS_PACK_H

#include <stdbool.h>

#include "tools/lib/base/options.h"
#include "tools/lib/cpio/save.h"
#include "tools/lib/recipe/recipe.h"

enum line_form { LINE_WORD, LINE_PLACE }; /* recipe_option_word(), recipe_option_source() */

/* The kinds of options that are short for a recipe line. */
struct line_option {
	const char *verb;
	enum line_form form;
	const char *text; /* or NULL */
};

struct pack {
	const char *output;
	const char *append_to; /* an image that ours is appended to, or NULL */
	struct save save;
	const char *bootconfig;
	const char *sysroot;
	const char *manifest; /* its path, "" next to the image, or NULL */
	struct recipe_options recipe;
	struct texts vars, modprobe_dirs;
	struct line_option *lines; /* options that are short for lines, in their order */
	size_t line_count;
	char **recipes;
	int recipe_count;
	char **app; /* PROGRAM ARG... up to NULL, or NULL */
	char *running; /* release of the kernel that --host means by default */
	bool host;
	bool no_init;
	bool has_recipe; /* not only directories and archives */
};

/* Makes the image, and the files next to it. Returns 0, or -1 after reporting. */
int pack_image(struct pack *pack);

#endif
