/* archive_resolve.c - what a path leads to inside an image. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/archive/archive.h"
#include "tools/lib/base/path.h"

#define LINKS_MAX 40 /* as the kernel has it (MAXSYMLINKS) */

static int is_link(const struct archive_entry *entry)
{
	return (entry->newc.fields.mode & S_IFMT) == S_IFLNK;
}

/* `path` with the link `entry` at its first `len` bytes replaced by where it leads; malloc'd. */
static char *follow(const char *path, size_t len, const struct archive_entry *entry)
{
	char *target = xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
	char *head = xstrndup(path, len), *folder = path_parent(head);
	char *next = xasprintf("%s/%s%s", *target == '/' ? "" : folder, target, path + len);

	free(target);
	free(head);
	free(folder);
	return next;
}

/* "." and ".." taken out, ".." at the root staying there; in place. */
static void collapse(char *path)
{
	char *out = path, *state = NULL, *text = xstrdup(path);

	*out = '\0';
	for (char *name = strtok_r(text, "/", &state); name; name = strtok_r(NULL, "/", &state)) {
		char *slash = strrchr(path, '/');

		if (!strcmp(name, "..") && slash)
			*(out = slash) = '\0';
		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		*out++ = '/';
		out = stpcpy(out, name);
	}
	if (out == path)
		strcpy(path, "/");
	free(text);
}

const struct archive_entry *archive_resolve(const struct archive *archive, const char *path,
					    const char **why)
{
	char *now = xasprintf("/%s", path);
	const struct archive_entry *entry = NULL;
	int links = 0;

	collapse(now);
	*why = "no such file in it";
	for (size_t len = 1; len <= strlen(now) && links <= LINKS_MAX;) {
		char *part, *next;

		len += strcspn(now + len, "/");
		part = xstrndup(now, len);
		entry = archive_find(archive, part);
		free(part);
		if (!entry || !is_link(entry)) {
			len += now[len] == '/';
			if (!now[len])
				break;
			continue;
		}
		next = follow(now, len, entry);
		free(now);
		now = next;
		collapse(now);
		links++;
		len = 1;
	}
	free(now);
	if (links <= LINKS_MAX)
		return entry;
	*why = "too many symbolic links";
	return NULL;
}
