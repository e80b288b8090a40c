// SPDX-License-Identifier: MIT
/* package_files.c - a system's own files, in a folder or in an image. */
#include "tools/lib/package/package_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/package/package_text.h"
#include "tools/lib/program/sysroot.h"

#define FILE_MAX ((size_t)64 << 20) /* bytes: a status file of 2,000 packages has 2 MB */

static int read_archive(const struct archive *archive, const char *path, struct buffer *bytes)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(archive, path, &why);
	struct span data = { NULL, 0 };

	if (entry && S_ISREG(entry->newc.fields.mode))
		data = archive_data(archive, entry);
	if (!data.data || data.len > FILE_MAX)
		return -1;
	buffer_add(bytes, data.data, data.len);
	return 0;
}

int package_read(const struct package_system *system, const char *path, struct buffer *bytes)
{
	char block[65536];
	ssize_t len;
	int fd;

	if (system->archive)
		return read_archive(system->archive, path, bytes);
	fd = sysroot_open(system->root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	while ((len = read(fd, block, sizeof(block))) > 0 && bytes->len <= FILE_MAX)
		buffer_add(bytes, block, (size_t)len);
	close(fd);
	return len ? -1 : 0;
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static void list_folder(const char *path, void (*each)(void *argument, const char *name),
			void *argument)
{
	struct dirent **names;
	int count = scandir(path, &names, is_name, by_bytes);

	for (int i = 0; i < count; i++) {
		each(argument, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

void package_list(const struct package_system *system, const char *folder,
		  void (*each)(void *argument, const char *name), void *argument)
{
	const struct archive *archive = system->archive;
	size_t len = strlen(folder);
	char *path;

	for (size_t i = 0; archive && i < archive->count; i++) {
		const char *found = archive->entries[archive->by_path[i]].path;

		if (!strncmp(found, folder, len) && found[len] == '/' &&
		    !strchr(found + len + 1, '/'))
			each(argument, found + len + 1);
	}
	path = archive ? NULL : sysroot_path(system->root, folder, LAST_FOLLOWED);
	if (path)
		list_folder(path, each, argument);
	free(path);
}

char *package_real_path(const struct package_system *system, const char *path)
{
	const struct archive_entry *entry;
	const char *why;

	if (!system->archive)
		return *system->root ? sysroot_resolve(system->root, path, LAST_FOLLOWED)
				     : realpath(path, NULL);
	entry = archive_resolve(system->archive, path, &why);
	return entry ? xstrdup(entry->path) : NULL;
}

/* ID=debian, with quotes or without. */
char *package_distribution(const struct package_system *system)
{
	struct buffer bytes = { 0 };
	struct span rest, line;
	char *id = NULL;

	if (package_read(system, "/etc/os-release", &bytes))
		package_read(system, "/usr/lib/os-release", &bytes);
	rest = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	while (!id && (line = package_line(&rest)).data) {
		char *text = xstrndup((const char *)line.data, line.len), *value = text + 3;

		if (!strncmp(text, "ID=", 3) && value[strspn(value, "\"'")]) {
			value += strspn(value, "\"'");
			id = xstrndup(value, strcspn(value, "\"'"));
		}
		free(text);
	}
	buffer_free(&bytes);
	return id;
}
