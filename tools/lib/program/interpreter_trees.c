// SPDX-License-Identifier: MIT
/* interpreter_trees.c - the library trees that interpreters like perl and python cannot start
 * without. */
#include "tools/lib/program/interpreter_trees.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/closure.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/sysroot.h"

#define DIRS_MAX 12
#define SKIP_MAX 14
#define VENV_CONFIG_MAX 4095 /* bytes of a pyvenv.cfg; it has five lines */

/* A row an interpreter. `program` is matched with the real path, after symlinks; `library` is the
 * interpreter as a library of other programs. In `dirs`, %p is its prefix ("/usr" of /usr/bin/x),
 * %n its file name and %v the virtual environment it was found in; each is a glob(7), and those
 * that are not there are passed over. `skip`: fnmatch(3) patterns of paths left out. */
static const struct runtime {
	const char *program, *library;
	const char *dirs[DIRS_MAX];
	const char *skip[SKIP_MAX];
} runtimes[] = {
	{ "*/bin/perl*",
	  NULL,
	  { "/etc/perl", "%p/local/lib/x86_64-linux-gnu/perl", "%p/local/share/perl",
	    "%p/lib/x86_64-linux-gnu/perl5", "%p/lib/x86_64-linux-gnu/perl-base",
	    "%p/lib/x86_64-linux-gnu/perl", "%p/share/perl", "%p/share/perl5", "%p/lib64/perl5",
	    "%p/lib/perl5" },
	  { "*/CORE", "*.pod", "*/perl/debug*", "*.a", "*.h", "*.ph" } },
	{ "*/bin/python3*",
	  "*/libpython3.*.so.*",
	  { "%v/pyvenv.cfg", "%v/lib", "%p/lib/%n", "%p/lib64/%n", "%p/lib/python3/dist-packages",
	    "%p/local/lib/%n/dist-packages", "%p/local/lib/%n/site-packages", "/etc/%n" },
	  { "*/python3*/config-*", "*/python3*/test", "*/python3*/ensurepip", "*/python3*/idlelib",
	    "*/python3*/turtledemo", "*/python3*/lib2to3", "*-packages/pip",
	    "*-packages/setuptools", "*-packages/pkg_resources", "*-packages/_distutils_hack",
	    "*-packages/distutils-precedence.pth", "*-packages/wheel", "*.a" } },
	{ "*/bin/gdb", NULL, { "%p/share/gdb" }, { NULL } },
};

#define PYTHON 1 /* its row */

/* An interpreter in the image, for interpreter_trees_add(). */
struct found {
	const struct runtime *runtime;
	char *program; /* its path below the root */
	char *prefix, *name, *venv; /* %p, %n, %v; venv: NULL for none */
	const char *root; /* sysroot.h */
	bool is_library;
};

static void found_free(struct found *found)
{
	free(found->program);
	free(found->prefix);
	free(found->name);
	free(found->venv);
}

/* NULL if it is about a virtual environment, and there is none. */
static char *expand(const char *pattern, const struct found *found)
{
	struct buffer out = { NULL, 0, 0 };

	if (!strncmp(pattern, "%v", 2) && !found->venv)
		return NULL;
	for (; *pattern; pattern++) {
		if (pattern[0] != '%')
			buffer_add(&out, pattern, 1);
		else if (*++pattern == 'p')
			buffer_text(&out, found->prefix);
		else
			buffer_text(&out, *pattern == 'n' ? found->name : found->venv);
	}
	return out.data ? out.data : xstrdup("/");
}

static bool is_skipped(const struct runtime *runtime, const char *path)
{
	for (size_t i = 0; i < SKIP_MAX && runtime->skip[i]; i++)
		if (!fnmatch(runtime->skip[i], path, 0))
			return true;
	return false;
}

static bool is_extension(const FTSENT *item)
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
		result = S_ISREG(info.st_mode) ? image_layout_add(image, root, path, why)
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
	result = image_layout_add(image, closure->source.root, path, why);
	if (!result && is_extension(item))
		closure_dlopen(closure, path);
	return result;
}

/* Everything below directory `dir` of the host. */
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

/* The directories that a pattern is for. With a sysroot only the directory above its first wildcard
 * is followed within; a symlink further down that leads out of it is not. */
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

static int add_dirs(struct image *image, const struct found *found, struct closure *closure,
		    const char *why)
{
	const struct runtime *runtime = found->runtime;
	int result = 0;

	for (size_t i = 0; i < DIRS_MAX && runtime->dirs[i] && !result; i++) {
		char *pattern = expand(runtime->dirs[i], found);

		if (pattern)
			result = add_pattern(image, runtime, closure, pattern, why);
		free(pattern);
	}
	return result;
}

