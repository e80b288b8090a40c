// SPDX-License-Identifier: MIT
/* recipe_attr.c - the verb that changes owner and mode of what other lines bring. */
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/recipe/recipe_line.h"

enum { SET_MODE = 1, SET_UID = 2, SET_GID = 4 };

/* In the order of their lines. */
struct attrs {
	struct attr {
		char *pattern, *why;
		uint32_t mode, uid, gid;
		unsigned int set;
	} * list;
	size_t count;
};

static bool is_left_alone(const struct line *line, size_t word)
{
	return !strcmp(line_word(line, word), "-");
}

int verb_attr(const struct line *line)
{
	struct attrs *attrs = recipe_state(line->recipe, &recipe_attr_part);
	struct attr attr = { 0 };

	if (*line_word(line, 1) != '/')
		return line_expected(line, 1,
				     "a pattern of paths in the image, with a slash first");
	if (!is_left_alone(line, 2)) {
		attr.set |= SET_MODE;
		if (line_mode(line, 2, 0, &attr.mode) < 0)
			return -1;
	}
	if (!is_left_alone(line, 3)) {
		attr.set |= SET_UID;
		if (line_number(line, 3, "a user id or -", &attr.uid) < 0)
			return -1;
	}
	if (!is_left_alone(line, 4)) {
		attr.set |= SET_GID;
		if (line_number(line, 4, "a group id or -", &attr.gid) < 0)
			return -1;
	}
	attr.pattern = xstrdup(line_word(line, 1));
	attr.why = xstrdup(line->why);
	attrs->list = xreallocarray(attrs->list, attrs->count + 1, sizeof(attr));
	attrs->list[attrs->count++] = attr;
	return 0;
}

/* Hard links share mode and owner; a symlink's mode has no effect and is kept. */
static void apply(const struct attr *attr, struct entry *inode)
{
	if (attr->set & SET_MODE && !S_ISLNK(inode->mode))
		inode->mode = (inode->mode & S_IFMT) | attr->mode;
	if (attr->set & SET_UID)
		inode->uid = attr->uid;
	if (attr->set & SET_GID)
		inode->gid = attr->gid;
}

/* A pattern without wildcards is a path: no entry but that one is asked. */
static size_t apply_literal(const struct recipe *recipe, const struct attr *attr)
{
	struct entry *entry = image_find(recipe->image, attr->pattern);

	if (!entry || strcmp(entry->path, attr->pattern))
		return 0;
	apply(attr, image_inode(entry));
	return 1;
}

/* In the order of the lines, so that exceptions follow the rule. */
static int finish(struct recipe *recipe)
{
	const struct attrs *attrs = recipe_state(recipe, &recipe_attr_part);
	size_t count;
	struct entry **all;
	int result = 0;

	if (!attrs->count)
		return 0;
	all = image_entries(recipe->image, &count);
	for (size_t i = 0; i < attrs->count && !result; i++) {
		const struct attr *attr = &attrs->list[i];
		bool is_path = !strpbrk(attr->pattern, "*?[\\");
		size_t matched = is_path ? apply_literal(recipe, attr) : 0;

		for (size_t k = 0; k < count && !is_path; k++)
			if (!fnmatch(attr->pattern, all[k]->path, 0)) {
				apply(attr, image_inode(all[k]));
				matched++;
			}
		if (!matched)
			result = error("%s: nothing in the image matches %s", attr->why,
				       shown(attr->pattern));
	}
	free(all);
	return result;
}

static void free_attrs(void *state)
{
	struct attrs *attrs = state;

	for (size_t i = 0; i < attrs->count; i++) {
		free(attrs->list[i].pattern);
		free(attrs->list[i].why);
	}
	free(attrs->list);
}

const struct recipe_part recipe_attr_part = { sizeof(struct attrs), finish, free_attrs };
