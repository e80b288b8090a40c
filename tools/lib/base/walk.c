// SPDX-License-Identifier: MIT
/* walk.c - a path resolved name by name; the caller knows the file system. */
#include "tools/lib/base/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/path.h"

/* Moves to the directory before this slash of the current path. */
static void leave(struct walk *walk, const char *slash)
{
	walk->at.len = slash == walk->at.data ? 1 : (size_t)(slash - walk->at.data);
	walk->at.data[walk->at.len] = '\0';
}

void walk_start(struct walk *walk, const char *path)
{
	*walk = (struct walk){ .rest = path };
	buffer_text(&walk->at, "/");
}

void walk_end(struct walk *walk)
{
	buffer_free(&walk->at);
	free(walk->text);
}

bool walk_next(struct walk *walk)
{
	for (;;) {
		const char *name = walk->rest + strspn(walk->rest, "/");
		size_t len = strcspn(name, "/");

		walk->rest = name + len;
		if (!len)
			return false;
		if (len == 2 && !memcmp(name, "..", 2)) {
			leave(walk, strrchr(walk->at.data, '/'));
		} else if (len != 1 || *name != '.') {
			path_append(&walk->at, name, len);
			return true;
		}
	}
}

int walk_symlink(struct walk *walk, const char *target, size_t len)
{
	struct buffer text = { 0 };

	if (++walk->links > WALK_SYMLINKS_MAX)
		return -ELOOP;
	len = strnlen(target, len);
	buffer_add(&text, target, len);
	buffer_text(&text, "/");
	buffer_text(&text, walk->rest);
	free(walk->text);
	walk->rest = walk->text = text.data;
	leave(walk, len && *target == '/' ? walk->at.data : strrchr(walk->at.data, '/'));
	return 0;
}

bool walk_is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}
