/* runtime.c - the library trees that interpreters like perl and python cannot start without. */
#include "tools/lib/program/runtime.h"

#include <fnmatch.h>
#include <fts.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/closure.h"
#include "tools/lib/program/layout.h"
#include "tools/lib/program/sysroot.h"

#define DIRS_MAX 10
#define SKIP_MAX 14

/* A row an interpreter. `program` is matched with the real path, after symlinks. In `dirs`, %p is
 * its prefix ("/usr" of /usr/bin/x) and %n its file name; each is a glob(7), and those that are not
 * there are passed over. `skip`: fnmatch(3) patterns of paths left out. */
static const struct runtime {
	const char *program;
	const char *dirs[DIRS_MAX];
	const char *skip[SKIP_MAX];
} runtimes[] = {
	{ "*/bin/perl*",
	  { "/etc/perl", "%p/local/lib/x86_64-linux-gnu/perl", "%p/local/share/perl",
	    "%p/lib/x86_64-linux-gnu/perl5", "%p/lib/x86_64-linux-gnu/perl-base",
	    "%p/lib/x86_64-linux-gnu/perl", "%p/share/perl", "%p/share/perl5", "%p/lib64/perl5",
	    "%p/lib/perl5" },
	  { "*/CORE", "*.pod", "*/perl/debug*", "*.a", "*.h", "*.ph" } },
	{ "*/bin/python3*",
	  { "%p/lib/%n", "%p/lib64/%n", "%p/lib/python3/dist-packages",
	    "%p/local/lib/%n/dist-packages", "%p/local/lib/%n/site-packages", "/etc/%n" },
	  { "*/python3*/config-*", "*/python3*/test", "*/python3*/ensurepip", "*/python3*/idlelib",
	    "*/python3*/turtledemo", "*/python3*/lib2to3", "*-packages/pip",
	    "*-packages/setuptools", "*-packages/pkg_resources", "*-packages/_distutils_hack",
	    "*-packages/distutils-precedence.pth", "*-packages/wheel", "*.a" } },
};

/* An interpreter found in the image: what runtime_add() works on. */
struct found {
	const struct runtime *runtime;
	char *program; /* its path below the root */
	const char *root; /* sysroot.h */
};

static const struct runtime *runtime_of(const struct entry *entry)
{
	if (!S_ISREG(entry->mode) || !entry->host_path || !(entry->mode & 0111) ||
	    (entry->rank != IMAGE_PROGRAM && entry->rank != IMAGE_NEEDED))
		return NULL;
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (!fnmatch(runtimes[i].program, entry->path, 0))
			return &runtimes[i];
	return NULL;
}

static char *expand(const char *pattern, const char *program)
{
	const char *name = strrchr(program, '/') + 1;
	struct buffer out = { NULL, 0, 0 };

	for (; *pattern; pattern++) {
		if (pattern[0] == '%' && pattern[1] == 'p')
			buffer_add(&out, program, (size_t)(name - program) - strlen("/bin/"));
		else if (pattern[0] == '%' && pattern[1] == 'n')
			buffer_text(&out, name);
		else
			buffer_add(&out, pattern, 1);
		pattern += pattern[0] == '%';
	}
	return out.data;
}

static int is_skipped(const struct runtime *runtime, const char *path)
{
	for (size_t i = 0; i < SKIP_MAX && runtime->skip[i]; i++)
		if (!fnmatch(runtime->skip[i], path, 0))
			return 1;
	return 0;
}

static int is_extension(const FTSENT *item)
{
	return path_has_suffix(item->fts_name, ".so");
}

/* To a file: with the file, wherever it is (/etc/python3/sitecustomize.py). To a directory: the
 * link alone, because the directory is in the tree as well (perl/5.36 -> 5.36.0), or not needed. */
static int add_link(struct image *image, const char *root, const char *path, const char *why)
{
	char *target = sysroot_readlink(root, path);
	struct stat info;
	int result = 0;

	if (target && !sysroot_stat(root, path, &info))
		result = S_ISREG(info.st_mode) ? layout_add(image, root, path, why)
			 : image_add_symlink(image, path, target, why) ? 0
								       : -1;
	free(target);
	return result;
}

