// SPDX-License-Identifier: MIT
/* script.c - what a script's #! line starts, and env for it. */
#include "tools/lib/program/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/sysroot.h"

#define WORDS_MAX 128 /* of a line of 255 bytes */
#define BLANKS " \t\n\v\f\r"

struct words {
	char *all[WORDS_MAX + 1]; /* ended by NULL */
	size_t count;
	const char *why; /* env refuses the text */
};

/* The meaning of "\X"; -1: env has no such escape. "\_" is a blank within "...", and else ends the
 * word, as "\c" ends everything. */
static int escaped(char c)
{
	static const char letters[] = "fnrtv#$\"'\\_", bytes[] = "\f\n\r\t\v#$\"'\\ ";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? bytes[at - letters] : -1;
}

/* Appends one word of -S's text to `word`. Returns the text after it. */
static const char *next_word(const char *text, struct buffer *word, struct words *words)
{
	char quote = '\0';

	for (; *text && (quote || !strchr(BLANKS, *text)); text++) {
		int byte = *text == '\\' ? escaped(text[1]) : -1;

		if (quote ? *text == quote : *text == '"' || *text == '\'') {
			quote = quote ? '\0' : *text;
		} else if (*text == '\\' && quote == '\'' && text[1] != '\'' && text[1] != '\\') {
			buffer_add(word, text, 1);
		} else if (*text == '\\' && text[1] == 'c' && quote != '"') {
			return text + strlen(text);
		} else if (*text == '\\' && text[1] == '_' && !quote) {
			return text + 2;
		} else if (*text == '\\' && byte < 0) {
			words->why = "env has no such escape after -S";
			return text + strlen(text);
		} else if (*text == '\\') {
			buffer_add(word, &(char){ (char)byte }, 1);
			text++;
		} else if (*text == '$' && quote != '\'') {
			words->why = "it has a variable that only the guest knows";
			return text + strlen(text);
		} else {
			buffer_add(word, text, 1);
		}
	}
	if (quote)
		words->why = "a quote after -S has no end";
	return text;
}

/* Inserts the words of `text` before those from `at` on. */
static void split(struct words *words, const char *text, size_t at)
{
	char *rest[WORDS_MAX + 1];
	size_t left = words->count - at;

	memcpy(rest, words->all + at, left * sizeof(*rest));
	words->count = at;
	while (*(text += strspn(text, BLANKS)) && *text != '#' && !words->why &&
	       words->count + left < WORDS_MAX) {
		struct buffer word = { 0 };

		text = next_word(text, &word, words);
		words->all[words->count++] = word.data ? word.data : xstrdup("");
	}
	memcpy(words->all + words->count, rest, left * sizeof(*rest));
	words->count += left;
	words->all[words->count] = NULL;
}

/* Whether an option of this name uses the next word, or the rest of its own. */
static bool has_value(char letter)
{
	return letter == 'u' || letter == 'C' || letter == 'a';
}

/* One word of short options: -i0v may stand together, -u and -S take what follows. */
static void skip_short(struct words *words, size_t *at)
{
	char *word = xstrdup(words->all[*at]);

	++*at;
	for (const char *letter = word + 1; *letter; letter++) {
		if (*letter == 'S') {
			const char *text = letter[1] ? letter + 1 : words->all[*at];

			*at += !letter[1] && text;
			if (text)
				split(words, text, *at);
			break;
		}
		if (has_value(*letter)) {
			*at += !letter[1] && words->all[*at];
			break;
		}
	}
	free(word);
}

static void skip_long(struct words *words, size_t *at)
{
	static const char split_string[] = "--split-string";
	const char *word = words->all[*at], *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	bool takes = (len > 3 && !strncmp(word, "--unset", len)) ||
		     (len > 2 && !strncmp(word, "--chdir", len)) ||
		     (len > 2 && !strncmp(word, "--argv0", len));

	++*at;
	if (len > 2 && !strncmp(word, split_string, len)) {
		if (!value && words->all[*at])
			value = words->all[(*at)++] - 1;
		if (value)
			split(words, value + 1, *at);
	} else if (takes && !value && words->all[*at]) {
		++*at;
	}
}

/* The index of the first word that is neither an option nor NAME=VALUE. */
static size_t skip(struct words *words)
{
	size_t at = 0;

	while (words->all[at] && words->all[at][0] == '-') {
		const char *word = words->all[at];

		if (!strcmp(word, "--") || !strcmp(word, "-")) {
			at++;
			break;
		}
		if (word[1] == '-')
			skip_long(words, &at);
		else
			skip_short(words, &at);
	}
	while (words->all[at] && strchr(words->all[at], '='))
		at++;
	return at;
}

char *env_words_program(const char *text, const char **why)
{
	size_t len = strlen(text += strspn(text, " \t"));
	struct words *words = xcalloc(1, sizeof(*words));
	char *program;
	size_t at;

	while (len && strchr(" \t", text[len - 1]))
		len--;
	if (len)
		words->all[words->count++] = xstrndup(text, len);
	at = skip(words);
	program = words->why || !words->all[at] ? NULL : xstrdup(words->all[at]);
	*why = words->why;
	if (program && strpbrk(program, BLANKS) && words->count == 1)
		*why = "the kernel gives env all of the line as one argument: split it with -S";
	for (size_t i = 0; i < words->count; i++)
		free(words->all[i]);
	free(words);
	return program;
}

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
	for (size_t i = 0; i < COUNT(managers) && !found; i++)
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
