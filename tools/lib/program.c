/* program.c - a program of this host into the image, with all it needs to start. */
#include "tools/lib/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/closure.h"
#include "tools/lib/error.h"
#include "tools/lib/layout.h"
#include "tools/lib/ldcache.h"
#include "tools/lib/mem.h"

#define SCRIPT_DEPTH 5		/* the kernel follows as many #! (fs/exec.c, exec_binprm()) */
#define SCRIPT_LINE 256		/* bytes of the #! line the kernel looks at (BINPRM_BUF_SIZE) */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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

static int is_program(const char *path)
{
	struct stat info;

	return !stat(path, &info) && S_ISREG(info.st_mode) && (info.st_mode & 0111);
}

char *program_lookup(const char *name)
{
	const char *list = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, F_OK) ? NULL : absolute(name);
	for (const char *at = list && *list ? list : DEFAULT_PATH; *name && *at;
	     at += strcspn(at, ":"), at += !!*at) {
		char *path = xasprintf("%.*s/%s", (int)strcspn(at, ":"), at, name);
		char *result = is_program(path) ? absolute(path) : NULL;

		free(path);
		if (result)
			return result;
	}
	return NULL;
}

static int add_object(struct image *image, const struct closure *closure, size_t index,
		      const char *why)
{
	const struct object *object = &closure->objects[index];
	const char *user = closure->objects[object->loader].path;
	char *reason = index ? xasprintf("needed by %s", user) : xstrdup(why);
	int result = layout_add(image, object->path, reason);

	if (!result && object->found_by == FOUND_CONF && closure->loader == LOADER_GLIBC) {
		char *dir = xstrndup(object->path,
				     (size_t)(strrchr(object->path, '/') - object->path));

		if (!ldconf_is_builtin(dir))
			result = ldcache_add(image, object->name, object->path, reason);
		free(dir);
	}
	free(reason);
	return result;
}

static int report_missing(const struct closure *closure)
{
	for (size_t i = 0; i < closure->missing_count; i++)
		error("%s not found: needed by %s; the program will not start",
		      shown(closure->missing[i].name),
		      shown(closure->objects[closure->missing[i].needed_by].path));
	return closure->missing_count ? -1 : 0;
}

static int add_elf(struct image *image, const char *path, const char *dest, const char *why)
{
	struct closure closure;
	int result = closure_open(&closure, path);

	if (!result)
		result = report_missing(&closure);
	for (size_t i = dest ? 1 : 0; !result && i < closure.count; i++)
		result = add_object(image, &closure, i, why);
	if (!result && closure.loader == LOADER_MUSL && !access(LDCONF_MUSL, R_OK))
		result = layout_add(image, LDCONF_MUSL, why);
	closure_free(&closure);
	return result;
}

static int add_any(struct image *image, const char *path, const char *dest, const char *why,
		   int depth);

/* The program that `env WORDS` starts: the first word that is no option and no NAME=value. */
static char *env_program(char *words)
{
	char *state = NULL;

	for (char *word = strtok_r(words, " \t", &state); word;
	     word = strtok_r(NULL, " \t", &state))
		if (word[0] != '-' && !strchr(word, '='))
			return word;
	return NULL;
}

/* `line` is what stands behind the #!. */
static int add_interpreters(struct image *image, const char *script, char *line, int depth)
{
	char *interpreter = line + strspn(line, " \t");
	char *rest = interpreter + strcspn(interpreter, " \t");
	const char *base;
	char *why, *program, *found;
	int result;

	if (*rest)
		*rest++ = '\0';
	if (depth >= SCRIPT_DEPTH)
		return error_errno(ELOOP, "%s: script interpreter %s", shown(script),
				   shown(interpreter));
	if (interpreter[0] != '/')
		return error("%s: script interpreter \"%s\": not an absolute path",
			     shown(script), shown(interpreter));
	if (access(interpreter, F_OK))
		return error("%s not found: script interpreter of %s; the program will not start",
			     shown(interpreter), shown(script));
	why = xasprintf("needed by %s, a script", script);
	result = add_any(image, interpreter, NULL, why, depth + 1);
	base = strrchr(interpreter, '/') + 1;
	program = !result && !strcmp(base, "env") ? env_program(rest) : NULL;
	if (program) {
		found = program_lookup(program);
		result = found ? add_any(image, found, NULL, why, depth + 1)
			       : error("%s not found in PATH: needed by %s; the program will not "
				       "start", shown(program), shown(script));
		free(found);
	}
	free(why);
	return result;
}

/* Reads the first line. Returns 1 for a script, 0 for none, -1 after reporting. */
static int script_line(const char *path, char line[SCRIPT_LINE + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, line, SCRIPT_LINE);

	if (len < 0) {
		error_errno(errno, "%s", shown(path));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return line[0] == '#' && line[1] == '!';
}

static int add_itself(struct image *image, const char *path, const char *dest, const char *why)
{
	struct entry *entry;
	struct stat info;

	if (!dest)
		return layout_add(image, path, why);
	if (stat(path, &info))
		return error_errno(errno, "%s", shown(path));
	entry = image_add_file(image, dest, path, info.st_mode & 07777, why);
	if (entry)
		entry->mtime = info.st_mtime;
	return entry ? 0 : -1;
}

static int add_any(struct image *image, const char *path, const char *dest, const char *why,
		   int depth)
{
	char line[SCRIPT_LINE + 1];
	struct stat info;
	int script;

	if (stat(path, &info))
		return error_errno(errno, "%s", shown(path));
	if (!S_ISREG(info.st_mode))
		return error("%s: not a program: %s", shown(path),
			     S_ISDIR(info.st_mode) ? "a directory" : "not a regular file");
	if (!(info.st_mode & 0111))
		return error("%s: not executable (chmod +x?)", shown(path));
	script = script_line(path, line);
	if (script < 0)
		return -1;
	if (script ? add_interpreters(image, path, line + 2, depth)
		   : add_elf(image, path, dest, why))
		return -1;
	return script || dest ? add_itself(image, path, dest, why) : 0;
}

int program_add(struct image *image, const char *name, const char *dest, const char *why,
		char **placed_at)
{
	char *path = program_lookup(name);
	int result;

	if (!path && strchr(name, '/'))
		return error_errno(errno, "%s", shown(name));
	if (!path)
		return error("%s: no such program in PATH", shown(name));
	result = add_any(image, path, dest, why, 0);
	if (!result && placed_at)
		*placed_at = xstrdup(dest ? dest : path);
	free(path);
	return result;
}
