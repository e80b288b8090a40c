// SPDX-License-Identifier: MIT
/* module_name.c - module names that look like one that does not exist. */
#include "tools/lib/module/module_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/modname.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/typo.h"

#define NAME_SIZE (TYPO_WORD_MAX + 1)
#define CLOSE_COUNT 3
#define PART_DISTANCE 2 /* of a name that is a part of the other, as virtio of virtio_blk */

struct match {
	char name[NAME_SIZE];
	size_t distance;
};

/* The name in "kernel/fs/ext4/ext4.ko.xz: ...", with '_' for '-'. */
static void name_of(const char *line, char name[NAME_SIZE])
{
	size_t len = strcspn(line, ":"), start = len;

	while (start && line[start - 1] != '/')
		start--;
	len = strcspn(line + start, ".:");
	snprintf(name, NAME_SIZE, "%.*s", (int)(len < NAME_SIZE ? len : NAME_SIZE - 1),
		 line + start);
	modname_normalize(name);
}

static bool is_part(const char *name, const char *part)
{
	return strlen(part) >= TYPO_WORD_MIN && strstr(name, part);
}

/* Keeps the best, sorted. */
static void consider(struct match best[CLOSE_COUNT], const char *name, const char *wanted)
{
	struct match match = { .distance = typo_distance(name, wanted) };

	if (match.distance > typo_limit(wanted)) {
		if (!is_part(name, wanted) && !is_part(wanted, name))
			return;
		match.distance = PART_DISTANCE;
	}
	snprintf(match.name, sizeof(match.name), "%s", name);
	for (size_t i = 0; i < CLOSE_COUNT; i++) {
		struct match other = best[i];

		if (!other.name[0] || match.distance < other.distance) {
			best[i] = match;
			match = other;
		}
		if (!match.name[0])
			return;
	}
}

static void consider_all(struct match best[CLOSE_COUNT], const char *list, const char *wanted)
{
	FILE *in = fopen(list, "re");
	char *line = NULL, found[NAME_SIZE];
	size_t size = 0;

	while (in && getline(&line, &size, in) > 0) {
		name_of(line, found);
		consider(best, found, wanted);
	}
	if (in)
		fclose(in);
	free(line);
}

char *modname_close(const char *dir, const char *name)
{
	static const char *const lists[] = { "modules.dep", "modules.builtin" };
	struct match best[CLOSE_COUNT] = { 0 };
	struct buffer out = { NULL, 0, 0 };
	char wanted[NAME_SIZE];

	name_of(name, wanted);
	for (size_t i = 0; i < COUNT(lists); i++) {
		char *path = path_join(dir, lists[i]);

		consider_all(best, path, wanted);
		free(path);
	}
	for (size_t i = 0; i < CLOSE_COUNT && best[i].name[0]; i++) {
		int last = i + 1 == CLOSE_COUNT || !best[i + 1].name[0];

		buffer_printf(&out, "%s%s", i == 0 ? "" : last ? " or " : ", ", best[i].name);
	}
	return out.data;
}
