// SPDX-License-Identifier: MIT
/* recipe_line.c - what verbs read from their line, and how they report what is wrong with it. */
#include "tools/lib/recipe/recipe_line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

int line_error(const struct line *line, size_t word, const char *format, ...)
{
	unsigned int column = word < line->count ? line->words[word].column : line->end_column;
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	line->recipe->errors++;
	if (*line->file)
		error("%s:%u: %s", line->why, column, text);
	else
		error("%s: %s", line->why, text);
	free(text);
	return -1;
}

int line_expected(const struct line *line, size_t word, const char *what)
{
	if (word >= line->count)
		return line_error(line, word, "expected %s, found the end of the line", what);
	return line_error(line, word, "expected %s, found \"%s\"", what,
			  shown(line->words[word].text));
}

const char *line_word(const struct line *line, size_t word)
{
	return line->words[word].text;
}

char *line_host_path(const struct line *line, size_t word)
{
	return path_beside(line->file, line_word(line, word));
}

static int parse(const char *text, int base, uint32_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text >= '0' + base)
			return -1;
		sum = sum * (uint64_t)base + (uint64_t)(*text - '0');
		if (sum > UINT32_MAX)
			return -1;
	}
	*value = (uint32_t)sum;
	return 0;
}

int line_number(const struct line *line, size_t word, const char *what, uint32_t *value)
{
	if (!parse(line_word(line, word), 10, value))
		return 0;
	return line_error(line, word, "expected %s, a number of 0 to 4294967295, found \"%s\"",
			  what, shown(line_word(line, word)));
}

int line_mode(const struct line *line, size_t word, uint32_t kind, uint32_t *mode)
{
	/* gen_init_cpio's %o, which lets the type of the file stand in the mode. */
	if (!parse(line_word(line, word), 8, mode) && (*mode & ~07777u & ~kind) == 0) {
		*mode &= 07777;
		return 0;
	}
	return line_expected(line, word, "a mode of 0 to 7777, in octal");
}

int line_absolute(const struct line *line, size_t word)
{
	const char *fault;
	char *clean = path_clean(line_word(line, word), &fault);

	free(clean);
	if (clean)
		return 0;
	return line_error(line, word, "expected a path in the image, found \"%s\": %s",
			  shown(line_word(line, word)), fault);
}

struct image_defaults recipe_set_rank(struct image *image, enum image_rank rank)
{
	struct image_defaults defaults = image_defaults(image);

	defaults.rank = rank;
	return image_set_defaults(image, defaults);
}

static int parse_owner(const char *text, struct tree_source *source)
{
	char *end;
	unsigned long uid, gid;

	source->owner = strcmp(text, "keep") ? TREE_OWNER_SET : TREE_OWNER_KEEP;
	if (source->owner == TREE_OWNER_KEEP)
		return 0;
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (*end != ':' || end[1] < '0' || end[1] > '9')
		return -1;
	gid = strtoul(end + 1, &end, 10);
	if (*end || errno || uid > UINT32_MAX || gid > UINT32_MAX)
		return -1;
	source->uid = (uint32_t)uid;
	source->gid = (uint32_t)gid;
	return 0;
}

int line_destination(const struct line *line, struct tree_source *source)
{
	const struct recipe *recipe = line->recipe;
	size_t next = 2;

	if (line->count > next && *line_word(line, next) == '/') {
		if (line_absolute(line, next) < 0)
			return -1;
		source->dest = line_word(line, next++);
	}
	if (line->count > next && parse_owner(line_word(line, next), source) == 0)
		next++;
	if (recipe->mtime_rule == MTIME_OF_SOURCE)
		source->newest = recipe->options.newest;
	return (int)next;
}

int line_ends(const struct line *line, size_t next)
{
	if (line->count <= next)
		return 0;
	return line_expected(line, next,
			     next == 2	 ? "DEST (with a slash first), keep, or UID:GID"
			     : next == 3 ? "keep or UID:GID"
					 : "the end of the line");
}

int line_failed(const struct line *line, const char *what)
{
	return *line->file ? line_expected(line, 1, what) : -1;
}

int line_kernel_words(const struct line *line, size_t first, struct buffer *out)
{
	for (size_t i = first; i < line->count; i++) {
		const char *word = line_word(line, i);

		if (strpbrk(word, "\"\n"))
			return line_expected(
				line, i,
				"a parameter without \" and newline, which the kernel cannot read");
		buffer_printf(out, strpbrk(word, " \t") || !*word ? "%s\"%s\"" : "%s%s",
			      i > first ? " " : "", word);
	}
	return 0;
}
