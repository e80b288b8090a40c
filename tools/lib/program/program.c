// SPDX-License-Identifier: MIT
/* program.c - a program into the image, with all it needs to start. */
#include "tools/lib/program/program.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/limits.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/closure.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/ldcache.h"
#include "tools/lib/program/nss.h"
#include "tools/lib/program/script.h"
#include "tools/lib/program/sysroot.h"

/* `.` components and the like stay out of the image's paths; symlinks stay in. */
static char *absolute(const char *path)
{
	char *slash, *dir, *result;
	char cwd[PATH_MAX];

	if (path[0] == '/' && !strstr(path, "/../"))
		return xstrdup(path);
	if (path[0] != '/' && !strstr(path, "../") && getcwd(cwd, sizeof(cwd)))
		return xasprintf("%s/%s", strcmp(cwd, "/") ? cwd : "",
				 strncmp(path, "./", 2) ? path : path + 2);
	slash = strrchr(path, '/');
	dir = xasprintf("%.*s", (int)(slash - path), path);
	result = realpath(*dir ? dir : "/", NULL);
	free(dir);
	dir = result ? xasprintf("%s%s", strcmp(result, "/") ? result : "", slash) : xstrdup(path);
	free(result);
	return dir;
}

static bool is_program(const char *root, const char *path)
{
	struct stat info;

	return !sysroot_stat(root, path, &info) && S_ISREG(info.st_mode) && (info.st_mode & 0111);
}

/* A path of the sysroot: no working directory of ours means anything there. */
static char *find_path(const char *root, const char *name)
{
	struct stat info;
	char *path;

	if (!*root)
		return access(name, F_OK) ? NULL : absolute(name);
	if (*name != '/' || sysroot_stat(root, name, &info))
		return NULL;
	path = strstr(name, "/../") ? sysroot_resolve(root, name, LAST_KEPT) : xstrdup(name);
	return path;
}

char *program_find(const char *root, const char *name)
{
	const char *list = *root ? DEFAULT_PATH : getenv("PATH");

	if (strchr(name, '/'))
		return find_path(root, name);
	for (const char *at = list && *list ? list : DEFAULT_PATH; *name && *at;
	     at += strcspn(at, ":"), at += !!*at) {
		char *path = xasprintf("%.*s/%s", (int)strcspn(at, ":"), at, name), *result = NULL;

		if (is_program(root, path))
			result = *root ? xstrdup(path) : absolute(path);
		free(path);
		if (result)
			return result;
	}
	return NULL;
}

char *program_lookup(const char *name)
{
	return program_find("", name);
}

/* Why objects[index] comes; malloc'd. */
static char *reason_of(const struct closure *closure, size_t index, const char *why)
{
	const struct object *object = &closure->objects[index];
	const char *user = closure->objects[object->loader].path;

	if (!index)
		return xstrdup(why);
	if (object->loader == index)
		return xasprintf("needed by %s, with dlopen", closure->objects[0].path);
	if (object->feature)
		return xasprintf("needed by %s, with dlopen for %s", user, object->feature);
	return xasprintf("needed by %s", user);
}

/* A library that $ORIGIN leads to from a program that was moved. */
static int add_placed(struct image *image, const struct closure *closure,
		      const struct object *object, const char *reason)
{
	char *place = image_layout_resolve(image, object->placed);
	int result = image_layout_put(image, closure->source.root, object->path, place, reason);

	free(place);
	return result;
}

/* The directory that is searched: that of a copy for better processors is below it. */
static char *plain_directory(const struct object *object)
{
	char *dir = path_parent(object->path);
	size_t len = strlen(dir), more = strlen(object->hwcaps);

	if (more && len >= more)
		dir[len - more] = '\0';
	return dir;
}

static int add_object(struct image *image, const struct closure *closure, size_t index,
		      const char *why)
{
	const struct object *object = &closure->objects[index];
	char *reason = reason_of(closure, index, why), *dir = plain_directory(object);
	int result;

	if (object->placed)
		result = add_placed(image, closure, object, reason);
	else
		result = image_layout_add(image, closure->source.root, object->path, reason);
	if (!result && object->found_by == FOUND_CONF && closure->loader == LOADER_GLIBC &&
	    !ldconf_is_builtin(dir))
		result = ldcache_add(image, object->name, object->path, object->hwcaps, reason);
	free(dir);
	free(reason);
	return result;
}

