// SPDX-License-Identifier: MIT
/* recipe_sources.c - the verbs that bring many entries: directories, tar archives, containers,
 * images. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/sources/initramfs.h"
#include "tools/lib/sources/tar.h"
#include "tools/lib/sources/oci.h"
#include "tools/lib/recipe/recipe_line.h"

struct root {
	char *why; /* of the first line that brings a whole root; NULL: there is none */
};

void line_brings_root(const struct line *line)
{
	struct root *root = recipe_state(line->recipe, &recipe_sources_part);

	if (!root->why && !line->recipe->options.appends)
		root->why = xstrdup(line->why);
}

/* Patterns after `without`. */
static int parse_without(const struct line *line, size_t next, struct tree_source *source)
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

	if (next < 0 || parse_without(line, (size_t)next, &source) < 0)
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

/* Looked at before anything large is read: DEST and owner are words 2 and 3. 0, or -1 after
 * reporting. */
static int parse_destination(const struct line *line, struct tree_source *source)
{
	int next;

	*source = (struct tree_source){ .dest = "/", .owner = TREE_OWNER_KEEP };
	next = line_destination(line, source);
	return next < 0 ? -1 : line_ends(line, (size_t)next);
}

/* One input on its way into the image. */
struct input {
	const struct line *line;
	struct tree_source source;
	struct image *stage;
	char *path; /* word 1 as a host path */
};

static int input_begin(struct input *input, const struct line *line)
{
	input->line = line;
	if (parse_destination(line, &input->source) < 0)
		return -1;
	if (strcmp(input->source.dest, "/") == 0)
		line_brings_root(line);
	input->stage = image_new();
	input->path = line_host_path(line, 1);
	return 0;
}

/* Merges what was staged, if all went well. */
static int input_end(struct input *input, int result)
{
	if (!result)
		result = merge_image(input->line->recipe->image, input->stage, &input->source,
				     input->line->why);
	image_free(input->stage);
	free(input->path);
	return result;
}

static int open_blob(const struct line *line, const char *path, struct blob *blob)
{
	struct stat st;

	*blob = (struct blob){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), .name = path };
	if (blob->fd < 0)
		return line_error(line, 1, "expected a file, found %s: %s (%s)", shown(path),
				  strerror(errno), strerrorname_np(errno));
	if (!fstat(blob->fd, &st) && S_ISREG(st.st_mode)) {
		rights_note(&st);
		blob->size = (uint64_t)st.st_size;
		return 0;
	}
	close(blob->fd);
	return line_error(line, 1, "expected a regular file, found %s", shown(path));
}

int verb_tar(const struct line *line)
{
	struct input input;
	struct blob blob;
	int result;

	if (input_begin(&input, line) < 0)
		return -1;
	result = open_blob(line, input.path, &blob);
	if (!result) {
		result = tar_add(input.stage, &blob, 0, line->why);
		close(blob.fd);
	}
	return input_end(&input, result);
}

int verb_image(const struct line *line)
{
	struct input input;

	if (input_begin(&input, line) < 0)
		return -1;
	return input_end(&input, initramfs_add(input.stage, input.path, line->why));
}

/* PATH:TAG, where a path may hold a colon: a path that exists is no tag. The tag, or NULL. */
static const char *cut_tag(char *path)
{
	char *colon = strrchr(path, ':');

	if (!colon || strchr(colon, '/') || access(path, F_OK) == 0)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

/* The caller decides what process 1 is, and what it reads: an untrusted container could make itself
 * root, or run another program. */
static void leave_out_ours(const struct line *line, struct image *stage)
{
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ CONFIG_DIR, "only a recipe decides what /init reads there" },
		{ "/init", "process 1 is rdinit's (a file line adds it again)" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct entry *entry = image_find(stage, rows[i].path);

		if (!entry)
			continue;
		warning("%s: omitted %s of the container: %s", line->why, rows[i].path,
			rows[i].why);
		image_remove(stage, entry->path, REMOVE_INCLUSIVE, 0);
	}
}

int verb_oci(const struct line *line)
{
	struct oci_run run;
	struct input input;
	const char *tag;
	int result;

	if (input_begin(&input, line) < 0)
		return -1;
	tag = cut_tag(input.path);
	result = oci_add(input.stage, input.path, tag, &run, line->why);
	if (!result)
		leave_out_ours(line, input.stage);
	result = input_end(&input, result);
	if (!result)
		recipe_set_container(line->recipe, &run, line->why);
	oci_run_free(&run);
	return result;
}

/* The kernel's own / of a tmpfs is writable for everybody (1777). A plain list asks for that; a
 * recipe with a root, or with rdinit's /init, does not. */
static int finish(struct recipe *recipe)
{
	const struct root *root = recipe_state(recipe, &recipe_sources_part);
	struct image_defaults before;
	int result = 0;

	if (!root->why || image_find(recipe->image, "/"))
		return 0;
	before = recipe_set_rank(recipe->image, IMAGE_NEEDED);
	if (!image_add_dir(recipe->image, "/", 0755, root->why))
		result = -1;
	image_set_defaults(recipe->image, before);
	return result;
}

static void free_root(void *state)
{
	free(((struct root *)state)->why);
}

const struct recipe_part recipe_sources_part = { sizeof(struct root), finish, free_root };
