/* SPDX-License-Identifier: MIT */
/* module.h - kernel modules with what they need, in load order, into the image. */
#ifndef TOOLS_LIB_MODULE_H
#define TOOLS_LIB_MODULE_H

#include "tools/lib/image/image.h"

struct modules;

enum module_load {
	LOAD_NEVER,
	LOAD_ON_DEVICE, /* when a device of its aliases appears: /etc/rdinit/drivers */
	LOAD_ALWAYS, /* /etc/rdinit/modules */
};

enum module_signatures { SIGNATURES_STAY, SIGNATURES_GO };

/* Which compressed firmware the kernel unpacks itself; other files are unpacked when packing. */
enum firmware_reading { FIRMWARE_PLAIN = 0, FIRMWARE_XZ = 1, FIRMWARE_ZSTD = 2 };

struct module_source {
	const char *dir; /* .../lib/modules/RELEASE, where depmod(8) has run */
	const char *release; /* "6.1.0-10-amd64" */
	const char *firmware_dir; /* NULL: lib/firmware next to the modules, else /lib/firmware */
	enum module_signatures signatures;
	enum firmware_reading firmware_reading;
};

/* Returns NULL after reporting: no such directory, or no index (modules.dep.bin) in it. The
 * source's texts are copied. This machine's /etc/modprobe.d is not read. */
struct modules *modules_new(const struct module_source *source);
void modules_free(struct modules *modules); /* NULL is fine */

/*
 * Takes the lines of the files DIR/NAME.conf, in the order of their names: aliases, options, soft
 * and weak dependencies and blacklist (modprobe.d(5)) for what is added from now on. A module with
 * an install line cannot be added then: /init runs no commands. 0, or -1 after reporting:
 * unreadable, or no line of modprobe.d(5).
 */
int modules_add_conf(struct modules *modules, const char *dir);

/*
 * Collects modules with their dependencies, soft dependencies (pre before them, post after them,
 * also those of dependencies) and weak ones, which are loaded before them, too: nothing in an
 * initramfs answers the kernel's later requests. `name` is a module's name ('-' and '_' are the
 * same), a path of a .ko file (with a slash in it), an alias ("fs-ext4", "pci:v00001AF4..."), which
 * may match several modules, or a pattern of names ("virtio_*") or, with a slash, of paths below
 * the modules' kernel/ ("drivers/virtio/?*"), in which a star matches slashes, too. `options` ("a=1
 * b=2", NULL for none) belong to the named modules, not to their dependencies. A module that is
 * asked for both ways is always loaded. A built-in module adds nothing and is not an error. Returns
 * 0, or -1 after reporting, with close matches for a name that the kernel does not have.
 */
int modules_add(struct modules *modules, enum module_load load, const char *name,
		const char *options, const char *why);

/* Modules that a device asks for with its modalias, as far as they stand in one of the
 * `directories` below the modules' kernel/drivers/ ("ata/", "net/virtio_net"; ended by NULL), in
 * kernel/net/9p or in kernel/fs. That there is none is no error. 0, or -1 after reporting. */
int modules_add_device(struct modules *modules, enum module_load load, const char *alias,
		       const char *const *directories, const char *why);

/* Adds firmware by name or pattern, as modinfo(8) prints it: "e100/d101m_ucode.bin". The firmware
 * that modules name is added if it exists; this one must exist. */
int modules_add_firmware_name(struct modules *modules, const char *name);

/* What a file system's module asks the kernel for while it mounts, and does not name as a need:
 * words, divided by blanks. NULL: nothing. Added with it as soft dependencies are. */
const char *modules_unsaid(const char *name);

/* Whether the kernel has something of this name or alias, built in or as a module. */
int modules_know(struct modules *modules, const char *name);

/* The image gets the tables that modprobe(8) needs, of kmod and of busybox: modules.dep and its
 * like for the modules that are in it. */
void modules_want_index(struct modules *modules);

/* Adds the files at /lib/modules/RELEASE/..., /etc/rdinit/modules and /etc/rdinit/drivers, and
 * firmware. Modules that are compressed (gzip, xz, zstd) are unpacked: the image is compressed as
 * a whole. 0, or -1 after reporting. */
int modules_finish(struct modules *modules, struct image *image);

#endif
