/* closure.c - every library a program loads, found as ld.so would, without running anything. */
#include "tools/lib/closure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/error.h"
#include "tools/lib/mem.h"

/* Maps a regular file. Returns 0 or an errno value; an empty file is a span of length 0. */
static int map_file(const char *path, void **map, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

static void object_free(struct object *object)
{
	elf_deps_free(&object->deps);
	if (object->map)
		munmap(object->map, object->map_len);
	free(object->path);
}

/* Reads `path` into `object`. Returns its kind, ELF_KIND_NONE if it cannot be read. */
static enum elf_kind object_read(struct object *object, const char *path)
{
	enum elf_kind kind;

	memset(object, 0, sizeof(*object));
	if (map_file(path, &object->map, &object->map_len))
		return ELF_KIND_NONE;
	object->path = xstrdup(path);
	kind = elf_deps_read((struct span){ object->map, object->map_len }, &object->deps);
	if (kind != ELF_KIND_GOOD)
		object_free(object);
	return kind;
}

static size_t object_keep(struct closure *closure, struct object *object)
{
	closure->objects = xreallocarray(closure->objects, closure->count + 1, sizeof(*object));
	closure->objects[closure->count] = *object;
	return closure->count++;
}

/* The directory that $ORIGIN means. ld.so takes a program's from /proc/self/exe, which is
 * resolved, and a library's from the path it opened, which is not. */
static char *origin_of(const struct closure *closure, size_t index)
{
	const char *path = closure->objects[index].path;
	char *real = index == 0 ? realpath(path, NULL) : NULL;
	char *origin = real ? real : xstrdup(path);
	char *slash = strrchr(origin, '/');

	if (slash)
		slash[slash == origin] = '\0';
	return origin;
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

static int try_dir(struct object *object, const char *dir, const char *name)
{
	char *path;
	int found;

	if (dir[0] != '/')
		return 0;
	path = xasprintf("%s/%s", dir, name);
	/* ld.so goes on after a library of another architecture (/lib32), and so do we. */
	found = object_read(object, path) == ELF_KIND_GOOD;
	free(path);
	return found;
}

/* Tries each directory of RPATH or RUNPATH `list` of object `owner`. */
static int try_path(struct closure *closure, size_t owner, const char *list, const char *name,
		    struct object *object)
{
	static const char *const libs[] = { "lib/x86_64-linux-gnu", "lib64", "lib" };
	char *origin = origin_of(closure, owner);
	int found = 0;

	for (const char *at = list; at && *at && !found; at += strcspn(at, ":"), at += !!*at) {
		size_t len = strcspn(at, ":");

		for (size_t i = 0; i < 3 && !found; i++) {
			char *dir = expand(at, len, origin, libs[i]);

			found = try_dir(object, dir, name);
			free(dir);
		}
	}
	free(origin);
	object->found_by = FOUND_RPATH;
	return found;
}

/* musl: RPATH and RUNPATH are one, and inherited from every loader on the way. */
static int try_musl(struct closure *closure, size_t owner, const char *name, struct object *object)
{
	for (size_t at = owner;; at = closure->objects[at].loader) {
		const struct elf_deps *deps = &closure->objects[at].deps;

		const char *list = deps->runpath ? deps->runpath : deps->rpath;

		if (try_path(closure, at, list, name, object))
			return 1;
		if (closure->objects[at].loader == at)
			return 0;
	}
}

/* glibc, elf/dl-load.c, _dl_map_object(): without a RUNPATH of its own an object is searched for
 * in the RPATHs of all its loaders, then the program's; with one, only there. */
static int try_glibc(struct closure *closure, size_t owner, const char *name, struct object *object)
{
	const struct elf_deps *own = &closure->objects[owner].deps;
	size_t at = owner;

	if (own->runpath)
		return try_path(closure, owner, own->runpath, name, object);
	for (;;) {
		if (try_path(closure, at, closure->objects[at].deps.rpath, name, object))
			return 1;
		if (closure->objects[at].loader == at)
			break;
		at = closure->objects[at].loader;
	}
	return at != 0 && try_path(closure, 0, closure->objects[0].deps.rpath, name, object);
}

static int find(struct closure *closure, size_t owner, const char *name, struct object *object)
{
	if (strchr(name, '/')) {
		object->found_by = FOUND_RPATH;
		return object_read(object, name) == ELF_KIND_GOOD;
	}
	if (closure->loader == LOADER_MUSL ? try_musl(closure, owner, name, object)
					   : try_glibc(closure, owner, name, object))
		return 1;
	for (size_t i = 0; i < closure->conf.count; i++) {
		if (try_dir(object, closure->conf.dirs[i], name)) {
			object->found_by = FOUND_CONF;
			return 1;
		}
	}
	return 0;
}

/* musl's loader is the C library, whatever the name: ldso/dynlink.c, load_library(). */
static int is_musl_itself(const char *name)
{
	static const char *const reserved[] = { "c.",  "pthread.", "rt.",   "m.",
						"dl.", "util.",	   "xnet." };

	if (strncmp(name, "lib", 3))
		return 0;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strncmp(name + 3, reserved[i], strlen(reserved[i])))
			return 1;
	return 0;
}

static int is_loaded(const struct closure *closure, const char *name)
{
	if (closure->loader == LOADER_MUSL && is_musl_itself(name))
		return 1;
	for (size_t i = 0; i < closure->count; i++) {
		const struct object *object = &closure->objects[i];

		if (object->name && !strcmp(object->name, name))
			return 1;
		if (object->deps.soname && !strcmp(object->deps.soname, name))
			return 1;
	}
	for (size_t i = 0; i < closure->missing_count; i++)
		if (!strcmp(closure->missing[i].name, name))
			return 1;
	return 0;
}

static void add_missing(struct closure *closure, const char *name, size_t needed_by)
{
	size_t count = closure->missing_count++;

	closure->missing = xreallocarray(closure->missing, count + 1, sizeof(*closure->missing));
	closure->missing[count] = (struct missing){ name, needed_by };
}

/* Loads what objects[from] and all later ones need. */
static void follow(struct closure *closure, size_t from)
{
	for (size_t i = from; i < closure->count; i++) {
		for (size_t k = 0; k < closure->objects[i].deps.needed_count; k++) {
			const char *name = closure->objects[i].deps.needed[k];
			struct object object;

			if (is_loaded(closure, name))
				continue;
			if (!find(closure, i, name, &object)) {
				add_missing(closure, name, i);
				continue;
			}
			object.name = name;
			object.loader = i;
			object_keep(closure, &object);
		}
	}
}

int closure_refuse(const char *path, enum elf_kind kind, const char *machine)
{
	if (kind == ELF_KIND_FOREIGN)
		return error("%s: a program for %s, and the machine is x86-64", shown(path),
			     machine);
	if (kind == ELF_KIND_OBJECT)
		return error("%s: an object file or core dump, not a program", shown(path));
	if (kind == ELF_KIND_BROKEN)
		return error("%s: a truncated or damaged ELF file", shown(path));
	return error("%s: not a program: neither an ELF file nor a script with #!",
		     shown(path));
}

/* The program and its interpreter. A static program is a closure of one. */
static int start(struct closure *closure, const char *program)
{
	struct object object;
	enum elf_kind kind;
	void *map;
	size_t len;
	int err = map_file(program, &map, &len);

	if (err)
		return error_errno(err, "%s", shown(program));
	if (map)
		munmap(map, len);
	kind = object_read(&object, program);
	if (kind != ELF_KIND_GOOD)
		return closure_refuse(program, kind, object.deps.machine);
	object_keep(closure, &object);
	closure->loader = ldconf_loader(object.deps.interp);
	if (!object.deps.interp)
		return 0;
	if (object_read(&object, closure->objects[0].deps.interp) != ELF_KIND_GOOD) {
		add_missing(closure, closure->objects[0].deps.interp, 0);
		return 0;
	}
	object_keep(closure, &object);
	return 0;
}

int closure_open(struct closure *closure, const char *program)
{
	memset(closure, 0, sizeof(*closure));
	if (start(closure, program))
		return -1;
	ldconf_read(closure->loader, closure->loader == LOADER_MUSL ? LDCONF_MUSL : LDCONF_GLIBC,
		    &closure->conf);
	follow(closure, 0);
	return 0;
}

int closure_dlopen(struct closure *closure, const char *path)
{
	struct object object;

	if (object_read(&object, path) != ELF_KIND_GOOD)
		return -1;
	object.loader = closure->count;
	follow(closure, object_keep(closure, &object));
	return 0;
}

void closure_free(struct closure *closure)
{
	for (size_t i = 0; i < closure->count; i++)
		object_free(&closure->objects[i]);
	free(closure->objects);
	free(closure->missing);
	ldconf_free(&closure->conf);
	memset(closure, 0, sizeof(*closure));
}
