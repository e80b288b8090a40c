/* SPDX-License-Identifier: MIT */
/* volume.h - a directory or file of this machine at a path of the guest, or a tmpfs. */
#ifndef TOOLS_LIB_VOLUME_H
#define TOOLS_LIB_VOLUME_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/recipe/recipe.h"

#define VOLUMES_MAX 40 /* /init reads 64 lines of rdinit.mount= */

enum volume_mode {
	VOLUME_WRITABLE, /* what the guest writes is on this machine */
	VOLUME_READ_ONLY,
	VOLUME_OVERLAY, /* what it writes stays in its memory */
	VOLUME_EMPTY, /* nothing of this machine: a tmpfs */
};

struct volume {
	char *host; /* a path of this machine; of VOLUME_EMPTY options, as mount(8) has them */
	char *guest; /* a clean path of the guest */
	enum volume_mode mode;
	bool is_file;
};

struct volumes {
	struct volume
		*list; /* a path comes after the paths that contain it, once they are checked */
	size_t count;
};

/* Parses HOST:GUEST[:rw|ro|overlay], as docker has it, and adds it. Returns 0, or an exit status
 * after reporting: 2 for what is no such text, 1 for a file that cannot be shared. */
int volumes_add(struct volumes *volumes, const char *text);

/* Adds a directory or file that the guest finds at the same path and can write to. The same
 * results. */
int volumes_add_writable(struct volumes *volumes, const char *path);

/* Parses DIR[:OPTIONS] of a tmpfs, and adds it. Returns 0, or 2 after reporting. */
int volumes_add_empty(struct volumes *volumes, const char *text);

/* Whether any of them is of this machine. */
bool volumes_are_shared(const struct volumes *volumes);

/* Sorts them, and checks that no two are at one path. Returns 0, or 2 after reporting. */
int volumes_check(struct volumes *volumes);

bool volumes_have(const struct volumes *volumes, enum volume_mode mode);

/* Adds the parameters of /init that mount them. The share with the volumes 0, 1, ... is the one
 * that host_volumes_open() opened. Returns 0, or -1 after reporting. */
int volumes_recipe(const struct volumes *volumes, struct recipe *recipe);

void volumes_free(struct volumes *volumes);

#endif
