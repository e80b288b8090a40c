// SPDX-License-Identifier: MIT
/* applets.c - busybox and a symlink for each of its applets. */
#include "tools/lib/program/applets.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/program/elf_deps.h"
#include "tools/lib/program/applet_table.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/sysroot.h"

#define BUSYBOX "/bin/busybox"
#define FILE_MAX ((size_t)64 << 20) /* bytes; with glibc and all of its applets it has 2 MB */

static int add_link(struct image *image, const char *name, const char *why)
{
	char *path = path_join(applet_folder(name), name);
	int result = 0;

	if (strcmp(path, BUSYBOX) && !image_add_symlink(image, path, BUSYBOX, why))
		result = -1;
	free(path);
	return result;
}

/* Each of the list that is `name`, or all for NULL. How many, or -1. */
static int add_matching(struct image *image, struct span list, const char *name, const char *why)
{
	const char *applet;
	int count = 0;

	while (count >= 0 && (applet = applet_next(&list)))
		if (!name || !strcmp(applet, name))
			count = add_link(image, applet, why) < 0 ? -1 : count + 1;
	return count;
}

static int add_links(struct image *image, struct span list, const char *const *names,
		     const struct program *program)
{
	if (!*names)
		return add_matching(image, list, NULL, program->why) < 0 ? -1 : 0;
	for (; *names; names++) {
		int count = add_matching(image, list, *names, program->why);

		if (count < 0)
			return -1;
		if (!count)
			return error("%s: %s has no applet \"%s\"", program->why,
				     shown(program->name), shown(*names));
	}
	return 0;
}

/* The libraries of a busybox for another processor are unknown: a static one works. */
static int add_program(struct image *image, const char *path, struct span file,
		       const struct program *program)
{
	struct elf_deps deps;
	int result;

	if (elf_deps_read(file, &deps) == ELF_KIND_FOREIGN) {
		warning("%s: %s is for %s: packed without the libraries that it may need",
			program->why, shown(path), deps.machine);
		result = layout_put(image, program->root, path, BUSYBOX, program->why);
	} else {
		result = program_add(image, program, NULL);
	}
	elf_deps_free(&deps);
	return result;
}

/* `path` is that of the sysroot. */
static int add_all(struct image *image, const char *path, const char *const *names,
		   const struct program *program)
{
	char *file = sysroot_path(program->root, path, LAST_FOLLOWED);
	struct buffer bytes = { 0 };
	struct span span, list;
	int result = file ? whole_file(file, FILE_MAX, "busybox", &bytes) : -1;

	span = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	list = result ? span : applet_table(span);
	if (!result && !list.data)
		result = error(
			"%s: %s has no list of applets: is it a compressed busybox, or another program?",
			program->why, shown(program->name));
	if (!result)
		result = add_program(image, path, span, program);
	if (!result)
		result = add_links(image, list, names, program);
	buffer_free(&bytes);
	free(file);
	return result;
}

int applets_add(struct image *image, const char *root, const char *busybox,
		const char *const *names, const char *why)
{
	const struct program program = {
		.name = busybox, .dest = BUSYBOX, .root = root, .why = why
	};
	char *path = program_find(root, busybox);
	int result;

	if (path)
		result = add_all(image, path, names, &program);
	else
		result = error("%s: %s: not found", why, shown(busybox));
	free(path);
	return result;
}
