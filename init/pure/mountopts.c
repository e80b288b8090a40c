// SPDX-License-Identifier: MIT
/* mountopts.c - options as mount(8) has them, for mount(2). */
#include "init/pure/mountopts.h"

#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include "init/pure/count.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* linux/mount.h, since 5.10 */
#endif

enum effect {
	SETS,
	CLEARS,
	PROPAGATES,
	DROPPED, /* a program's */
	OPTIONAL,
	BIND,
	LOOP,
	FOR_INITRD,
};

/* The effect of "no" before the name. */
enum negative { NO_NEGATIVE, REVERSED, DROPPED_TOO, ONLY_NEGATIVE };

static const struct option {
	char name[14]; /* with room for no NUL; "x-" stands for all that begins so */
	uint8_t effect, negative; /* enum effect, enum negative */
	uint32_t flags;
} known[] = {
	{ "defaults", DROPPED, NO_NEGATIVE, 0 },
	{ "ro", SETS, NO_NEGATIVE, MS_RDONLY },
	{ "rw", CLEARS, NO_NEGATIVE, MS_RDONLY },
	{ "suid", CLEARS, REVERSED, MS_NOSUID },
	{ "dev", CLEARS, REVERSED, MS_NODEV },
	{ "exec", CLEARS, REVERSED, MS_NOEXEC },
	{ "sync", SETS, NO_NEGATIVE, MS_SYNCHRONOUS },
	{ "async", CLEARS, NO_NEGATIVE, MS_SYNCHRONOUS },
	{ "dirsync", SETS, NO_NEGATIVE, MS_DIRSYNC },
	{ "atime", CLEARS, REVERSED, MS_NOATIME },
	{ "diratime", CLEARS, REVERSED, MS_NODIRATIME },
	{ "relatime", SETS, REVERSED, MS_RELATIME },
	{ "strictatime", SETS, REVERSED, MS_STRICTATIME },
	{ "lazytime", SETS, REVERSED, MS_LAZYTIME },
	{ "iversion", SETS, REVERSED, MS_I_VERSION },
	{ "mand", SETS, REVERSED, MS_MANDLOCK },
	{ "symfollow", CLEARS, REVERSED, MS_NOSYMFOLLOW },
	{ "silent", SETS, NO_NEGATIVE, MS_SILENT },
	{ "loud", CLEARS, NO_NEGATIVE, MS_SILENT },
	{ "unbindable", PROPAGATES, NO_NEGATIVE, MS_UNBINDABLE },
	{ "runbindable", PROPAGATES, NO_NEGATIVE, MS_UNBINDABLE | MS_REC },
	{ "private", PROPAGATES, NO_NEGATIVE, MS_PRIVATE },
	{ "rprivate", PROPAGATES, NO_NEGATIVE, MS_PRIVATE | MS_REC },
	{ "slave", PROPAGATES, NO_NEGATIVE, MS_SLAVE },
	{ "rslave", PROPAGATES, NO_NEGATIVE, MS_SLAVE | MS_REC },
	{ "shared", PROPAGATES, NO_NEGATIVE, MS_SHARED },
	{ "rshared", PROPAGATES, NO_NEGATIVE, MS_SHARED | MS_REC },
	{ "fail", OPTIONAL, ONLY_NEGATIVE, 0 },
	{ "bind", BIND, NO_NEGATIVE, 0 },
	{ "rbind", BIND, NO_NEGATIVE, 0 },
	{ "move", BIND, NO_NEGATIVE, 0 },
	{ "remount", BIND, NO_NEGATIVE, 0 },
	{ "auto", DROPPED, DROPPED_TOO, 0 },
	/* Whom they allow to mount may not bring devices and programs of root along. */
	{ "user", SETS, DROPPED_TOO, MS_NOEXEC | MS_NOSUID | MS_NODEV },
	{ "users", SETS, DROPPED_TOO, MS_NOEXEC | MS_NOSUID | MS_NODEV },
	{ "owner", SETS, DROPPED_TOO, MS_NOSUID | MS_NODEV },
	{ "group", SETS, DROPPED_TOO, MS_NOSUID | MS_NODEV },
	{ "_netdev", DROPPED, NO_NEGATIVE, 0 },
	{ "comment=", DROPPED, NO_NEGATIVE, 0 },
	{ "loop", LOOP, NO_NEGATIVE, 0 },
	{ "offset=", DROPPED, NO_NEGATIVE, 0 },
	{ "sizelimit=", DROPPED, NO_NEGATIVE, 0 },
	{ "x-initrd.mount", FOR_INITRD, NO_NEGATIVE, 0 },
	{ "x-", DROPPED, NO_NEGATIVE, 0 },
	{ "X-", DROPPED, NO_NEGATIVE, 0 },
};

/* "user=NAME" and "loop=DEVICE" are "user" and "loop"; "x-..." is "x-", and "comment=..."
 * "comment=". */
static int is_named(const struct option *option, const char *word)
{
	size_t len = strnlen(option->name, sizeof(option->name));
	char last = option->name[len - 1];

	if (strncmp(word, option->name, len) != 0)
		return 0;
	if (last == '=' || last == '-' || !word[len])
		return 1;
	return word[len] == '=' && (option->effect == LOOP || option->flags & MS_NODEV) &&
	       option->effect != CLEARS;
}

static void apply(const struct option *option, struct mount_options *parsed, int is_reversed)
{
	enum effect effect = (enum effect)option->effect;

	if (effect <= CLEARS && (effect == SETS) != is_reversed)
		parsed->flags |= option->flags;
	else if (effect <= CLEARS)
		parsed->flags &= ~(unsigned long)option->flags;
	if (option->flags == MS_RDONLY)
		parsed->access = effect == SETS ? MOUNT_READ_ONLY : MOUNT_READ_WRITE;
	if (effect == PROPAGATES)
		parsed->propagation = option->flags;
	parsed->is_optional |= effect == OPTIONAL;
	parsed->is_bind |= effect == BIND;
	parsed->is_loop |= effect == LOOP;
	parsed->is_for_initrd |= effect == FOR_INITRD;
}

/* Parses an option of mount(8) itself. Returns 0 if it is one of the file system. */
static int parse_general(const char *word, struct mount_options *parsed)
{
	int has_no = word[0] == 'n' && word[1] == 'o';

	for (size_t i = 0; i < COUNT(known); i++) {
		const struct option *option = &known[i];

		if (option->negative != ONLY_NEGATIVE && is_named(option, word)) {
			apply(option, parsed, 0);
			return 1;
		}
		if (has_no && option->negative != NO_NEGATIVE && is_named(option, word + 2)) {
			if (option->negative != DROPPED_TOO)
				apply(option, parsed, option->negative == REVERSED);
			return 1;
		}
	}
	return 0;
}

/* Up to the comma; one between double quotes is the value's (context="a,b"). */
static size_t length(const char *word)
{
	size_t len = 0;

	for (int is_quoted = 0; word[len] && (is_quoted || word[len] != ','); len++)
		is_quoted ^= word[len] == '"';
	return len;
}

void mountopts_parse(char *options, struct mount_options *parsed)
{
	char *to = options;

	*parsed = (struct mount_options){ .text = options };
	while (*options) {
		char *word = options;
		size_t len = length(word);

		options += len + (word[len] == ',');
		word[len] = '\0';
		if (parse_general(word, parsed))
			continue;
		if (to != parsed->text && len)
			*to++ = ',';
		memmove(to, word, len);
		to += len;
	}
	*to = '\0';
}
