// SPDX-License-Identifier: MIT
/* check_real_init.c - the rule of the real root's init: it is on the disk of --root, and can run.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/count.h"
#include "init/pure/executable.h"
#include "init/pure/fstab.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/disk_files.h"

#define FSTAB_MAX 1048576 /* bytes; /init has no limit */

static const char *const inits[] = { REAL_INITS(COMMA) };

/* Why this file is not a program, malloc'd, or NULL, and then the interpreter that it needs: "" for
 * none, or if it is unknown. */
static char *look(struct disk_files *files, const char *path, char interpreter[INTERPRETER_MAX])
{
	uint8_t head[EXECUTABLE_HEAD];
	uint32_t mode;
	long got = disk_files_head(files, path, &mode, head, sizeof(head));
	int error;

	interpreter[0] = '\0';
	if (got == -EIO)
		return NULL;
	if (got < 0)
		return xstrdup(got == -ELOOP ? "is a loop of links" : "is not there");
	if (!S_ISREG(mode))
		return xstrdup("is not a file");
	if (!(mode & 0111))
		return xasprintf("has no x bit (mode %04o)", mode & 07777);
	error = executable_interpreter((struct span){ head, (size_t)got }, interpreter);
	if (error)
		interpreter[0] = '\0';
	return error == -ENOEXEC ? xstrdup("is neither an x86-64 program nor a script") : NULL;
}

/* The same through its interpreters. */
static char *fault_of(struct disk_files *files, const char *path)
{
	char one[INTERPRETER_MAX], next[INTERPRETER_MAX];
	char *fault = look(files, path, next);

	for (int depth = 1; !fault && *next; depth++) {
		if (depth == EXECUTABLE_CHAIN)
			return xstrdup("is a script whose interpreters are too many scripts");
		memcpy(one, next, sizeof(one));
		fault = look(files, one, next);
		if (fault) {
			char *whole = xasprintf("needs %s, which %s", shown(one), fault);

			free(fault);
			return whole;
		}
	}
	return fault;
}

/* Then what is below /usr is somewhere else. */
static bool has_own_usr(struct disk_files *files)
{
	char *text = xmalloc(FSTAB_MAX + 1);
	struct fstab_line line;
	uint32_t mode;
	long got = disk_files_head(files, "/etc/fstab", &mode, (uint8_t *)text, FSTAB_MAX);
	bool found = false;

	if (got >= 0) {
		text[got] = '\0';
		found = fstab_find(text, "/usr", &line);
	}
	free(text);
	return found;
}

/* The usual place that works, or NULL. */
static const char *usual_init(struct disk_files *files)
{
	for (size_t i = 0; i < COUNT(inits); i++) {
		char *fault = fault_of(files, inits[i]);

		if (!fault)
			return inits[i];
		free(fault);
	}
	return NULL;
}

static void report_given(struct check *check, struct disk_files *files, const char *fault)
{
	const char *usual = usual_init(files);

	check_report(
		check, CHECK_REAL_INIT, CHECK_ERROR,
		"name a program of the root, or remove init=", "init=%s of root=%s on %s %s%s%s",
		shown(check->settings.init), shown(check->settings.root), shown(check->disk.path),
		fault, usual ? "; there is " : "", usual ? usual : "");
}

static void report_usual(struct check *check, struct disk_files *files)
{
	char *fault = fault_of(files, inits[0]);

	check_report(
		check, CHECK_REAL_INIT, CHECK_ERROR,
		"name the root's init, init=PATH, or another root",
		"root=%s on %s has no init: %s %s, and the other usual places have none either",
		shown(check->settings.root), shown(check->disk.path), inits[0], fault ? fault : "");
	free(fault);
}

static void judge(struct check *check, struct disk_files *files)
{
	const char *init = check->settings.init;
	char *fault = init ? fault_of(files, init) : NULL;
	bool is_wrong = init ? fault != NULL : !usual_init(files);

	if (is_wrong && has_own_usr(files))
		check_skip(check, CHECK_REAL_INIT,
			   "init: the root has a separate /usr, which was not read");
	else if (is_wrong && init)
		report_given(check, files, fault);
	else if (is_wrong)
		report_usual(check, files);
	free(fault);
}

static const char *why_not(const struct check *check, const struct disk_part *part)
{
	if (!check->disk.path)
		return "give the disk (--root)";
	if (!part)
		return "it is unknown which part of the disk it is";
	if (check->settings.loop)
		return "it is a file in a file system";
	if (check->settings.overlay && *check->settings.overlay)
		return "an overlay on another device covers it";
	if (part->finding.found != FOUND_ONE || !disk_files_reads(part->finding.format))
		return "only a sound ext2, ext3 or ext4 is read";
	return NULL;
}

void check_real_init(struct check *check)
{
	const struct settings *settings = &check->settings;
	const struct disk_part *part;
	struct disk_files *files = NULL;
	const char *why;

	if (!settings->root || !*settings->root || settings->run)
		return;
	part = check_root_part(check);
	why = why_not(check, part);
	if (!why)
		files = disk_files_open(check->disk.path, part->start, &why);
	if (files)
		judge(check, files);
	else
		check_skip(check, CHECK_REAL_INIT, "init=%s of root=%s: %s",
			   settings->init ? shown(settings->init) : "(the usual places)",
			   shown(settings->root), why);
	disk_files_close(files);
}
