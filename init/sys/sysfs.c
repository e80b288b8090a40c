// SPDX-License-Identifier: MIT
/* sysfs.c - read a block device's files below /sys/class/block. */
#include "init/sys/sysfs.h"

#include "init/pure/format.h"
#include "init/sys/file.h"

#define PATH_SIZE 128 /* bytes */
#define NUMBER_SIZE 32

void sysfs_path(char *path, size_t size, const char *device, const char *file)
{
	size_t at = format_text(path, size, "/sys/class/block/");

	format_text(path + at, size - at, "%s", device);
	for (; path[at]; at++)
		if (path[at] == '/')
			path[at] = '!';
	format_text(path + at, size - at, "/%s", file);
}

int sysfs_line(const char *device, const char *file, char *text, size_t size)
{
	char path[PATH_SIZE];

	sysfs_path(path, sizeof(path), device, file);
	return file_line(path, text, size);
}

uint64_t sysfs_number(const char *device, const char *file, uint64_t otherwise)
{
	char text[NUMBER_SIZE];
	uint64_t number = 0;

	if (!sysfs_line(device, file, text, sizeof(text)))
		return otherwise;
	for (const char *c = text; *c >= '0' && *c <= '9'; c++)
		number = number * 10 + (unsigned int)(*c - '0');
	return number;
}
