/* SPDX-License-Identifier: MIT */
/* recipe_line.h - between the recipe's reader and its verbs, for them alone. */
#ifndef TOOLS_LIB_RECIPE_LINE_H
#define TOOLS_LIB_RECIPE_LINE_H

#include "tools/lib/cpio/archive.h"
#include "tools/lib/image/image.h"
#include "tools/lib/sources/tree.h"
#include "tools/lib/module/module.h"
#include "tools/lib/sources/oci.h"
#include "tools/lib/program/program.h"
#include "tools/lib/recipe/recipe.h"
#include "tools/lib/base/words.h"

struct recipe {
	struct image *image; /* the image that lines add to: main, or early after `segment early` */
	struct image *main;
	struct image *early; /* NULL until the first file of it */
	struct recipe_options options;
	unsigned int errors;
	const char *files[16]; /* the recipe at hand last, the ones that include it before */
	size_t depth;
	struct archive **archives; /* opened for cpio: locations */
	size_t archive_count;
	struct modules *modules; /* NULL until the first module */
	int has_no_modules; /* that was reported: a second line need not say it again */
	struct buffer cmdline; /* text of IMAGECONF_LAST */
	char *cmdline_why; /* NULL: no cmdline verb */
	struct program *late; /* `program ... nss`, all texts their own: the last line may
			       * bring /etc/nsswitch.conf */
	size_t late_count;
	const char **sysroots; /* of `sysroot` lines (sysroot.h), ended by NULL; or NULL: none */
	const char *sysroot; /* of the lines to come, one of those; NULL: the host */
	const char *run_sysroot; /* the one of `run` */
	char **run; /* the words of the last `run`, ended by NULL, or NULL */
	char *run_why;
	char *run_from; /* its recipe */
	struct oci_run container; /* the program of the last `oci` */
	char *container_why; /* NULL: there was none */
	struct attr *attrs; /* of `attr` lines, in their order */
	size_t attr_count;
	struct buffer env; /* NAME=VALUE, each ended by a NUL */
	char *env_why;
	char *root_why; /* of the first line that brings a whole root; NULL: there is none */
	enum { MTIME_OF_SOURCE, MTIME_SET } mtime_rule;
};

struct attr {
	char *pattern, *why;
	uint32_t mode, uid, gid;
	unsigned int set; /* bits 0 to 2: mode, uid, gid */
};

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

/* The modules of the kernel that the options name, opened when a line first asks; NULL after
 * reporting. */
struct modules *recipe_modules(struct recipe *recipe);

/* A path of the host, below --host-root where one is given; malloc'd. */
char *recipe_host_path(const struct recipe *recipe, const char *path);

/* Runs the words of a line: finds the verb, counts its arguments. 0, or -1 after reporting. */
int line_run(const struct line *line);

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
int verb_init(const struct line *line);
int verb_include(const struct line *line);

/* Frees what program lines left: late and sysroots. */
void recipe_free_programs(struct recipe *recipe);

/* recipe_finish() for late programs, run, cmdline, modules and attr. */
int finish_attr(struct recipe *recipe);
int finish_programs(struct recipe *recipe);
int finish_run(struct recipe *recipe);
int finish_cmdline(struct recipe *recipe);
int finish_root(struct recipe *recipe);
/* Notes that the line brings what is to be a root, whose own directory has a mode. */
void line_brings_root(const struct line *line);
int finish_limits(struct recipe *recipe);
int finish_modules(struct recipe *recipe);

#endif
