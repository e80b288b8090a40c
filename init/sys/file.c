// SPDX-License-Identifier: MIT
/* file.c - read whole small files and directories. */
#include "init/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DIRENTS_SIZE 1024 /* bytes; three of the longest names, 30 usual ones */

static long read_all(int fd, char *buffer, size_t size)
{
	size_t len = 0;

	for (;;) {
		long got = sys_read(fd, buffer + len, size - len);

		if (got == -EINTR)
			continue;
		if (got < 0)
			return got;
		if (got == 0)
			break;
		len += (size_t)got;
		if (len == size)
			return -EFBIG;
	}
	buffer[len] = '\0';
	return (long)len;
}

long file_read_fd(int fd, char *buffer, size_t size)
{
	long len;

	if (fd < 0)
		return fd;
	len = read_all(fd, buffer, size);
	sys_close(fd);
	return len;
}

long file_read(const char *path, char *buffer, size_t size)
{
	/* O_NONBLOCK: the path may be a pipe. */
	return file_read_fd(sys_open(path, O_RDONLY | O_NONBLOCK), buffer, size);
}

int file_line(const char *path, char *text, size_t size)
{
	if (file_read(path, text, size) <= 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text[0] != '\0';
}

int file_each(const char *dir, int (*each)(const struct dirent_view *entry, void *argument),
	      void *argument)
{
	_Alignas(8) uint8_t buffer[DIRENTS_SIZE];
	int fd = sys_open(dir, O_RDONLY | O_DIRECTORY);
	long got;
	int result = 0;

	if (fd < 0)
		return fd;
	while (result == 0 && (got = sys_getdents(fd, buffer, sizeof(buffer))) != 0) {
		struct span rest = { buffer, got < 0 ? 0 : (size_t)got };
		struct dirent_view entry;

		if (got < 0)
			result = (int)got;
		while (result == 0 && dirents_next(&rest, &entry))
			result = each(&entry, argument);
	}
	sys_close(fd);
	return result;
}

struct search {
	int (*is_wanted)(const char *name);
	const char *after;
	char next[NAME_MAX + 1]; /* "": none yet */
};

static int compare_name(const struct dirent_view *entry, void *argument)
{
	struct search *search = argument;
	size_t len = strlen(entry->name);

	if (search->is_wanted(entry->name) && len < sizeof(search->next) &&
	    strcmp(entry->name, search->after) > 0 &&
	    (!search->next[0] || strcmp(entry->name, search->next) < 0))
		memcpy(search->next, entry->name, len + 1);
	return 0;
}

int file_next_name(const char *dir, int (*is_wanted)(const char *name), char last[NAME_MAX + 1])
{
	struct search search = { .is_wanted = is_wanted, .after = last, .next = "" };
	int error = file_each(dir, compare_name, &search);

	if (error)
		return error == -ENOENT ? 0 : log_err(error, "read %s", dir);
	memcpy(last, search.next, sizeof(search.next));
	return last[0] != '\0';
}

int file_write(const char *path, const char *text)
{
	int fd = sys_open(path, O_WRONLY);
	long done;

	if (fd < 0)
		return fd;
	done = sys_write(fd, text, strlen(text));
	sys_close(fd);
	return done < 0 ? (int)done : 0;
}

int file_replace(const char *path, const char *text)
{
	int error;

	sys_unlinkat(AT_FDCWD, path, 0);
	error = sys_mknod(path, S_IFREG | 0644, 0, 0);
	return error ? error : file_write(path, text);
}
