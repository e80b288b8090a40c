// SPDX-License-Identifier: MIT
/* closure_find.c - where the dynamic loaders look for one library. */
#include "tools/lib/program/closure_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/sysroot.h"

const char *const closure_hwcaps[HWCAPS_COUNT] = {
	"",
	"glibc-hwcaps/x86-64-v2/",
	"glibc-hwcaps/x86-64-v3/",
	"glibc-hwcaps/x86-64-v4/",
};

/* Maps a regular file. Returns 0 or an errno value; an empty file is a span of length 0. */
static int map_file(const char *root, const char *path, void **map, size_t *len)
{
	int fd = sysroot_open(root, path, O_RDONLY | O_NONBLOCK);
	struct stat info;
	int err = 0;

	*map = NULL;
	*len = 0;
	if (fd < 0)
		return errno;
	if (fstat(fd, &info))
		err = errno;
	else if (!S_ISREG(info.st_mode))
		err = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
	else if (info.st_size > 0) {
		*len = (size_t)info.st_size;
		*map = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (*map == MAP_FAILED)
			err = errno;
	}
	close(fd);
	if (err)
		*map = NULL;
	return err;
}

void object_free(struct object *object)
{
	elf_deps_free(&object->deps);
	if (object->map)
		munmap(object->map, object->map_len);
	free(object->path);
	free(object->placed);
	free(object->name);
	free(object->feature);
}

enum elf_kind object_read(struct object *object, const char *root, const char *path)
{
	enum elf_kind kind;

	*object = (struct object){ .hwcaps = "", .deps.machine = "" };
	errno = map_file(root, path, &object->map, &object->map_len);
	if (errno)
		return ELF_KIND_NONE;
	object->path = xstrdup(path);
	kind = elf_deps_read((struct span){ object->map, object->map_len }, &object->deps);
	if (kind != ELF_KIND_GOOD)
		object_free(object);
	errno = 0;
	return kind;
}

/* One library that is looked for. */
struct search {
	const struct closure *closure;
	const char *name;
	const char *hwcaps;
	struct object *object;
};

/* The directory that $ORIGIN means. ld.so takes a program's from /proc/self/exe, which is
 * resolved, and a library's from the path it opened, which is not. */
static char *origin_of(const struct closure *closure, size_t index)
{
	const char *path = closure->objects[index].path;
	char *real = index ? NULL : sysroot_resolve(closure->source.root, path, LAST_FOLLOWED);
	char *origin = path_parent(real ? real : path);

	free(real);
	return origin;
}

/* Its value in the image. */
static char *origin_in_image(const struct closure *closure, size_t index)
{
	const char *placed = closure->objects[index].placed;

	return placed ? path_parent(placed) : origin_of(closure, index);
}

/* Length of token $NAME or ${NAME} at the start of `text`, 0 if it is another one. */
static size_t token(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (!strncmp(text, "${", 2) && !strncmp(text + 2, name, len) && text[2 + len] == '}')
		return len + 3;
	return text[0] == '$' && !strncmp(text + 1, name, len) ? len + 1 : 0;
}

/* One directory of a search path with its tokens replaced; malloc'd. */
static char *expand(const char *dir, size_t len, const char *origin, const char *lib)
{
	struct buffer out = { NULL, 0, 0 };
	size_t used;

	for (size_t i = 0; i < len; i += used ? used : 1) {
		used = 0;
		if ((used = token(dir + i, "ORIGIN")))
			buffer_text(&out, origin);
		else if ((used = token(dir + i, "LIB")))
			buffer_text(&out, lib);
		else if ((used = token(dir + i, "PLATFORM")))
			buffer_text(&out, "x86_64");
		else
			buffer_add(&out, dir + i, 1);
	}
	return out.data ? out.data : xstrdup("");
}

