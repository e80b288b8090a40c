/* walk.c - a path resolved name by name, by whoever knows what a name is. */
#include "tools/lib/base/walk.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

void walk_start(struct walk *walk, const char *path)
{
	walk->at = xstrdup("");
	walk->rest = xstrdup(path);
	walk->links = 0;
}

void walk_end(struct walk *walk)
{
	free(walk->at);
	free(walk->rest);
}

char *walk_next(struct walk *walk)
{
	for (;;) {
		char *name = walk->rest + strspn(walk->rest, "/");
		size_t len = strcspn(name, "/");
		char *next;

		if (!len)
			return NULL;
		next = xasprintf("%s/%.*s", walk->at, (int)len, name);
		memmove(walk->rest, name + len, strlen(name + len) + 1);
		if (strcmp(strrchr(next, '/'), "/.") && strcmp(strrchr(next, '/'), "/.."))
			return next;
		if (!strcmp(strrchr(next, '/'), "/..") && strrchr(walk->at, '/'))
			*strrchr(walk->at, '/') = '\0';
		free(next);
	}
}

void walk_into(struct walk *walk, char *next)
{
	free(walk->at);
	walk->at = next;
}

int walk_symlink(struct walk *walk, const char *target)
{
	char *rest = xasprintf("%s/%s", target, walk->rest);

	free(walk->rest);
	walk->rest = rest;
	if (target[0] == '/')
		walk->at[0] = '\0';
	return ++walk->links > WALK_SYMLINKS_MAX ? -1 : 0;
}

int walk_is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}
