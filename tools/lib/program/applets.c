/* applets.c - busybox and a symlink for each of its applets. */
#include "tools/lib/program/applets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/capture.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/program.h"

#define BUSYBOX "/bin/busybox"

static int read_list(const char *path, const char *why, struct buffer *list)
{
	int status = capture((char *[]){ (char *)path, (char *)"--list-full", NULL }, list);

	if (status < 0)
		return error_errno(errno, "%s: cannot run %s --list-full", why, shown(path));
	if (status || !list->len)
		return error("%s: %s --list-full did not list its applets; is it a busybox?", why,
			     shown(path));
	return 0;
}

/* "usr/sbin/chroot" -> /sbin/chroot. */
static char *link_path(const char *listed)
{
	char *dir = path_parent(listed);
	const char *sbin = strcmp(path_name(dir), "sbin") ? "/bin" : "/sbin";
	char *path = path_join(sbin, path_name(listed));

	free(dir);
	return path;
}

static int add_link(struct image *image, const char *listed, const char *why)
{
	char *path = link_path(listed);
	int result = 0;

	if (strcmp(path, BUSYBOX) && !image_add_symlink(image, path, BUSYBOX, why))
		result = -1;
	free(path);
	return result;
}

/* Each line of the list that is `name`, or all for NULL. How many, or -1. */
static int add_matching(struct image *image, const struct buffer *list, const char *name,
			const char *why)
{
	char *copy = xstrdup(list->data), *rest = copy, *line;
	int count = 0;

	while ((line = strsep(&rest, "\n")) && count >= 0) {
		if (!*line || (name && strcmp(path_name(line), name)))
			continue;
		count = add_link(image, line, why) < 0 ? -1 : count + 1;
	}
	free(copy);
	return count;
}

static int add_links(struct image *image, const struct buffer *list, const char *const *names,
		     const char *busybox, const char *why)
{
	if (!*names)
		return add_matching(image, list, NULL, why) < 0 ? -1 : 0;
	for (; *names; names++) {
		int count = add_matching(image, list, *names, why);

		if (count < 0)
			return -1;
		if (!count)
			return error("%s: %s has no applet \"%s\"", why, shown(busybox),
				     shown(*names));
	}
	return 0;
}

int applets_add(struct image *image, const char *busybox, const char *const *names,
		const char *why)
{
	const struct program program = { .name = busybox, .dest = BUSYBOX, .root = "", .why = why };
	struct buffer list = { 0 };
	char *path = program_lookup(busybox);
	int result = -1;

	if (!path)
		error("%s: %s: not found", why, shown(busybox));
	else if (!program_add(image, &program, NULL) && !read_list(path, why, &list))
		result = add_links(image, &list, names, busybox, why);
	buffer_free(&list);
	free(path);
	return result;
}