static int try_dir(const struct search *search, const char *dir)
{
	char *path;
	int found;

	if (dir[0] != '/')
		return 0;
	path = xasprintf("%s/%s%s", dir, search->hwcaps, search->name);
	/* ld.so goes on after a library of another architecture (/lib32), and so do we. */
	found = object_read(search->object, search->closure->source.root, path) == ELF_KIND_GOOD;
	free(path);
	return found;
}

/* Where a library has to be that was found in `dir`, for the place from which `image_dir`
 * is seen. */
static void place(const struct search *search, const char *dir, const char *image_dir)
{
	if (strcmp(dir, image_dir))
		search->object->placed =
			xasprintf("%s/%s%s", image_dir, search->hwcaps, search->name);
}

/* Tries each directory of RPATH or RUNPATH `list` of object `owner`. */
static int try_path(const struct search *search, size_t owner, const char *list)
{
	static const char *const libs[] = { "lib/x86_64-linux-gnu", "lib64", "lib" };
	char *origin = origin_of(search->closure, owner);
	char *image_origin = origin_in_image(search->closure, owner);
	int found = 0;

	for (const char *at = list; at && *at && !found; at += strcspn(at, ":"), at += !!*at) {
		size_t len = strcspn(at, ":");

		for (size_t i = 0; i < 3 && !found; i++) {
			char *dir = expand(at, len, origin, libs[i]);
			char *image_dir = expand(at, len, image_origin, libs[i]);

			found = try_dir(search, dir);
			if (found)
				place(search, dir, image_dir);
			free(dir);
			free(image_dir);
		}
	}
	free(origin);
	free(image_origin);
	search->object->found_by = FOUND_RPATH;
	return found;
}

/* musl: RPATH and RUNPATH are one, and inherited from every loader on the way. */
static int try_musl(const struct search *search, size_t owner)
{
	const struct object *objects = search->closure->objects;

	for (size_t at = owner;; at = objects[at].loader) {
		const struct elf_deps *deps = &objects[at].deps;

		if (try_path(search, at, deps->runpath ? deps->runpath : deps->rpath))
			return 1;
		if (objects[at].loader == at)
			return 0;
	}
}

/* glibc, elf/dl-load.c, _dl_map_object(): an object without RUNPATH is searched in the RPATHs of
 * all its loaders, then in the program's; one with RUNPATH only there. */
static int try_glibc(const struct search *search, size_t owner)
{
	const struct object *objects = search->closure->objects;
	size_t at = owner;

	if (objects[owner].deps.runpath)
		return try_path(search, owner, objects[owner].deps.runpath);
	for (;;) {
		if (try_path(search, at, objects[at].deps.rpath))
			return 1;
		if (objects[at].loader == at)
			break;
		at = objects[at].loader;
	}
	return at != 0 && try_path(search, 0, objects[0].deps.rpath);
}

static int try_all(const struct search *search, size_t owner)
{
	const struct closure *closure = search->closure;

	if (closure->loader == LOADER_MUSL ? try_musl(search, owner) : try_glibc(search, owner))
		return 1;
	for (size_t i = 0; i < closure->conf.count; i++) {
		if (try_dir(search, closure->conf.dirs[i])) {
			search->object->found_by = FOUND_CONF;
			return 1;
		}
	}
	return 0;
}

int closure_find(const struct closure *closure, size_t owner, const char *name,
		 struct object *object)
{
	size_t levels = closure->loader == LOADER_MUSL ? 1 : HWCAPS_COUNT;

	if (strchr(name, '/')) {
		if (*name != '/' ||
		    object_read(object, closure->source.root, name) != ELF_KIND_GOOD)
			return 0;
		object->found_by = FOUND_RPATH;
		return 1;
	}
	for (size_t i = 0; i < levels; i++) {
		const struct search search = { closure, name, closure_hwcaps[i], object };

		if (try_all(&search, owner)) {
			object->hwcaps = closure_hwcaps[i];
			return 1;
		}
	}
	return 0;
}
