// SPDX-License-Identifier: MIT
/* fstab.c - the lines of a root's /etc/fstab. */
#include "init/pure/fstab.h"

#include <string.h>

#include "init/pure/mounts.h"
#include "init/pure/number.h"

#define FIELDS 6
#define PASS_MAX 1000

static int cut_fields(char *text, char *fields[FIELDS])
{
	int count = 0;

	while (count < FIELDS && *(text += strspn(text, " \t"))) {
		fields[count++] = text;
		text += strcspn(text, " \t");
		if (*text)
			*text++ = '\0';
	}
	return count;
}

/* fstab(5) has comments only at the beginning of a line; many people write them after one, too. */
static enum fstab_state parse_fields(char *text, struct fstab_line *line)
{
	char *fields[FIELDS];
	int count = cut_fields(text, fields);

	line->pass = 0;
	if (count < 3 || fields[1][0] == '#' || fields[2][0] == '#')
		return FSTAB_DAMAGED;
	if (count == FIELDS && fields[4][0] != '#' && fields[5][0] != '#' &&
	    !number_parse(fields[5], 10, PASS_MAX, &line->pass))
		return FSTAB_DAMAGED;
	for (int i = 0; i < count; i++)
		mounts_unescape(fields[i]);
	line->source = fields[0];
	line->target = fields[1];
	line->type = fields[2];
	line->options = count > 3 && fields[3][0] != '#' ? fields[3] : text + strlen(text);
	return FSTAB_LINE;
}

enum fstab_state fstab_parse(char *text, struct fstab_line *line)
{
	line->number++;
	text += strspn(text, " \t\r");
	text[strcspn(text, "\r")] = '\0';
	return *text && *text != '#' ? parse_fields(text, line) : FSTAB_BLANK;
}

enum fstab_state fstab_next(char **rest, struct fstab_line *line)
{
	enum fstab_state state = FSTAB_BLANK;

	while (**rest && state == FSTAB_BLANK) {
		char *text = *rest, *end = strchr(text, '\n');

		*rest = end ? end + 1 : text + strlen(text);
		if (end)
			*end = '\0';
		state = fstab_parse(text, line);
	}
	return state == FSTAB_BLANK ? FSTAB_END : state;
}

/* "/usr/" is "/usr", too. */
int fstab_is_for(const struct fstab_line *line, const char *target)
{
	size_t len = strlen(target);
	const char *rest = line->target + len;

	return strncmp(line->target, target, len) == 0 && !rest[strspn(rest, "/")];
}

int fstab_find(char *text, const char *target, struct fstab_line *found)
{
	struct fstab_line line = { 0 };
	enum fstab_state state;
	int is_there = 0;

	while ((state = fstab_next(&text, &line)) != FSTAB_END)
		if (state == FSTAB_LINE && fstab_is_for(&line, target)) {
			*found = line;
			is_there = 1;
		}
	return is_there;
}
