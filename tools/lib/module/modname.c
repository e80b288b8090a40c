/* modname.c - module names that look like one that does not exist. */
#include "tools/lib/module/modname.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

#define NAME_SIZE 64 /* the kernel's MODULE_NAME_LEN is 56 */
#define CLOSE_COUNT 3
#define CLOSE_DISTANCE 2 /* letters wrong, missing, or too many */

struct match {
	char name[NAME_SIZE];
	size_t distance;
};

/* Levenshtein's distance of two names shorter than NAME_SIZE. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_SIZE], len = strlen(b);

	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			size_t best = diagonal + (a[i - 1] != b[k - 1]);

			diagonal = row[k];
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
		}
	}
	return row[len];
}

/* The name in "kernel/fs/ext4/ext4.ko.xz: ...", with '_' for '-'. */
static void name_of(const char *line, char name[NAME_SIZE])
{
	size_t len = strcspn(line, ":"), start = len;

	while (start && line[start - 1] != '/')
		start--;
	len = strcspn(line + start, ".:");
	snprintf(name, NAME_SIZE, "%.*s", (int)(len < NAME_SIZE ? len : NAME_SIZE - 1),
		 line + start);
	for (char *at = name; *at; at++)
		if (*at == '-')
			*at = '_';
}

/* Keeps the best, sorted. */
static void consider(struct match best[CLOSE_COUNT], const char *name, const char *wanted)
{
	struct match match = { .distance = distance(name, wanted) };

	if (strlen(wanted) >= 3 && (strstr(name, wanted) || strstr(wanted, name)))
		match.distance = CLOSE_DISTANCE;
	if (match.distance > CLOSE_DISTANCE)
		return;
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

char *modname_close(const char *dir, const char *name)
{
	struct match best[CLOSE_COUNT] = { 0 };
	char *path = xasprintf("%s/modules.dep", dir), *line = NULL;
	FILE *in = fopen(path, "re");
	struct buffer out = { NULL, 0, 0 };
	char wanted[NAME_SIZE], found[NAME_SIZE];
	size_t size = 0;

	name_of(name, wanted);
	while (in && getline(&line, &size, in) > 0) {
		name_of(line, found);
		consider(best, found, wanted);
	}
	if (in)
		fclose(in);
	free(line);
	free(path);
	for (size_t i = 0; i < CLOSE_COUNT && best[i].name[0]; i++) {
		int last = i + 1 == CLOSE_COUNT || !best[i + 1].name[0];

		buffer_printf(&out, "%s%s", i == 0 ? "" : last ? " or " : ", ", best[i].name);
	}
	return out.data;
}
