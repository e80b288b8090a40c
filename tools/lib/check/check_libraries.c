// SPDX-License-Identifier: MIT
/* check_libraries.c - the rule of shared libraries, looked for as ld.so would in the image. */
#include <stdbool.h>
#include <stdlib.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/check/check_program.h"
#include "tools/lib/program/elf_deps.h"
#include "tools/lib/program/ldconf.h"

#define CACHE "/etc/ld.so.cache"
#define OBJECTS_MAX 1000 /* libraries of one program: a bound for what a stranger's image asks */

struct object {
	char *dir; /* the value of $ORIGIN */
	const char *name; /* the DT_NEEDED that led here, or NULL */
	size_t loader; /* index; its own for the program */
	struct elf_deps deps;
};

struct search {
	const struct check *check;
	struct object *objects;
	size_t count;
	enum loader loader;
	const char *interp; /* which is loaded before all others */
	char *interp_dir; /* its directory: a glibc in a place of its own searches there */
	char *cache; /* /etc/ld.so.cache, or NULL */
	size_t cache_len;
	char *musl_path; /* its list of directories, or NULL */
};

/* 1 if `path` is a library; it is then the next object. */
static int accept_library(struct search *search, const char *path, const char *name, size_t loader)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(search->check->archive, path, &why);
	struct object object = { .name = name, .loader = loader };

	if (!entry || (entry->newc.fields.mode & 0170000) != 0100000)
		return 0;
	if (elf_deps_read(archive_data(search->check->archive, entry), &object.deps) !=
	    ELF_KIND_GOOD) {
		elf_deps_free(&object.deps);
		return 0;
	}
	object.dir = path_parent(search->count ? path : entry->path);
	search->objects = xreallocarray(search->objects, search->count + 1, sizeof(object));
	search->objects[search->count++] = object;
	return 1;
}

/* The plain directory, and those that glibc prefers on a processor that has more: which one the
 * machine has is not known. */
static int try_dir(struct search *search, const char *dir, const char *name, size_t loader)
{
	static const char *const more[] = { "", "glibc-hwcaps/x86-64-v2/",
					    "glibc-hwcaps/x86-64-v3/", "glibc-hwcaps/x86-64-v4/" };
	int found = 0;

	for (size_t i = 0; i < 4 && !found && *dir == '/'; i++) {
		char *path = xasprintf("%s/%s%s", dir, more[i], name);

		found = accept_library(search, path, name, loader);
		free(path);
	}
	return found;
}

/* `from` with each $TOKEN or ${TOKEN} replaced; malloc'd. */
static char *expand(const char *from, size_t len, const char *token, const char *with)
{
	struct buffer out = { NULL, 0, 0 };
	size_t token_len = strlen(token);

	for (size_t i = 0; i < len; i++) {
		size_t brace = len - i > 1 && from[i + 1] == '{', used = 1 + brace + token_len;

		if (from[i] == '$' && len - i >= used + brace &&
		    !memcmp(from + i + 1 + brace, token, token_len) &&
		    (!brace || from[i + used] == '}')) {
			buffer_text(&out, with);
			i += used + brace - 1;
		} else {
			buffer_add(&out, from + i, 1);
		}
	}
	return out.data ? out.data : xstrdup("");
}

static int try_list(struct search *search, size_t owner, const char *list, const char *name,
		    size_t loader)
{
	static const char *const libs[] = { "lib/x86_64-linux-gnu", "lib64", "lib" };
	int found = 0;

	for (const char *at = list; at && *at && !found; at += strcspn(at, ":"), at += !!*at) {
		char *origin = expand(at, strcspn(at, ":"), "ORIGIN", search->objects[owner].dir);
		char *plain = expand(origin, strlen(origin), "PLATFORM", "x86_64");

		for (size_t i = 0; i < 3 && !found; i++) {
			char *dir = expand(plain, strlen(plain), "LIB", libs[i]);

			found = try_dir(search, dir, name, loader);
			free(dir);
		}
		free(origin);
		free(plain);
	}
	return found;
}

/* RPATHs are inherited from the loaders, a RUNPATH is the object's own; musl makes no difference
 * between the two. Sources: ld.so(8); musl's ldso/dynlink.c. */
static int try_own_paths(struct search *search, size_t owner, const char *name)
{
	const struct elf_deps *own = &search->objects[owner].deps;

	if (search->loader == LOADER_GLIBC && own->runpath)
		return try_list(search, owner, own->runpath, name, owner);
	for (size_t at = owner;; at = search->objects[at].loader) {
		const struct elf_deps *deps = &search->objects[at].deps;
		const char *list = search->loader == LOADER_MUSL && deps->runpath ? deps->runpath
										  : deps->rpath;

		if (try_list(search, at, list, name, owner))
			return 1;
		if (search->objects[at].loader == at)
			return 0;
	}
}

