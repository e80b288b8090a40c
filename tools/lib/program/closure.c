// SPDX-License-Identifier: MIT
/* closure.c - every library a program loads, found as ld.so would, without running anything. */
#include "tools/lib/program/closure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/closure_find.h"
#include "tools/lib/program/sysroot.h"

static size_t object_keep(struct closure *closure, struct object *object)
{
	closure->objects = xreallocarray(closure->objects, closure->count + 1, sizeof(*object));
	closure->objects[closure->count] = *object;
	return closure->count++;
}

/* musl's loader is the C library, whatever the name: ldso/dynlink.c, load_library(). */
static bool is_musl_itself(const char *name)
{
	static const char *const reserved[] = { "c.",  "pthread.", "rt.",  "m.",
						"dl.", "util.",	   "xnet." };

	if (strncmp(name, "lib", 3))
		return false;
	for (size_t i = 0; i < COUNT(reserved); i++)
		if (!strncmp(name + 3, reserved[i], strlen(reserved[i])))
			return true;
	return false;
}

static bool is_loaded(const struct closure *closure, const char *name)
{
	if (closure->loader == LOADER_MUSL && is_musl_itself(name))
		return true;
	for (size_t i = 0; i < closure->count; i++) {
		const struct object *object = &closure->objects[i];

		if (object->name && !strcmp(object->name, name))
			return true;
		if (object->deps.soname && !strcmp(object->deps.soname, name))
			return true;
	}
	return false;
}

static struct missing *find_missing(const struct closure *closure, const char *name)
{
	for (size_t i = 0; i < closure->missing_count; i++)
		if (!strcmp(closure->missing[i].name, name))
			return &closure->missing[i];
	return NULL;
}

static struct missing *add_missing(struct closure *closure, const char *name, size_t needed_by)
{
	size_t count = closure->missing_count++;

	closure->missing = xreallocarray(closure->missing, count + 1, sizeof(*closure->missing));
	closure->missing[count] = (struct missing){ .name = xstrdup(name),
						    .needed_by = needed_by,
						    .priority = DLOPEN_REQUIRED };
	return &closure->missing[count];
}

/* 1 if objects[owner] finds it, which is then loaded, or 0. */
static int load(struct closure *closure, size_t owner, const char *name, const char *feature)
{
	struct object object;

	if (!closure_find(closure, owner, name, &object))
		return 0;
	object.name = xstrdup(name);
	object.feature = feature ? xstrdup(feature) : NULL;
	object.loader = owner;
	object_keep(closure, &object);
	return 1;
}

struct wisher {
	struct closure *closure;
	size_t owner;
};

static void load_wish(void *context, const struct dlopen_wish *wish)
{
	const struct wisher *wisher = context;
	struct closure *closure = wisher->closure;
	struct missing *missing;

	if (wish->priority > closure->source.dlopen)
		return;
	for (size_t i = 0; i < wish->count; i++)
		if (is_loaded(closure, wish->sonames[i]) ||
		    load(closure, wisher->owner, wish->sonames[i], wish->feature))
			return;
	if (find_missing(closure, wish->sonames[0]))
		return;
	missing = add_missing(closure, wish->sonames[0], wisher->owner);
	missing->feature = xstrdup(*wish->description ? wish->description : wish->feature);
	missing->priority = wish->priority;
}

static void follow_notes(struct closure *closure, size_t owner)
{
	struct wisher wisher = { closure, owner };
	int damaged = closure->objects[owner].deps.notes_are_damaged;

	if (closure->source.dlopen == DLOPEN_NONE)
		return;
	for (size_t i = 0; i < closure->objects[owner].deps.dlopen_count; i++)
		damaged |= dlopen_note_read(closure->objects[owner].deps.dlopen[i], load_wish,
					    &wisher);
	if (damaged)
		warning("%s: its note of libraries for dlopen(3) is damaged: these libraries may be "
			"missing",
			shown(closure->objects[owner].path));
}

#define UNWINDER "libgcc_s.so.1" /* glibc, nptl/unwind.h: pthread_exit() needs it */

/* glibc opens it when a thread ends itself or another one, and aborts where it is missing. */
static void follow_threads(struct closure *closure, size_t owner)
{
	const struct elf_deps *deps = &closure->objects[owner].deps;

	if (closure->loader == LOADER_GLIBC && deps->ends_threads &&
	    (!deps->soname || (strcmp(deps->soname, "libc.so.6") != 0 &&
			       strcmp(deps->soname, "libpthread.so.0") != 0)) &&
	    !is_loaded(closure, UNWINDER))
		load(closure, owner, UNWINDER, "ending threads");
}

/* A library that objects[owner] is linked to; an earlier dlopen(3) of it counts less. */
static void miss(struct closure *closure, const char *name, size_t owner)
{
	struct missing *missing = find_missing(closure, name);

	if (!missing)
		missing = add_missing(closure, name, owner);
	if (missing->feature)
		missing->needed_by = owner;
	free(missing->feature);
	missing->feature = NULL;
	missing->priority = DLOPEN_REQUIRED;
}

