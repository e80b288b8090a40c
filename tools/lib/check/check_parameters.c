// SPDX-License-Identifier: MIT
/* check_parameters.c - what an image is asked for, by its own words and the kernel's line. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/imageconf.h"
#include "init/pure/limits.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/check_program.h"
#include "tools/lib/base/install_path.h"

static bool is_conf(const char *path)
{
	const char *name = path + strlen(IMAGECONF_DIR "/");

	return path_is_below(path, IMAGECONF_DIR) && !strchr(name, '/') && imageconf_is_name(name);
}

/* A file that /init cannot read completely stops the boot. */
static void read_conf(struct check *check, const char *path, char *words, size_t *used)
{
	char *here = words + *used;
	size_t len;
	char *text = check_file(check, path, &len);

	if (!text || len >= IMAGE_WORDS_MAX - *used) {
		check_report(check, CHECK_WORD, CHECK_ERROR,
			     text ? "use fewer arguments" : "make it a regular file",
			     "%s cannot be read, which stops the boot: %s", shown(path),
			     text ? "the image's command lines have 65,536 bytes or more"
				  : "it points to no file of the image");
		free(text);
		return;
	}
	if (imageconf_prepare(text, len))
		check_report(check, CHECK_WORD, CHECK_ERROR, "remove it",
			     "%s has a NUL, which stops the boot", shown(path));
	memcpy(here, text, len + 1);
	*used += len + 1;
	settings_parse(&check->settings, here, FROM_IMAGE);
	free(text);
}

/* The files in the order of their names, which is that of by_path; each is a separate line, so that
 * its "--" ends only itself. */
static void read_conf_files(struct check *check)
{
	const struct archive *archive = check->archive;
	char *words = arena_alloc(&check->texts, IMAGE_WORDS_MAX + 1);
	size_t used = 0;

	for (size_t i = 0; i < archive->count; i++) {
		const char *path = archive->entries[archive->by_path[i]].path;

		if (is_conf(path) &&
		    archive_find(archive, path) == &archive->entries[archive->by_path[i]])
			read_conf(check, path, words, &used);
	}
	if (archive_find(archive, IMAGECONF_LAST))
		read_conf(check, IMAGECONF_LAST, words, &used);
}

/* A file of words each ended by a NUL; the run file may be a line, which is judged elsewhere. */
static void judge_list(struct check *check, const char *path, size_t bytes_max, size_t words_max)
{
	size_t len = 0, count;
	char *text = check_file(check, path, &len);
	enum words_fault fault = WORDS_FIT;

	if (text && memchr(text, '\0', len))
		fault = limits_judge((struct span){ (const uint8_t *)text, len }, words_max,
				     &count);
	if (len >= bytes_max)
		check_report(check, CHECK_WORD, CHECK_ERROR, "use fewer arguments",
			     "%s has %zu bytes: more than %zu stop the boot", path, len,
			     bytes_max - 1);
	else if (fault == WORDS_TOO_MANY)
		check_report(check, CHECK_WORD, CHECK_ERROR, "use fewer arguments",
			     "%s has %zu strings: more than %zu stop the boot", path, count,
			     words_max);
	else if (fault == WORDS_TOO_LONG)
		check_report(check, CHECK_WORD, CHECK_ERROR,
			     "put it into a file that the program reads",
			     "string %zu of %s is longer than the kernel's %d bytes", count + 1,
			     path, ARGUMENT_MAX - 1);
	free(text);
}

static void recognise_init(struct check *check)
{
	struct span bytes = { NULL, 0 };
	char *program = check_file(check, check->rdinit, &bytes.len);

	bytes.data = (const uint8_t *)program;
	check->is_ours = program && is_our_init(bytes);
	check->only_runs = program && is_our_init_run(bytes);
	free(program);
}

/* The kernel's own word; the last one counts. */
static const char *find_rdinit(struct check *check)
{
	char *rest = arena_strdup(&check->texts, check->append ? check->append : "");
	const char *found = "/init";
	struct word word;

	while (cmdline_next(&rest, &word) && !cmdline_is_end(&word))
		if (!strcmp(word.name, "rdinit") && word.value)
			found = word.value;
	return found;
}

void check_read_settings(struct check *check)
{
	settings_defaults(&check->settings);
	check->rdinit = find_rdinit(check);
	recognise_init(check);
	if (check->is_ours) {
		read_conf_files(check);
		judge_list(check, RUN_FILE, RUN_FILE_MAX, RUN_WORDS_MAX);
		judge_list(check, ENV_FILE, ENV_FILE_MAX, ENV_FILE_WORDS_MAX);
	}
	settings_parse(&check->settings,
		       arena_strdup(&check->texts, check->append ? check->append : ""),
		       FROM_KERNEL);
	check->rootflags = arena_strdup(&check->texts, check->settings.rootflags);
	settings_finish(&check->settings);
	check_find_programs(check);
}
