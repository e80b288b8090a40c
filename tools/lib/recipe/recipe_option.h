/* SPDX-License-Identifier: MIT */
/* recipe_option.h - options of pack and run that are short for a recipe line. */
#ifndef RDINIT_TOOLS_RECIPE_OPTION_H
#define RDINIT_TOOLS_RECIPE_OPTION_H

#include "tools/lib/recipe/recipe.h"

/* --tree DIR[:DEST], and the same for verbs tar and image. 0, or -1 after reporting; so do the
 * others. */
int recipe_option_source(struct recipe *recipe, const char *verb, const char *text);

/* An option of the verb's name whose text, if it has any, is the verb's one word: --oci PATH. */
int recipe_option_word(struct recipe *recipe, const char *verb, const char *text);

/* --module NAME; `where` names the option in messages. */
int recipe_option_module(struct recipe *recipe, const char *where, const char *name);

/* The program that is the whole machine, with its arguments; NULL at the end. */
int recipe_option_run(struct recipe *recipe, const char *where, char *const *program);

/* --host: the drivers of this machine's devices, the needs of its root, and the parameters that
 * name it, as defaults of the image's command line. */
int recipe_option_host(struct recipe *recipe, const char *where);

#endif
