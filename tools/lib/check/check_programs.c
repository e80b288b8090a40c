// SPDX-License-Identifier: MIT
/* check_programs.c - the programs that a boot comes to, in the order in which it does. */
#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/count.h"
#include "init/pure/limits.h"
#include "init/pure/executable.h"
#include "init/pure/mode.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/check/check_program.h"

#define SCRIPTS_MAX 5 /* scripts that name scripts; Linux' own limit */

static const char name_it[] = "name a program of the image, or add it: program PATH in a recipe";

bool check_is_executable(const struct archive_entry *entry)
{
	uint32_t mode = entry->newc.fields.mode;

	return S_ISREG(mode) && (mode & 0111);
}

struct span check_program_bytes(const struct check *check, const struct check_program *program)
{
	if (!program->entry || !check_is_executable(program->entry))
		return (struct span){ NULL, 0 };
	return archive_data(check->archive, program->entry);
}

char *check_script_interpreter(struct span bytes)
{
	char interpreter[INTERPRETER_MAX];

	if (bytes.len < 2 || memcmp(bytes.data, "#!", 2))
		return NULL;
	if (bytes.len > EXECUTABLE_HEAD)
		bytes.len = EXECUTABLE_HEAD;
	if (executable_interpreter(bytes, interpreter))
		return NULL;
	return xstrdup(interpreter);
}

static void add(struct check *check, enum check_role role, const char *path, char *whose)
{
	struct check_program program = { .role = role,
					 .path = arena_strdup(&check->texts, path),
					 .whose = arena_strdup(&check->texts, whose) };

	free(whose);
	program.entry = check_resolve(check, path, &program.why);
	check->programs = xreallocarray(check->programs, check->program_count + 1, sizeof(program));
	check->programs[check->program_count++] = program;
}

/* The last program added, and what its first lines lead to. */
static void add_interpreters(struct check *check)
{
	for (int depth = 0; depth < SCRIPTS_MAX; depth++) {
		const struct check_program *script = &check->programs[check->program_count - 1];
		char *path = check_script_interpreter(check_program_bytes(check, script)), *whose;

		if (!path)
			return;
		whose = xasprintf("the interpreter %s of %s", shown(path), shown(script->path));
		add(check, CHECK_INTERPRETS, path, whose);
		free(path);
	}
}

static const char *path_of(const struct check *check, char **line)
{
	char *rest = *line = xstrdup(check->append ? check->append : "");
	const char *path = NULL;
	struct word word;

	for (int i = 0; i < check->settings.env_count && i < SETTINGS_ENV_MAX; i++)
		if (!strncmp(check->settings.env[i], "PATH=", 5))
			path = check->settings.env[i] + 5;
	while (cmdline_next(&rest, &word) && !cmdline_is_end(&word))
		if (!strcmp(word.name, "PATH") && word.value)
			path = word.value;
	return path ? path : DEFAULT_PATH;
}

/* Searches like init/program/start.c; malloc'd, or NULL: no file of PATH can be executed. */
static char *look_up(const struct check *check, const char *name)
{
	char *line, *found = NULL, *first = NULL;
	const char *why;

	for (const char *dir = path_of(check, &line); *dir && !found; dir += strspn(dir, ":")) {
		size_t len = strcspn(dir, ":");
		char *path = xasprintf("%.*s/%s", (int)len, dir, name);
		const struct archive_entry *entry = archive_resolve(check->archive, path, &why);

		if (entry && check_is_executable(entry))
			found = xstrdup(path);
		else if (entry && !first)
			first = xstrdup(path);
		free(path);
		dir += len;
	}
	free(line);
	if (!found)
		return first;
	free(first);
	return found;
}

/* `name` is the first word of what `from` holds, or NULL if it holds none. */
static void add_run(struct check *check, const char *name, const char *from)
{
	char *path;

	if (!name || !*name) {
		check_report(check, CHECK_NO_PROGRAM, CHECK_ERROR, name_it,
			     "%s names no program, or has an open quote or more than %d arguments",
			     from, RUN_WORDS_MAX);
		return;
	}
	path = strchr(name, '/') ? xstrdup(name) : look_up(check, name);
	if (!path) {
		check_report(check, CHECK_NO_PROGRAM, CHECK_ERROR, name_it,
			     "%s names %s, which is in no directory of PATH in the image", from,
			     shown(name));
		return;
	}
	add(check, CHECK_RUNS, path, xasprintf("the program %s of %s", shown(path), from));
	if (check->programs[check->program_count - 1].entry)
		add_interpreters(check);
	else
		check_report(check, CHECK_NO_PROGRAM, CHECK_ERROR, name_it,
			     "%s names %s, which is not in the image", from, shown(path));
	free(path);
}

/* Neither a program nor a root was asked for: the image is the system. */
static void add_stay(struct check *check)
{
	static const char *const places[] = { OWN_INIT, SHELL };
	const char *why;

	for (size_t i = 0; i < COUNT(places); i++) {
		/* The first that is there, as in init/stay.c: usable or not. */
		if (!archive_resolve(check->archive, places[i], &why))
			continue;
		add(check, CHECK_RUNS, places[i], xasprintf("the program %s", places[i]));
		add_interpreters(check);
		return;
	}
	if (check->append)
		check_report(check, CHECK_NO_PROGRAM, CHECK_ERROR, name_it,
			     "/init finds nothing to run: no root=, no rdinit.run=, no " RUN_FILE
			     ", no " OWN_INIT ", no " SHELL);
	else
		check_skip(
			check, CHECK_NO_PROGRAM,
			"the image names no program, and the command line is unknown (--append)");
}

static void add_ours(struct check *check)
{
	enum mode_from from = mode_from(&check->settings);
	char *words[RUN_WORDS_MAX + 1], *text;
	int count;

	if (from == FROM_ROOT_WORD)
		return;
	count = check_run_words(check, words, &text);
	if (from == FROM_RUN_FILE && (!text || (!*text && !count))) {
		if (!check->only_runs)
			add_stay(check);
	} else if (check_mode(check) != MODE_RUN_IN_ROOT)
		add_run(check, count > 0 ? words[0] : NULL, mode_from_name(from));
	free(text);
}

void check_find_programs(struct check *check)
{
	struct span bytes;

	add(check, CHECK_STARTS, check->rdinit, xstrdup(shown(check->rdinit)));
	if (check->programs[0].entry)
		add_interpreters(check);
	bytes = check_program_bytes(check, &check->programs[0]);
	/* A program that does not start needs no interpreter. */
	if (check->is_ours && !check->archive->is_damaged && bytes.len >= sizeof(Elf64_Ehdr) &&
	    le16(bytes.data + offsetof(Elf64_Ehdr, e_machine)) == EM_X86_64)
		add_ours(check);
}
