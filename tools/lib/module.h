/* module.h - kernel modules with what they need, in load order, into the image. */
#ifndef TOOLS_LIB_MODULE_H
#define TOOLS_LIB_MODULE_H

#include "tools/lib/image.h"

struct modules;

struct module_source {
	const char *dir;	/* .../lib/modules/RELEASE, where depmod(8) has run */
	const char *release;	/* "6.1.0-10-amd64" */
};

/* NULL after reporting: no such directory, or no index (modules.dep.bin) in it. The source's
 * texts are copied. The host's /etc/modprobe.d is not looked at. */
struct modules *modules_new(const struct module_source *source);

/*
 * Collects one module with its dependencies and soft dependencies (pre before it, post after it,
 * also those of dependencies). `name` is a module's name ('-' and '_' are the same), a path of a
 * .ko file (with a slash in it), or an alias ("fs-ext4", "pci:v00001AF4..."), which may stand for
 * several modules. `options` ("a=1 b=2", NULL for none) belong to the modules named, not to what they need.
 * What the kernel has built in adds nothing and is no error.
 * 0, or -1 after reporting, with close matches for a name the kernel does not have.
 */
int modules_add(struct modules *modules, const char *name, const char *options, const char *why);

/* Adds the files at /lib/modules/RELEASE/... and /etc/rdinit/modules, in load order. Modules that
 * are compressed (gzip, xz, zstd) are unpacked: the image is compressed as a whole. 0, or -1 after reporting. */
int modules_finish(struct modules *modules, struct image *image);
void modules_free(struct modules *modules);	/* NULL is fine */

/* What was asked for or needed and is built into the kernel, so that no file was added: for -v. */
size_t modules_builtin_count(const struct modules *modules);
const char *modules_builtin_name(const struct modules *modules, size_t index);

#endif
