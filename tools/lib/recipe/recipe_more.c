// SPDX-License-Identifier: MIT
/* recipe_more.c - the verbs that gen_init_cpio does not have. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/imageconf.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/sources/tree.h"
#include "tools/lib/recipe/recipe_line.h"

struct image_defaults recipe_set_rank(struct image *image, enum image_rank rank)
{
	struct image_defaults defaults = image_defaults(image);

	defaults.rank = rank;
	return image_set_defaults(image, defaults);
}

static int parse_owner(const char *text, struct tree_source *source)
{
	char *end;
	unsigned long uid, gid;

	source->owner = strcmp(text, "keep") ? TREE_OWNER_SET : TREE_OWNER_KEEP;
	if (source->owner == TREE_OWNER_KEEP)
		return 0;
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (*end != ':' || end[1] < '0' || end[1] > '9')
		return -1;
	gid = strtoul(end + 1, &end, 10);
	if (*end || errno || uid > UINT32_MAX || gid > UINT32_MAX)
		return -1;
	source->uid = (uint32_t)uid;
	source->gid = (uint32_t)gid;
	return 0;
}

int line_destination(const struct line *line, struct tree_source *source)
{
	const struct recipe *recipe = line->recipe;
	size_t next = 2;

	if (line->count > next && *line_word(line, next) == '/') {
		if (line_absolute(line, next) < 0)
			return -1;
		source->dest = line_word(line, next++);
	}
	if (line->count > next && parse_owner(line_word(line, next), source) == 0)
		next++;
	if (recipe->mtime_rule == MTIME_OF_SOURCE)
		source->newest = recipe->options.newest;
	return (int)next;
}

int line_ends(const struct line *line, size_t next)
{
	if (line->count <= next)
		return 0;
	return line_expected(line, next,
			     next == 2	 ? "DEST (with a slash first), keep, or UID:GID"
			     : next == 3 ? "keep or UID:GID"
					 : "the end of the line");
}

/* Patterns after `without`. */
static int take_without(const struct line *line, size_t next, struct tree_source *source)
{
	if (line->count <= next || strcmp(line_word(line, next), "without"))
		return line_ends(line, next);
	if (line->count == next + 1)
		return line_expected(line, next + 1, "a pattern");
	source->without = xcalloc(line->count - next, sizeof(*source->without));
	for (size_t i = next + 1; i < line->count; i++)
		source->without[i - next - 1] = line_word(line, i);
	return 0;
}

int verb_tree(const struct line *line)
{
	struct tree_source source = { .dest = "/", .owner = TREE_OWNER_SET };
	int result, next = line_destination(line, &source);
	char *dir;

	if (next < 0 || take_without(line, (size_t)next, &source) < 0)
		return -1;
	source.output = line->recipe->options.output;
	dir = line_host_path(line, 1);
	source.dir = dir;
	source.has_root = line->recipe->options.appends;
	if (strcmp(source.dest, "/") == 0)
		line_brings_root(line);
	result = tree_add(line->recipe->image, &source, line->why);
	free(source.without);
	free(dir);
	return result;
}

int line_failed(const struct line *line, const char *what)
{
	return *line->file ? line_expected(line, 1, what) : -1;
}

int line_kernel_words(const struct line *line, size_t first, struct buffer *out)
{
	for (size_t i = first; i < line->count; i++) {
		const char *word = line_word(line, i);

		if (strpbrk(word, "\"\n"))
			return line_expected(
				line, i,
				"a parameter without \" and newline, which the kernel cannot read");
		buffer_printf(out, strpbrk(word, " \t") || !*word ? "%s\"%s\"" : "%s%s",
			      i > first ? " " : "", word);
	}
	return 0;
}

int verb_cmdline(const struct line *line)
{
	struct recipe *recipe = line->recipe;

	/* An option's text is in the kernel's own syntax already. */
	if (!*line->file)
		buffer_text(&recipe->cmdline, line_word(line, 1));
	else if (line_kernel_words(line, 1, &recipe->cmdline) < 0)
		return -1;
	buffer_text(&recipe->cmdline, "\n");
	if (!recipe->cmdline_why)
		recipe->cmdline_why = xstrdup(line->why);
	return 0;
}

int verb_mtime(const struct line *line)
{
	struct image_defaults defaults = image_defaults(line->recipe->image);
	uint32_t seconds;

	if (line_number(line, 1, "seconds since 1970", &seconds) < 0)
		return -1;
	defaults.mtime = seconds;
	image_set_defaults(line->recipe->image, defaults);
	line->recipe->mtime_rule = MTIME_SET;
	return 0;
}

int verb_init(const struct line *line)
{
	struct image *image = line->recipe->image;
	char *init = line->count > 1 ? line_host_path(line, 1) : (char *)place_init();
	int result = -1;

	if (!init)
		return -1;
	if (access(init, R_OK) < 0)
		line_error(line, 1, "expected a readable file, found %s: %s (%s)", shown(init),
			   strerror(errno), strerrorname_np(errno));
	else if (image_add_file(image, "/init", init, 0755, line->why) &&
		 image_add_node(image, "/dev/console", S_IFCHR | 0600, 5, 1, line->why))
		result = 0;
	line_brings_root(line);
	free(init);
	return result;
}

static int is_included(const struct recipe *recipe, const char *path)
{
	struct stat one, other;

	for (size_t i = 0; i < recipe->depth; i++)
		if (!stat(path, &one) && !stat(recipe->files[i], &other) &&
		    one.st_dev == other.st_dev && one.st_ino == other.st_ino)
			return 1;
	return 0;
}

int verb_include(const struct line *line)
{
	struct recipe *recipe = line->recipe;
	char *path = line_host_path(line, 1);
	int result;

	if (is_included(recipe, path))
		result = line_error(line, 1,
				    "expected another recipe, found %s, which includes this one",
				    shown(path));
	else if (recipe->depth == sizeof(recipe->files) / sizeof(*recipe->files))
		result = line_error(line, 1, "expected up to %zu nested recipes, found %s",
				    recipe->depth, shown(path));
	else if (access(path, R_OK) < 0)
		result = line_error(line, 1, "expected a readable recipe, found %s: %s (%s)",
				    shown(path), strerror(errno), strerrorname_np(errno));
	else
		result = recipe_read(recipe, path);
	free(path);
	return result;
}

int finish_cmdline(struct recipe *recipe)
{
	if (!recipe->cmdline_why)
		return 0;
	return image_add_data(recipe->image, IMAGECONF_LAST, recipe->cmdline.data,
			      recipe->cmdline.len, 0644, recipe->cmdline_why)
		       ? 0
		       : -1;
}

void line_brings_root(const struct line *line)
{
	if (!line->recipe->root_why && !line->recipe->options.appends)
		line->recipe->root_why = xstrdup(line->why);
}

/* The kernel's own / of a tmpfs is writable for everybody (1777). A plain list asks for that; a
 * recipe with a root, or with rdinit's /init, does not. */
int finish_root(struct recipe *recipe)
{
	struct image_defaults before;
	int result = 0;

	if (!recipe->root_why || image_find(recipe->image, "/"))
		return 0;
	before = recipe_set_rank(recipe->image, IMAGE_NEEDED);
	if (!image_add_dir(recipe->image, "/", 0755, recipe->root_why))
		result = -1;
	image_set_defaults(recipe->image, before);
	return result;
}
