/* SPDX-License-Identifier: MIT */
/* sysfs.h - read a block device's files below /sys/class/block. */
#ifndef RDINIT_SYS_SYSFS_H
#define RDINIT_SYS_SYSFS_H

#include <stddef.h>
#include <stdint.h>

/* Writes the path of a device's file: "/sys/class/block/vda1/start". A "/" in the device's name
 * becomes "!". */
void sysfs_path(char *path, size_t size, const char *device, const char *file);

/* Reads the file's first line, as file_line() does. Returns 1; or 0, with "" in `text`. */
int sysfs_line(const char *device, const char *file, char *text, size_t size);

/* Returns the number in the file, or `otherwise` if there is none. */
uint64_t sysfs_number(const char *device, const char *file, uint64_t otherwise);

#endif
