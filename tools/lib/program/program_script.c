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
#include "tools/lib/program/sysroot.h"

#define SCRIPT_DEPTH 5 /* the kernel follows as many #! (fs/exec.c, exec_binprm()) */

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

/* What `env NAME` starts for a script. */
static int add_by_env(struct image *image, const struct program *script, struct program wanted,
		      int depth)
{
	char *found = program_find(script->root, wanted.name);
	int result;

	if (!found)
		return error("%s not found in PATH: needed by %s; the program will not start",
			     shown(wanted.name), shown(script->name));
	wanted.name = found;
	result = program_add_any(image, &wanted, depth);
	free(found);
	return result;
}

int script_add(struct image *image, const struct program *script, char *line, int depth)
{
	char *interpreter = line + strspn(line, " \t");
	char *rest = interpreter + strcspn(interpreter, " \t");
	struct program wanted = *script;
	struct stat info;
	char *why, *name;
	int result;

	if (*rest)
		*rest++ = '\0';
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
	name = !result && !strcmp(path_name(interpreter), "env") ? env_program(rest) : NULL;
	if (name) {
		wanted.name = name;
		result = add_by_env(image, script, wanted, depth + 1);
	}
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
