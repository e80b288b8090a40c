// SPDX-License-Identifier: MIT
/* path.c - paths inside an image as text. */
#include "tools/lib/base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

const char path_is_empty[] = "the name is empty";
const char path_name_is_long[] = "a name has more than 255 bytes";

static const char *whole_fault(const char *clean)
{
	if (!strcmp(clean, "/TRAILER!!!"))
		return "this name ends an archive";
	if (strlen(clean + 1) > PATH_MAX - 1)
		return "the path has more than 4095 bytes";
	return NULL;
}

char *path_of_entry(const char *path, const char **why)
{
	char *clean = xmalloc(strlen(path) + 2);
	size_t len = 0;

	*why = *path ? NULL : path_is_empty;
	while (*path && !*why) {
		size_t part = strcspn(path, "/");

		if (part && !(part == 1 && *path == '.')) {
			*why = part > NAME_MAX ? path_name_is_long : NULL;
			clean[len++] = '/';
			memcpy(clean + len, path, part);
			len += part;
		}
		path += part + (path[part] == '/');
	}
	if (!len)
		clean[len++] = '/';
	clean[len] = '\0';
	if (!*why)
		*why = whole_fault(clean);
	if (!*why)
		return clean;
	free(clean);
	return NULL;
}

bool path_goes_up(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")); at += 3)
		if (!at[3] || at[3] == '/')
			return true;
	return false;
}

char *path_clean(const char *path, const char **why)
{
	char *clean = path_of_entry(path, why);

	if (!clean || !path_goes_up(clean))
		return clean;
	*why = "\"..\" cannot be in an image";
	free(clean);
	return NULL;
}

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	name += strspn(name, "/");
	return xasprintf("%.*s/%s", (int)len, dir, name);
}

char *path_append(struct buffer *path, const char *name, size_t len)
{
	size_t slash = !path->len || path->data[path->len - 1] != '/';
	char *end = buffer_space(path, slash + len);

	if (slash)
		*end = '/';
	memcpy(end + slash, name, len);
	return end + slash;
}

char *path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_beside(const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');

	if (*path == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - from), from, path);
}

bool path_is_below(const char *path, const char *dir)
{
	size_t len = strcmp(dir, "/") ? strlen(dir) : 0;

	return !strncmp(path, dir, len) && path[len] == '/' && path[len + 1];
}

bool path_has_suffix(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len > end_len && !strcmp(path + len - end_len, end);
}