/* `path` is below the root. */
static int add_item(struct image *image, struct closure *closure, const FTSENT *item,
		    const char *path, const char *why)
{
	int result;

	if (item->fts_info == FTS_SL)
		return add_link(image, closure->source.root, path, why);
	if (item->fts_info != FTS_F)
		return 0;
	result = layout_add(image, closure->source.root, path, why);
	if (!result && is_extension(item))
		closure_dlopen(closure, path);
	return result;
}

/* Everything below folder `dir` of the host. */
static int add_tree(struct image *image, const struct runtime *runtime, struct closure *closure,
		    char *dir, const char *why)
{
	FTS *tree =
		fts_open((char *[]){ dir, NULL }, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	FTSENT *item;
	int result = 0;

	while (!result && tree && (item = fts_read(tree))) {
		const char *path = sysroot_inside(closure->source.root, item->fts_path);

		if (is_skipped(runtime, path))
			fts_set(tree, item, FTS_SKIP);
		else
			result = add_item(image, closure, item, path, why);
	}
	if (tree)
		fts_close(tree);
	return result;
}

/* The folders that a pattern is for. With a sysroot only the folder above its first wildcard is
 * followed within; a symlink further down that leads out of it is not. */
static int add_pattern(struct image *image, const struct runtime *runtime, struct closure *closure,
		       const char *pattern, const char *why)
{
	char *host = sysroot_path(closure->source.root, pattern, LAST_FOLLOWED);
	glob_t found;
	int result = 0;

	if (host && !glob(host, 0, NULL, &found)) {
		for (size_t k = 0; k < found.gl_pathc && !result; k++)
			result = add_tree(image, runtime, closure, found.gl_pathv[k], why);
		globfree(&found);
	}
	free(host);
	return result;
}

static int add_dirs(struct image *image, const struct runtime *runtime, struct closure *closure,
		    const char *why)
{
	int result = 0;

	for (size_t i = 0; i < DIRS_MAX && runtime->dirs[i] && !result; i++) {
		char *pattern = expand(runtime->dirs[i], closure->objects[0].path);

		result = add_pattern(image, runtime, closure, pattern, why);
		free(pattern);
	}
	return result;
}

static int add_runtime(struct image *image, const struct found *found)
{
	const struct closure_source source = { .root = found->root, .dlopen = DLOPEN_RECOMMENDED };
	struct closure closure;
	char *why = xasprintf("needed by %s: its library tree", found->program);
	int result = closure_open(&closure, found->program, source);

	if (!result)
		result = add_dirs(image, found->runtime, &closure, why);
	for (size_t i = 0; i < closure.count && !result; i++)
		result = layout_add(image, found->root, closure.objects[i].path, why);
	for (size_t i = 0; i < closure.missing_count && !result; i++)
		warning("%s not found: needed by %s; importing it will fail",
			shown(closure.missing[i].name),
			shown(closure.objects[closure.missing[i].needed_by].path));
	closure_free(&closure);
	free(why);
	return result;
}

/* Which of the roots the entry's bytes are from. */
static const char *root_of(const struct entry *entry, const char *const *roots)
{
	for (; *roots; roots++) {
		size_t len = strlen(*roots);

		if (!strncmp(entry->host_path, *roots, len) && entry->host_path[len] == '/')
			return *roots;
	}
	return "";
}

/* The list of entries is good until the first add only, so all are looked for first. */
static struct found *find_all(const struct image *image, const char *const *roots,
			      size_t *found_count)
{
	size_t count;
	struct entry **entries = image_sorted(image, &count);
	struct found *all = xcalloc(count + 1, sizeof(*all));

	*found_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct runtime *runtime = runtime_of(entries[i]);
		const char *root = runtime ? root_of(entries[i], roots) : "";
		const char *path =
			*root ? sysroot_inside(root, entries[i]->host_path) : entries[i]->path;

		if (runtime)
			all[(*found_count)++] = (struct found){ runtime, xstrdup(path), root };
	}
	free(entries);
	return all;
}

int runtime_add(struct image *image, const char *const *roots)
{
	size_t count;
	struct found *all = find_all(image, roots, &count);
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (!result)
			result = add_runtime(image, &all[i]);
		free(all[i].program);
	}
	free(all);
	return result;
}