/* Whether the image would work without it: 0, or -1 after reporting. */
static int report(const struct closure *closure, const struct missing *missing)
{
	const char *user = closure->objects[missing->needed_by].path;

	if (!missing->feature)
		return error("%s not found: needed by %s; the program will not start",
			     shown(missing->name), shown(user));
	if (missing->priority == DLOPEN_REQUIRED)
		return error(
			"%s not found: %s requires it for \"%s\", with dlopen(3); omit it with "
			"dlopen=none",
			shown(missing->name), shown(user), shown(missing->feature));
	warning("%s not found: %s for \"%s\" by %s; that part of it will not work",
		shown(missing->name), dlopen_priority_name(missing->priority),
		shown(missing->feature), shown(user));
	return 0;
}

static int report_missing(const struct closure *closure)
{
	int result = 0;

	for (size_t i = 0; i < closure->missing_count; i++)
		result |= report(closure, &closure->missing[i]);
	return result;
}

/* A library that the guest finds only on better processors than QEMU's plain ones. */
static void warn_hwcaps(const struct closure *closure)
{
	for (size_t i = 0; i < closure->count; i++) {
		const struct object *object = &closure->objects[i], *plain = object;

		for (size_t k = 0; k < closure->count && *object->hwcaps; k++)
			if (closure->objects[k].name && !*closure->objects[k].hwcaps &&
			    !strcmp(closure->objects[k].name, object->name))
				plain = &closure->objects[k];
		if (*object->hwcaps && plain == object)
			warning("%s: there is no plain %s; the program starts only on processors of "
				"that level",
				shown(object->path), shown(object->name));
	}
}

static int add_objects(struct image *image, const struct program *program, struct closure *closure)
{
	int result = 0;

	if (program->more & PROGRAM_NSS)
		result = nss_add(image, closure, program->why);
	if (program->more & PROGRAM_HWCAPS)
		closure_add_hwcaps(closure);
	if (!result)
		result = report_missing(closure);
	if (!result)
		warn_hwcaps(closure);
	for (size_t i = program->dest ? 1 : 0; !result && i < closure->count; i++)
		result = add_object(image, closure, i, program->why);
	return result;
}

static int add_elf(struct image *image, const struct program *program)
{
	char *dest = program->dest ? image_layout_resolve(image, program->dest) : NULL;
	struct closure closure;
	struct stat info;
	int result = closure_open(&closure, program->name,
				  (struct closure_source){ .root = program->root,
							   .dest = dest,
							   .dlopen = program->dlopen });

	if (!result)
		result = add_objects(image, program, &closure);
	if (!result && closure.loader == LOADER_MUSL &&
	    !sysroot_stat(program->root, LDCONF_MUSL, &info))
		result = image_layout_add(image, program->root, LDCONF_MUSL, program->why);
	closure_free(&closure);
	free(dest);
	return result;
}

/* By its name: ld.so(8) asks for no x bit. */
static bool is_library(const char *path)
{
	return path_has_suffix(path, ".so") || strstr(path_name(path), ".so.");
}

int program_add_any(struct image *image, const struct program *program, int depth)
{
	const char *path = program->name;
	char line[SCRIPT_LINE + 1];
	struct stat info;
	int script;

	if (sysroot_stat(program->root, path, &info))
		return error_errno(errno, "%s", shown(path));
	if (!S_ISREG(info.st_mode))
		return error("%s: not a program: %s", shown(path),
			     S_ISDIR(info.st_mode) ? "a directory" : "not a regular file");
	if (!(info.st_mode & 0111) && is_library(path))
		warning("%s: a library: packed with its own libraries, but not executable",
			shown(path));
	else if (!(info.st_mode & 0111))
		return error("%s: not executable (chmod +x?)", shown(path));
	script = script_line(program, line);
	if (script < 0)
		return -1;
	if (script ? script_add(image, program, line + 2, depth) : add_elf(image, program))
		return -1;
	if (program->dest)
		return image_layout_put(image, program->root, path, program->dest, program->why);
	return script ? image_layout_add(image, program->root, path, program->why) : 0;
}

static int not_found(const struct program *program)
{
	const char *name = shown(program->name), *root = shown(program->root);

	if (*root && *name != '/' && strchr(name, '/'))
		return error("%s: with a sysroot, name a program or its path below %s", name, root);
	if (*root)
		return error("%s: no such program below %s", name, root);
	return strchr(name, '/') ? error_errno(ENOENT, "%s", name)
				 : error("%s: no such program in PATH", name);
}

int program_add(struct image *image, const struct program *program, char **placed_at)
{
	struct program found = *program;
	char *path = program_find(program->root, program->name);
	int result;

	if (!path)
		return not_found(program);
	found.name = path;
	result = program_add_any(image, &found, 0);
	if (!result && placed_at)
		*placed_at = xstrdup(program->dest ? program->dest : path);
	free(path);
	return result;
}
