/* SPDX-License-Identifier: MIT */
/* recipe.h - the text that says what is in an image. The language is in rdinit-recipe(5). */
#ifndef TOOLS_LIB_RECIPE_H
#define TOOLS_LIB_RECIPE_H

#include "tools/lib/image/image.h"
#include "tools/lib/module/module.h"

struct recipe;

struct recipe_options {
	const char *const *vars; /* "NAME=VALUE", before the environment; ends with NULL */
	const char *kernel; /* whose modules, or NULL: as kernel_find() says */
	const char *modules_dir; /* .../lib/modules/RELEASE, or NULL: the kernel's */
	const char *kernel_release; /* in place of both: this release, as installed on the host */
	const char *firmware_dir; /* or NULL, as module.h says */
	const char *const *modprobe_dirs; /* of modprobe.d(5); ends with NULL; or NULL */
	enum module_signatures signatures;
	const char *host_root; /* where the host's files are, for tests; NULL: at / */
	int appends; /* the image is appended to another one */
	const char *output; /* the image to be: left out of trees */
	int64_t newest; /* SOURCE_DATE_EPOCH, or 0: times of host files do not count */
};

#define RECIPE_ERRORS_MAX 20 /* then it stops looking for more */

struct recipe *recipe_new(struct image *image, const struct recipe_options *options);
void recipe_free(struct recipe *recipe); /* NULL is fine */

/* Reads a recipe file, "-" for standard input. Relative host paths in it count from its directory.
 * Goes on after an error to show more of them. 0, or -1 after reporting. */
int recipe_read(struct recipe *recipe, const char *path);

/* One line that is not in a file: `words` (verb first, NULL last), called `where` ("--tree") in
 * messages. Relative paths start at the working directory. Returns 0, or -1 after reporting. */
int recipe_line(struct recipe *recipe, const char *where, const char *const *words);

/* The roots of `sysroot` lines, ended by NULL. They are the recipe's. */
const char *const *recipe_sysroots(const struct recipe *recipe);

/* The uncompressed start of the image, or NULL: microcode, ACPI tables. The recipe owns it. */
const struct image *recipe_early(const struct recipe *recipe);

/* Does what must wait for the last line: the modules in load order, the command line, the program
 * to run. Returns -1 also if a line before was in error. */
int recipe_finish(struct recipe *recipe);

#endif