static int add_trees(struct image *image, const struct found *found)
{
	const struct closure_source source = { .root = found->root,
					       .dlopen = DLOPEN_RECOMMENDED,
					       .is_library = found->is_library };
	struct closure closure;
	char *why = xasprintf("needed by %s: its library tree", found->program);
	int result = closure_open(&closure, found->program, source);

	if (!result)
		result = add_dirs(image, found, &closure, why);
	for (size_t i = 0; i < closure.count && !result; i++)
		result = image_layout_add(image, found->root, closure.objects[i].path, why);
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

/* A wrapper of the interpreter's name has no trees; the program that it starts has. */
static bool is_script(const char *host_path)
{
	int fd = open(host_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[2] = "";
	bool is_one = fd >= 0 && read(fd, head, 2) == 2 && head[0] == '#' && head[1] == '!';

	if (fd >= 0)
		close(fd);
	return is_one;
}

static const struct runtime *trees_of(const struct entry *entry, bool *is_library)
{
	if (!S_ISREG(entry->mode) || !entry->host_path ||
	    (entry->rank != IMAGE_PROGRAM && entry->rank != IMAGE_NEEDED))
		return NULL;
	for (size_t i = 0; i < COUNT(runtimes); i++) {
		*is_library = runtimes[i].library && !fnmatch(runtimes[i].library, entry->path, 0);
		if (*is_library ||
		    (entry->mode & 0111 && !fnmatch(runtimes[i].program, entry->path, 0)))
			return is_script(entry->host_path) ? NULL : &runtimes[i];
	}
	return NULL;
}

/* "/usr" and "python3.11" of /usr/bin/python3.11; the same of
 * /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0. */
static void name_trees(struct found *found)
{
	const char *path = found->program, *name = strrchr(path, '/') + 1;
	const char *lib = found->is_library ? strstr(path, "/lib") : NULL;

	if (lib) {
		found->prefix = xstrndup(path, (size_t)(lib - path));
		name += strlen("lib");
		found->name = xstrndup(name, (size_t)(strstr(name, ".so") - name));
	} else {
		found->prefix = xstrndup(path, (size_t)(name - path) - strlen("/bin/"));
		found->name = xstrdup(name);
	}
}

/* The value of a line "key = value" of a pyvenv.cfg, malloc'd, or NULL. */
static char *venv_value(const char *text, const char *key)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = text + strcspn(text, "\n");
		text += strspn(text, " \t");
		if (strncmp(text, key, strlen(key)))
			continue;
		text += strlen(key);
		text += strspn(text, " \t");
		if (*text++ == '=') {
			text += strspn(text, " \t");
			return xstrndup(text, strcspn(text, "\r\n"));
		}
	}
	return NULL;
}

/* The base of a virtual environment: its `home` is the directory of the interpreter it was made of,
 * whose trees it needs, too, also where it has a copy of it. */
static void name_base(struct found *found, const char *text)
{
	char *home = venv_value(text, "home"), *version = venv_value(text, "version");
	char *end = home ? strrchr(home, '/') : NULL, *minor;

	if (!version)
		version = venv_value(text, "version_info");
	minor = version ? strchr(version, '.') : NULL;
	if (end && !strcmp(end, "/bin") && minor) {
		minor[1 + strcspn(minor + 1, ".")] = '\0';
		free(found->prefix);
		free(found->name);
		found->prefix = xstrndup(home, (size_t)(end - home));
		found->name = xasprintf("python%s", version);
	}
	free(home);
	free(version);
}

/* Of a python at `path` in the image, a link or a file: the environment it is in, if it is in one.
 * Source: PEP 405; the module venv. */
static bool find_venv(struct found *found, const char *path, const char *root)
{
	char *dir = path_parent(path), *venv = path_parent(dir);
	char *config = path_join(venv, "pyvenv.cfg");
	int fd = sysroot_open(root, config, O_RDONLY | O_NONBLOCK);
	char text[VENV_CONFIG_MAX + 1];
	ssize_t len = fd < 0 ? -1 : read(fd, text, VENV_CONFIG_MAX);

	if (fd >= 0)
		close(fd);
	if (len >= 0) {
		text[len] = '\0';
		*found = (struct found){ .runtime = &runtimes[PYTHON],
					 .program = sysroot_resolve(root, path, LAST_FOLLOWED),
					 .root = root };
	}
	if (len >= 0 && found->program) {
		name_trees(found);
		found->venv = xstrdup(venv);
		name_base(found, text);
	}
	free(config);
	free(venv);
	free(dir);
	return len >= 0 && found->program;
}

static bool is_venv(struct found *found, const struct entry *entry, const char *const *roots)
{
	if (fnmatch("*/bin/python*", entry->path, 0) ||
	    (!S_ISLNK(entry->mode) && !(S_ISREG(entry->mode) && entry->host_path)))
		return false;
	for (; *roots; roots++)
		if (find_venv(found, entry->path, *roots))
			return true;
	return find_venv(found, entry->path, "");
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
		struct found *found = &all[*found_count];
		bool is_library;
		const struct runtime *runtime = trees_of(entries[i], &is_library);
		const char *root = runtime ? root_of(entries[i], roots) : "";
		const char *path =
			*root ? sysroot_inside(root, entries[i]->host_path) : entries[i]->path;

		if (is_venv(found, entries[i], roots)) {
			++*found_count;
		} else if (runtime) {
			*found = (struct found){ .runtime = runtime,
						 .program = xstrdup(path),
						 .root = root,
						 .is_library = is_library };
			name_trees(found);
			++*found_count;
		}
	}
	free(entries);
	return all;
}

int interpreter_trees_add(struct image *image, const char *const *roots)
{
	size_t count;
	struct found *all = find_all(image, roots, &count);
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		if (!result)
			result = add_trees(image, &all[i]);
		found_free(&all[i]);
	}
	free(all);
	return result;
}
