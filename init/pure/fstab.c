/* fstab.c - the lines of a root's /etc/fstab. */
#include "init/pure/fstab.h"

#include <string.h>
#include <sys/mount.h>

#include "init/pure/mounts.h"
#include "init/pure/number.h"

#define FIELDS 6
#define PASS_MAX 1000

enum meaning { SETS, CLEARS, OPTIONAL, BIND, DROPPED };

static const struct option {
	const char *name;
	enum meaning meaning;
	unsigned long flags;
} known[] = {
	{ "defaults", DROPPED, 0 },
	{ "ro", SETS, MS_RDONLY },
	{ "rw", CLEARS, MS_RDONLY },
	{ "nosuid", SETS, MS_NOSUID },
	{ "suid", CLEARS, MS_NOSUID },
	{ "nodev", SETS, MS_NODEV },
	{ "dev", CLEARS, MS_NODEV },
	{ "noexec", SETS, MS_NOEXEC },
	{ "exec", CLEARS, MS_NOEXEC },
	{ "sync", SETS, MS_SYNCHRONOUS },
	{ "async", CLEARS, MS_SYNCHRONOUS },
	{ "dirsync", SETS, MS_DIRSYNC },
	{ "noatime", SETS, MS_NOATIME },
	{ "atime", CLEARS, MS_NOATIME },
	{ "nodiratime", SETS, MS_NODIRATIME },
	{ "diratime", CLEARS, MS_NODIRATIME },
	{ "relatime", SETS, MS_RELATIME },
	{ "norelatime", CLEARS, MS_RELATIME },
	{ "strictatime", SETS, MS_STRICTATIME },
	{ "lazytime", SETS, MS_LAZYTIME },
	{ "nofail", OPTIONAL, 0 },
	{ "bind", BIND, 0 },
	{ "rbind", BIND, 0 },
	{ "auto", DROPPED, 0 },
	{ "noauto", DROPPED, 0 },
	{ "user", DROPPED, 0 },
	{ "nouser", DROPPED, 0 },
	{ "users", DROPPED, 0 },
	{ "owner", DROPPED, 0 },
	{ "group", DROPPED, 0 },
	{ "_netdev", DROPPED, 0 },
};

static const struct option program = { "x-", DROPPED, 0 };

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

/* fstab(5) has comments at the beginning of a line alone; many write them behind one, too. */
static enum fstab_state take(char *text, struct fstab_line *line)
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

enum fstab_state fstab_next(char **rest, struct fstab_line *line)
{
	while (**rest) {
		char *text = *rest, *end = strchr(text, '\n');

		*rest = end ? end + 1 : text + strlen(text);
		if (end)
			*end = '\0';
		line->number++;
		text += strspn(text, " \t\r");
		text[strcspn(text, "\r")] = '\0';
		if (*text && *text != '#')
			return take(text, line);
	}
	return FSTAB_END;
}

/* "/usr/" is "/usr", too. */
static int is_same_folder(const char *a, const char *b)
{
	size_t len = strlen(b);

	return strncmp(a, b, len) == 0 && !a[len + strspn(a + len, "/")];
}

int fstab_find(char *text, const char *target, struct fstab_line *found,
	       void (*damaged)(unsigned int number))
{
	struct fstab_line line = { 0 };
	enum fstab_state state;
	int is_there = 0;

	while ((state = fstab_next(&text, &line)) != FSTAB_END) {
		if (state == FSTAB_DAMAGED) {
			if (damaged)
				damaged(line.number);
		} else if (is_same_folder(line.target, target)) {
			*found = line;
			is_there = 1;
		}
	}
	return is_there;
}

/* "x-systemd.automount" is a program's; NULL: the file system's own. */
static const struct option *find(const char *word)
{
	if (strncmp(word, program.name, strlen(program.name)) == 0)
		return &program;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(word, known[i].name) == 0)
			return &known[i];
	return NULL;
}

static void apply(const struct option *option, struct fstab_options *parsed)
{
	if (option->meaning == SETS)
		parsed->flags |= option->flags;
	else if (option->meaning == CLEARS)
		parsed->flags &= ~option->flags;
	parsed->is_optional |= option->meaning == OPTIONAL;
	parsed->is_bind |= option->meaning == BIND;
}

void fstab_options(char *options, struct fstab_options *parsed)
{
	char *to = options;

	*parsed = (struct fstab_options){ .text = options };
	while (*options) {
		char *word = options;
		size_t len = strcspn(word, ",");
		const struct option *option;

		options += len + (word[len] == ',');
		word[len] = '\0';
		option = find(word);
		if (option) {
			apply(option, parsed);
			continue;
		}
		if (to != parsed->text && len)
			*to++ = ',';
		memmove(to, word, len);
		to += len;
	}
	*to = '\0';
}