/* Loads what objects[from] and all later ones need. */
static void follow(struct closure *closure, size_t from)
{
	for (size_t i = from; i < closure->count; i++) {
		for (size_t k = 0; k < closure->objects[i].deps.needed_count; k++) {
			const char *name = closure->objects[i].deps.needed[k];

			if (!is_loaded(closure, name) && !load(closure, i, name, NULL))
				miss(closure, name, i);
		}
		follow_notes(closure, i);
		follow_threads(closure, i);
	}
}

/* Reports that `path` cannot run here: foreign, broken, an object file. Returns -1. */
static int closure_refuse(const char *path, enum elf_kind kind, const char *machine)
{
	if (kind == ELF_KIND_FOREIGN)
		return error("%s: a program for %s, but the machine is x86-64", shown(path),
			     machine);
	if (kind == ELF_KIND_OBJECT)
		return error("%s: an object file or core dump, not a program", shown(path));
	if (kind == ELF_KIND_BROKEN)
		return error("%s: a truncated or damaged ELF file", shown(path));
	return error("%s: not a program: neither an ELF file nor a script with #!", shown(path));
}

/* The program and its interpreter. A static program is a closure of one. */
static int start(struct closure *closure, const char *program)
{
	const char *root = closure->source.root, *interp;
	struct object object;
	enum elf_kind kind = object_read(&object, root, program);

	if (kind == ELF_KIND_NONE && errno)
		return error_errno(errno, "%s%s", shown(root), shown(program));
	if (kind != ELF_KIND_GOOD)
		return closure_refuse(program, kind, object.deps.machine);
	object.placed = closure->source.dest ? xstrdup(closure->source.dest) : NULL;
	object_keep(closure, &object);
	interp = closure->objects[0].deps.interp;
	closure->loader = closure->source.is_library ? LOADER_GLIBC : ldconf_loader(interp);
	if (interp && object_read(&object, root, interp) == ELF_KIND_GOOD)
		object_keep(closure, &object);
	else if (interp)
		add_missing(closure, interp, 0);
	return 0;
}

int closure_open(struct closure *closure, const char *program, struct closure_source source)
{
	*closure = (struct closure){ .source = source };
	if (start(closure, program))
		return -1;
	ldconf_read(closure->loader, source.root, &closure->conf);
	follow(closure, 0);
	return 0;
}

int closure_dlopen(struct closure *closure, const char *path)
{
	struct object object;

	if (object_read(&object, closure->source.root, path) != ELF_KIND_GOOD)
		return -1;
	object.loader = closure->count;
	follow(closure, object_keep(closure, &object));
	return 0;
}

int closure_dlopen_name(struct closure *closure, const char *name, const char *feature)
{
	size_t count = closure->count;

	if (is_loaded(closure, name))
		return 0;
	if (!load(closure, 0, name, feature))
		return -1;
	follow(closure, count);
	return 0;
}

/* The copies of objects[index] for higher processor levels, if there are any. */
static void add_copy(struct closure *closure, size_t index, const char *hwcaps)
{
	const struct object *plain = &closure->objects[index];
	char *dir = path_parent(plain->path),
	     *path = xasprintf("%s/%s%s", dir, hwcaps, plain->name);
	struct object copy;

	if (object_read(&copy, closure->source.root, path) == ELF_KIND_GOOD) {
		if (plain->placed) {
			free(dir);
			dir = path_parent(plain->placed);
			copy.placed = xasprintf("%s/%s%s", dir, hwcaps, plain->name);
		}
		copy.name = xstrdup(plain->name);
		copy.hwcaps = hwcaps;
		copy.found_by = plain->found_by;
		copy.loader = plain->loader;
		object_keep(closure, &copy);
	}
	free(path);
	free(dir);
}

void closure_add_hwcaps(struct closure *closure)
{
	size_t count = closure->count;

	for (size_t i = 0; i < count && closure->loader == LOADER_GLIBC; i++)
		for (size_t k = 1; k < HWCAPS_COUNT && closure->objects[i].name; k++)
			if (!*closure->objects[i].hwcaps && !strchr(closure->objects[i].name, '/'))
				add_copy(closure, i, closure_hwcaps[k]);
	follow(closure, count);
}

void closure_free(struct closure *closure)
{
	for (size_t i = 0; i < closure->count; i++)
		object_free(&closure->objects[i]);
	for (size_t i = 0; i < closure->missing_count; i++) {
		free(closure->missing[i].name);
		free(closure->missing[i].feature);
	}
	free(closure->objects);
	free(closure->missing);
	ldconf_free(&closure->conf);
	memset(closure, 0, sizeof(*closure));
}
