// SPDX-License-Identifier: MIT
/* program_script.c - what a script's #! line starts, and env for it. */
#include "tools/lib/program/program_script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/env_words.h"
#include "tools/lib/program/sysroot.h"

#define SHIM_BYTES 1023 /* of a script; a shim has 200 to 400 */
#define SCRIPT_DEPTH 5 /* the kernel follows as many #! (fs/exec.c, exec_binprm()) */

/* The program that `env WORDS` starts for a script. */
static int add_by_env(struct image *image, const struct program *script, struct program wanted,
		      const char *words, int depth)
{
	const char *why;
	char *name = env_words_program(words, &why), *found = NULL;
	int result = 0;

	if (!name && !why)
		return 0;
	if (name)
		found = program_find(script->root, name);
	if (found) {
		wanted.name = found;
		result = program_add_any(image, &wanted, depth);
	} else if (why) {
		result = error("%s: env %s: %s; the program will not start", shown(script->name),
			       shown(words), why);
	} else {
		result = error("%s not found in PATH: needed by %s; the program will not start",
			       shown(name), shown(script->name));
	}
	free(found);
	free(name);
	return result;
}

/* A script of pyenv and its like in a directory "shims" searches the program of that name when it
 * runs, in places that no image has. NULL, or the manager's name. */
static const char *shim_of(const struct program *script)
{
	static const char *const managers[] = { "pyenv", "rbenv", "nodenv", "plenv", "asdf" };
	char *dir = path_parent(script->name), text[SHIM_BYTES + 1];
	int fd = strcmp(path_name(dir), "shims")
			 ? -1
			 : sysroot_open(script->root, script->name, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, SHIM_BYTES);
	const char *found = NULL;

	text[len < 0 ? 0 : len] = '\0';
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers) && !found; i++)
		if (strstr(text, managers[i]))
			found = managers[i];
	if (fd >= 0)
		close(fd);
	free(dir);
	return found;
}

int script_add(struct image *image, const struct program *script, char *line, int depth)
{
	char *interpreter = line + strspn(line, " \t");
	char *rest = interpreter + strcspn(interpreter, " \t");
	struct program wanted = *script;
	const char *manager = shim_of(script);
	struct stat info;
	char *why;
	int result;

	if (*rest)
		*rest++ = '\0';
	if (manager)
		return error(
			"%s: a shim of %s, which searches the program when it runs: name that program "
			"(%s which %s)",
			shown(script->name), manager, manager, shown(path_name(script->name)));
	if (depth >= SCRIPT_DEPTH)
		return error_errno(ELOOP, "%s: script interpreter %s", shown(script->name),
				   shown(interpreter));
	if (interpreter[0] != '/')
		return error("%s: script interpreter \"%s\": not an absolute path",
			     shown(script->name), shown(interpreter));
	if (sysroot_stat(script->root, interpreter, &info))
		return error("%s not found: script interpreter of %s; the program will not start",
			     shown(interpreter), shown(script->name));
	why = xasprintf("needed by %s, a script", script->name);
	wanted.name = interpreter;
	wanted.dest = NULL;
	wanted.why = why;
	result = program_add_any(image, &wanted, depth + 1);
	if (!result && !strcmp(path_name(interpreter), "env"))
		result = add_by_env(image, script, wanted, rest, depth + 1);
	free(why);
	return result;
}

int script_line(const struct program *program, char line[SCRIPT_LINE + 1])
{
	int fd = sysroot_open(program->root, program->name, O_RDONLY | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, line, SCRIPT_LINE);

	if (len < 0) {
		error_errno(errno, "%s", shown(program->name));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return line[0] == '#' && line[1] == '!';
}