/* The cache holds whole paths, each ended by a NUL. */
static int try_cache(struct search *search, const char *name, size_t owner)
{
	char *end = xasprintf("/%s", name), *at = search->cache;
	size_t len = strlen(end) + 1;
	int found = 0;

	while (at && !found) {
		char *start =
			memmem(at, search->cache_len - (size_t)(at - search->cache), end, len);

		at = start ? start + 1 : NULL;
		while (start && start > search->cache && start[-1])
			start--;
		found = start && *start == '/' && accept_library(search, start, name, owner);
	}
	free(end);
	return found;
}

static int try_usual(struct search *search, const char *name, size_t owner)
{
	static const char glibc[] = "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:"
				    "/usr/lib64:/lib:/usr/lib";
	static const char musl[] = "/lib:/usr/local/lib:/usr/lib";

	if (search->loader == LOADER_MUSL)
		return try_list(search, 0, search->musl_path ? search->musl_path : musl, name,
				owner);
	return try_cache(search, name, owner) || try_list(search, 0, glibc, name, owner) ||
	       try_dir(search, search->interp_dir, name, owner);
}

/* musl's loader is libc, libm and the others itself. */
static bool is_loaded(const struct search *search, const char *name)
{
	static const char *const own[] = { "libc.",  "libpthread.", "librt.",  "libm.",
					   "libdl.", "libutil.",    "libxnet." };

	for (size_t i = 0; search->loader == LOADER_MUSL && i < COUNT(own); i++)
		if (!strncmp(name, own[i], strlen(own[i])))
			return true;
	if (!strcmp(name, path_name(search->interp)))
		return true;
	for (size_t i = 0; i < search->count; i++)
		if ((search->objects[i].name && !strcmp(search->objects[i].name, name)) ||
		    (search->objects[i].deps.soname &&
		     !strcmp(search->objects[i].deps.soname, name)))
			return true;
	return false;
}

static bool is_said(const char *const *said, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(said[i], name))
			return true;
	return false;
}

static void follow(struct check *check, struct search *search, const char *whose)
{
	const char **said = NULL;
	size_t said_count = 0;

	for (size_t i = 0; i < search->count && search->count < OBJECTS_MAX; i++) {
		for (size_t k = 0; k < search->objects[i].deps.needed_count; k++) {
			const char *name = search->objects[i].deps.needed[k];

			if (is_loaded(search, name) || is_said(said, said_count, name) ||
			    (strchr(name, '/') ? accept_library(search, name, name, i)
					       : try_own_paths(search, i, name) ||
							 try_usual(search, name, i)))
				continue;
			said = xreallocarray(said, said_count + 1, sizeof(*said));
			said[said_count++] = name;
			check_report(
				check, CHECK_NO_LIBRARY, CHECK_ERROR,
				"add it: `program PATH` in a recipe adds a program with its "
				"libraries",
				"%s needs the library %s, which is not where its loader searches",
				whose, shown(name));
		}
	}
	free(said);
}

static void judge(struct check *check, const struct check_program *program, const char *interp)
{
	struct search search = { .check = check,
				 .loader = ldconf_loader(interp),
				 .interp = interp };
	size_t len;

	search.interp_dir = path_parent(interp);
	search.cache = check_file(check, CACHE, &search.cache_len);
	search.musl_path = check_file(check, LDCONF_MUSL, &len);
	for (char *at = search.musl_path; at && *at; at++)
		if (*at == '\n')
			*at = ':';
	if (accept_library(&search, program->path, NULL, 0))
		follow(check, &search, program->whose);
	for (size_t i = 0; i < search.count; i++) {
		elf_deps_free(&search.objects[i].deps);
		free(search.objects[i].dir);
	}
	free(search.objects);
	free(search.interp_dir);
	free(search.cache);
	free(search.musl_path);
}

/* Of a loader that is neither glibc's nor musl's it is not known where it looks. */
static bool is_known(const char *interp)
{
	return strstr(interp, "ld-linux") || strstr(interp, "ld-musl");
}

void check_no_library(struct check *check)
{
	for (size_t i = 0; i < check->program_count; i++) {
		const struct check_program *program = &check->programs[i];
		struct span bytes = check_program_bytes(check, program);
		struct elf_deps deps = { .needed = NULL };

		if (check->archive->is_damaged || !bytes.data ||
		    elf_deps_read(bytes, &deps) != ELF_KIND_GOOD || !deps.interp) {
			elf_deps_free(&deps);
			continue;
		}
		if (is_known(deps.interp))
			judge(check, program, deps.interp);
		else
			check_skip(check, CHECK_NO_LIBRARY, "%s has an unknown loader: %s",
				   program->whose, shown(deps.interp));
		elf_deps_free(&deps);
	}
}
