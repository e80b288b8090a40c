/* SPDX-License-Identifier: MIT */
/* sysfs.h - what sysfs says of a block device: its small files below /sys/class/block. */
#ifndef RDINIT_SYS_SYSFS_H
#define RDINIT_SYS_SYSFS_H

#include <stddef.h>
#include <stdint.h>

/* Where the file of the device is: "/sys/class/block/vda1/start"; "/" in its name is "!" there. */
void sysfs_path(char *path, size_t size, const char *device, const char *file);

/* The file's only line, as file_line(). 1; 0, and "": there is none. */
int sysfs_line(const char *device, const char *file, char *text, size_t size);

/* The number in the file; `otherwise` where there is none. */
uint64_t sysfs_number(const char *device, const char *file, uint64_t otherwise);

#endif
