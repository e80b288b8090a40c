/* SPDX-License-Identifier: MIT */
/* recipe_line.h - between the reader of recipes and its verbs, for recipe*.c alone. */
#ifndef TOOLS_LIB_RECIPE_LINE_H
#define TOOLS_LIB_RECIPE_LINE_H

#include "tools/lib/image/image.h"
#include "tools/lib/sources/tree.h"
#include "tools/lib/sources/oci.h"
#include "tools/lib/recipe/recipe.h"
#include "tools/lib/base/words.h"

struct recipe {
	struct image *image; /* the image that lines add to: main, or early after `segment early` */
	struct image *main;
	struct recipe_options options;
	unsigned int errors;
	const char *files[16]; /* the recipe at hand last, the ones that include it before */
	size_t depth;
	enum { MTIME_OF_SOURCE, MTIME_SET } mtime_rule;
	void **states; /* of recipe_parts[] */
};

/* A file of verbs with what it keeps from line to line. */
struct recipe_part {
	size_t size; /* bytes of its state, all zero at first */
	/* What must wait for the last line. 0, or -1 after reporting; NULL: nothing. */
	int (*finish)(struct recipe *recipe);
	void (*free)(void *state); /* what the state owns; NULL: nothing */
};

extern const struct recipe_part recipe_module_part, recipe_program_part, recipe_run_part,
	recipe_sources_part, recipe_limits_part, recipe_attr_part, recipe_list_part,
	recipe_early_part;

/* The state of a part, for its own file. */
void *recipe_state(const struct recipe *recipe, const struct recipe_part *part);

struct line {
	struct recipe *recipe;
	const char *file; /* "" if it comes from an option */
	char *why; /* "FILE:LINE" or "--tree" */
	const struct word *words; /* words[0] is the verb */
	size_t count;
	unsigned int end_column;
};

/* Reports `FILE:LINE:COL: TEXT` for word `word` (count: the end of the line). Returns -1. */
int line_error(const struct line *line, size_t word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for "expected WHAT, found WORD". */
int line_expected(const struct line *line, size_t word, const char *what);
const char *line_word(const struct line *line, size_t word);

/* A word as a host path, seen from the recipe; malloc'd. */
char *line_host_path(const struct line *line, size_t word);

/* Entries that are added from now on have this rank. Returns the previous defaults. */
struct image_defaults recipe_set_rank(struct image *image, enum image_rank rank);

/* A name without a slash is searched in PATH, and in a sysroot there, so neither is a path next to
 * the recipe. malloc'd. */
char *recipe_program_name(const char *root, const char *file, const char *name);

/* Where the programs of a line are looked for (sysroot.h). */
const char *recipe_sysroot(const struct recipe *recipe);

/* Numbers as gen_init_cpio writes them. 0, or -1 after reporting. */
int line_mode(const struct line *line, size_t word, uint32_t kind, uint32_t *mode);
int line_number(const struct line *line, size_t word, const char *what, uint32_t *value);
int line_absolute(const struct line *line, size_t word);

/* [DEST] [keep|UID:GID] from word 2 on, over what `source` has; and whose times count. The first
 * word that is neither, or -1 after reporting. */
int line_destination(const struct line *line, struct tree_source *source);

/* 0 if the line has no more words from `next` on, or -1 after reporting. */
int line_ends(const struct line *line, size_t next);

/* Words from `first` on, those with blanks in quotes, as the kernel's next_arg() takes them;
 * appended. -1 after reporting: it cannot. */
int line_kernel_words(const struct line *line, size_t first, struct buffer *out);

/* The reports of program.h and module.h have the cause but no line: this reports the line, which
 * should have `what`. An option needs none. Returns -1. */
int line_failed(const struct line *line, const char *what);

/* The image's own command line, to be added to; `why` counts if it is the first to do so. */
struct buffer *recipe_cmdline(struct recipe *recipe, const char *why);
const char *recipe_cmdline_text(const struct recipe *recipe);

/* What a container says of its program; *run is empty then. Unless a `run` line names another, it
 * becomes the image's. */
void recipe_set_container(struct recipe *recipe, struct oci_run *run, const char *why);

/* Lines add to the main image again. */
void recipe_end_segment(struct recipe *recipe);

/* The verbs. Each returns 0, or -1 after reporting. */
int verb_file(const struct line *line);
int verb_dir(const struct line *line);
int verb_nod(const struct line *line);
int verb_slink(const struct line *line);
int verb_pipe(const struct line *line);
int verb_sock(const struct line *line);
int verb_tree(const struct line *line);
int verb_tar(const struct line *line);
int verb_oci(const struct line *line);
int verb_image(const struct line *line);
int verb_program(const struct line *line);
int verb_sysroot(const struct line *line);
int verb_run(const struct line *line);
int verb_attr(const struct line *line);
int verb_keymap(const struct line *line);
int verb_env(const struct line *line);
int verb_early(const struct line *line);
int verb_segment(const struct line *line);
int verb_microcode(const struct line *line);
int verb_acpi(const struct line *line);
int verb_module(const struct line *line);
int verb_driver(const struct line *line);
int verb_firmware(const struct line *line);
int verb_modprobe_d(const struct line *line);
int verb_module_index(const struct line *line);
int verb_for_machine(const struct line *line);
int verb_for_root(const struct line *line);
int verb_applets(const struct line *line);
int verb_cmdline(const struct line *line);
int verb_mtime(const struct line *line);
int verb_include(const struct line *line);
int verb_init(const struct line *line);
/* Notes that the line brings what is to be a root, whose own directory has a mode. */
void line_brings_root(const struct line *line);

#endif
