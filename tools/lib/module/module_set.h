/* SPDX-License-Identifier: MIT */
/* module_set.h - the modules of an image while they are collected; between the module_*.c files. */
#ifndef TOOLS_LIB_MODULE_SET_H
#define TOOLS_LIB_MODULE_SET_H

#include <stdbool.h>

#include "init/pure/modname.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/module/kmod.h"
#include "tools/lib/module/modprobe_conf.h"
#include "tools/lib/module/module.h"

/* Places in struct modules' list of items. */
struct indices {
	size_t *list;
	size_t count;
};

enum visit {
	VISIT_NONE,
	VISIT_BEGUN, /* what it needs is being ordered: met again, it is a cycle */
	VISIT_DONE,
};

struct item {
	char *name;
	char *path; /* on the host */
	char *options; /* from the line that asked for it, or NULL */
	char *why;
	struct buffer info; /* its modinfo texts */
	bool is_signed;
	struct indices
		before; /* modules that are loaded before it: depends, softdep pre, weakdep */
	struct indices after; /* softdep post */
	enum visit visit;
	enum module_load load; /* known once all are ordered, as the rest is */
	size_t rank; /* in its list: the line of /etc/rdinit/drivers */
};

struct ask {
	size_t index;
	enum module_load load;
};

struct modules {
	struct kmod_ctx *kmod;
	char *dir, *release, *firmware_dir;
	struct item *items; /* in the order they were met */
	size_t count;
	struct ask *asks; /* modules that lines named, in their order */
	size_t ask_count;
	struct conf_row *conf;
	size_t conf_count;
	char **firmware; /* asked for by name */
	size_t firmware_count;
	int wants_index;
	enum module_signatures signatures;
	enum firmware_reading firmware_reading;
};

void indices_add(struct indices *indices, size_t index); /* once each */

/* module.c: an item with all that it needs, or one that is there. `found` gets its index, and
 * nothing where the kernel has it built in. 0, or -1 after reporting. */
int modules_collect(struct modules *modules, struct kmod_module *module, const char *why,
		    struct indices *found);

/* module_find.c: takes every module that `text` stands for: a path, a pattern, a name or an alias.
 * Returns how many there are, built-in and blacklisted ones counted, or -1 after reporting. */
int modules_find(struct modules *modules, const char *text, const char *why, struct indices *found);

/* module_find.c: the same of one alias, where their files lie in one of `directories` (module.h);
 * NULL for any. */
int modules_find_alias(struct modules *modules, const char *text, const char *const *directories,
		       const char *why, struct indices *found);

/* module_need.c: fills `before` and `after` of item `index`. 0, or -1 after reporting. */
int modules_find_needs(struct modules *modules, size_t index);

/* module_conf.c */
struct conf_row {
	enum modconf_kind kind;
	char *name, *value;
	char *where; /* "FILE:LINE" */
};
/* The next row of this kind for the module `name` after row `*at` (from 0), or NULL. */
const struct conf_row *conf_next(const struct modules *modules, enum modconf_kind kind,
				 const char *name, size_t *at);

/* module_driver.c: /etc/rdinit/drivers. `sorted`: the items loaded on a device, by rank. */
int modules_write_drivers(struct modules *modules, struct image *image, struct item *const *sorted,
			  size_t count);

/* The options of an item as the kernel takes them, those of modprobe.d first; appended. */
void modules_options(const struct modules *modules, const struct item *item, struct buffer *out);
/* Where the item is in the image, without the ending of its compression; malloc'd. */
char *modules_image_path(const struct modules *modules, const struct item *item);

/* firmware.c: adds the firmware of modules and of lines. Returns 0, or -1 after reporting. */
int modules_add_firmware(struct modules *modules, struct image *image);

/* module_index.c: the tables of depmod(8), where they are wanted. 0, or -1 after reporting. */
int modules_write_index(struct modules *modules, struct image *image);

#endif
