// SPDX-License-Identifier: MIT
/* mode.c - choose the mode of a boot, and list its steps. */
#include "init/pure/mode.h"

#include <string.h>

#include "init/pure/count.h"

#define TMPFS_ROOT "tmpfs"
#define TMPFS_ROOT_LEN (sizeof(TMPFS_ROOT) - 1)

enum mode_from mode_from(const struct settings *settings)
{
	if (settings->run)
		return FROM_RUN_WORD;
	if (settings->root && *settings->root)
		return FROM_ROOT_WORD;
	if (settings->arguments && *settings->arguments)
		return FROM_ARGUMENTS;
	return FROM_RUN_FILE;
}

enum mode mode_of(const struct settings *settings, enum mode_from from, int has_run_file)
{
	if (from == FROM_ROOT_WORD)
		return MODE_HAND_OFF;
	if (from == FROM_RUN_FILE && !has_run_file)
		return MODE_STAY;
	return settings->program_root && !mode_tmpfs_root(settings) ? MODE_RUN_IN_ROOT : MODE_RUN;
}

const char *mode_tmpfs_root(const struct settings *settings)
{
	const char *root = settings->program_root;

	if (!root || strncmp(root, TMPFS_ROOT, TMPFS_ROOT_LEN) != 0)
		return NULL;
	root += TMPFS_ROOT_LEN;
	if (*root == ':')
		return root + 1;
	return *root ? NULL : root;
}

const char *mode_from_name(enum mode_from from)
{
	static const char *const names[] = {
		[FROM_RUN_WORD] = "rdinit.run=",
		[FROM_ROOT_WORD] = "root=",
		[FROM_ARGUMENTS] = "the arguments after --",
		[FROM_RUN_FILE] = RUN_FILE,
	};

	return names[from];
}

static int split_arguments(char *rest, char **words)
{
	struct word word;
	int count = 0;

	while (cmdline_next(&rest, &word)) {
		if (count == RUN_WORDS_MAX)
			return -1;
		words[count++] = cmdline_join(&word);
	}
	words[count] = NULL;
	return count;
}

static int split_list(char *text, size_t len, char **words)
{
	int count = 0;

	for (size_t at = 0; at < len; at += strlen(text + at) + 1) {
		if (count == RUN_WORDS_MAX)
			return -1;
		words[count++] = text + at;
	}
	words[count] = NULL;
	return count;
}

int mode_words(enum mode_from from, char *text, size_t len, char *words[RUN_WORDS_MAX + 1])
{
	if (from == FROM_ARGUMENTS)
		return split_arguments(text, words);
	if (from == FROM_RUN_FILE && memchr(text, '\0', len))
		return split_list(text, len, words);
	return words_split(text, words, RUN_WORDS_MAX);
}

const char *mode_next_step(enum steps_of list, enum mode mode, unsigned int *at)
{
	static const struct step {
		const char *name;
		unsigned int modes;
	} steps[] = {
#define STEP(name, function, modes, on_failure) { name, modes },
#include "init/steps.def"
		{ NULL, 0 },
	}, run_steps[] = {
#include "init/steps_run.def"
#undef STEP
		{ NULL, 0 },
	};
	const struct step *step = (list == STEPS_OF_INIT ? steps : run_steps) + *at;

	for (; step->name; step++) {
		++*at;
		if (step->modes & 1u << mode)
			return step->name;
	}
	return NULL;
}

const char *mode_out_of_scope(enum mode mode, const struct settings *settings)
{
	if (settings->order)
		return "rdinit.order=";
	switch (mode) {
	case MODE_RUN:
		return settings->mount_lines.count ? "rdinit.mount=" : NULL;
	case MODE_RUN_IN_ROOT:
		return "rdinit.root=";
	case MODE_HAND_OFF:
		return "root=";
	default:
		return "no program (rdinit.run=, " RUN_FILE ")";
	}
}

const char *mode_next_unread(const struct settings *settings, unsigned int *at)
{
	const struct {
		const char *name;
		bool is_given;
	} unread[] = {
		{ "modules-load=", settings->modules_load.count > 0 },
		{ "rdinit.keymap=", settings->keymap },
		{ "rdinit.links", settings->links },
		{ "rdinit.notify", settings->notify },
		{ "rdinit.watchdog=", settings->watchdog_s > 0 },
		{ "rdinit.window=", settings->window },
	};

	while (*at < COUNT(unread))
		if (unread[(*at)++].is_given)
			return unread[*at - 1].name;
	return NULL;
}
