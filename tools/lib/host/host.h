/* SPDX-License-Identifier: MIT */
/* host.h - what a machine's devices and its root need of a kernel. */
#ifndef TOOLS_LIB_HOST_H
#define TOOLS_LIB_HOST_H

#include "tools/lib/base/mem.h"
#include "tools/lib/module/module.h"

/* In all of these `root` is the directory in which the host's files are looked for, "" for the host
 * itself; each returns 0, or -1 after reporting, unless it says otherwise. */

/* The first line of ROOT/PATH without its newline; malloc'd, or NULL: unreadable, or empty. */
char *host_line(const char *root, const char *path);
/* The whole text of a file; malloc'd, or NULL (errno). Limit: 16 MiB. */
char *host_text(const char *root, const char *path);

/*
 * The modules that QEMU's machine `name` (pc, q35, microvm) may need for disks, network, console
 * and directories of the host: always loaded, and those that the kernel does not have are left out,
 * unless no disk would be left. For "this" the drivers that the devices in ROOT/sys/bus ask for
 * with their modalias, of the same kinds, loaded when their device appears.
 */
int host_add_machine(struct modules *modules, const char *root, const char *name, const char *why);

/* Drivers for a device's alias, of those kinds only. */
int host_add_device(struct modules *modules, enum module_load load, const char *alias,
		    const char *why);

struct layer;

/* Layers between a block device and its bytes are bits, by their rows in init/pure/layers.def; one
 * more is of mappings that have no row. */
unsigned int host_stack_bit(const struct layer *layer);

/* "LUKS", for one bit; NULL if /init opens it as it is. */
const char *host_stack_refused(unsigned int bit);

/* Adds the drivers of the block device whose directory in sysfs is ROOT/sys/PATH ("dev/block/8:1",
 * "class/block/sda1"), from its bus down, and those of what it is made of. `stack` gets the bits of
 * what was met. */
int host_add_block(struct modules *modules, const char *root, const char *path, const char *why,
		   unsigned int *stack);

/* Adds the module of a file system and what it asks the kernel for while mounting. */
int host_add_fs(struct modules *modules, const char *type, const char *why);

/* Adds the file systems in an image or a block device: its own, else those of its partitions that
 * can be a root. */
int host_add_fs_of(struct modules *modules, const char *path, const char *why);

/* All that is needed to mount `path` as the root: a block device, or a disk's image. */
int host_add_root(struct modules *modules, const char *root, const char *path, const char *why);

/* The file system that is mounted from this device, by ROOT/proc/self/mountinfo; malloc'd, or
 * NULL. */
char *host_mounted_type(const char *root, unsigned int major, unsigned int minor);

/* Adds what is needed to mount this machine's root, and appends the parameters that name it to
 * `words`, as a line: "root=UUID=... rootfstype=ext4 rootflags=...\n". Refuses a root that is not
 * on a block device, one that /init does not assemble, and one with a separate /usr. */
int host_add_mounted_root(struct modules *modules, const char *root, const char *why,
			  struct buffer *words);

#endif
