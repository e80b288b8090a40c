// SPDX-License-Identifier: MIT
/* check.c - whether an image will boot: the table of rules, and the loop under it. */
#include "tools/lib/base/error.h"
#include "init/pure/count.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/check_program.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 8192 /* bytes of a finding: two escaped names, and words around them */

/* In the order in which the kernel reads, so that a cause comes before its consequences. */
const struct check_rule check_rules[] = {
	{ CHECK_NO_INIT, "no-init", "the program that the kernel starts is not in the image",
	  check_no_init },
	{ CHECK_NOT_EXECUTABLE, "not-executable",
	  "a program is a directory or a device, or has no x bit", check_not_executable },
	{ CHECK_FOREIGN_PROGRAM, "foreign-program",
	  "a program is damaged, not a program, or for another processor", check_foreign_program },
	{ CHECK_NO_INTERPRETER, "no-interpreter",
	  "the interpreter that a program or script names is not in the image",
	  check_no_interpreter },
	{ CHECK_NO_LIBRARY, "no-library", "a library that a program needs is not in the image",
	  check_no_library },
	{ CHECK_UNREADABLE, "unreadable", "the kernel cannot unpack the image, or not all of it",
	  check_unreadable },
	{ CHECK_LOST_ENTRY, "lost-entry", "the kernel drops or replaces an entry without a message",
	  check_lost_entry },
	{ CHECK_NO_CONSOLE, "no-console", "the program has no /dev/console to write to",
	  check_no_console },
	{ CHECK_MEMORY, "memory", "the image does not fit into the memory", check_memory },
	{ CHECK_MODULE, "module", "a kernel module cannot be loaded", check_module },
	{ CHECK_NO_DEVICE, "no-device",
	  "console= names a device that the machine or the kernel lacks", check_no_device },
	{ CHECK_WORD, "word", "a parameter that nothing reads, or not as intended", check_word },
	{ CHECK_ROOT, "root", "root= is not a name of a device, or its driver is missing",
	  check_root },
	{ CHECK_KERNEL, "kernel", "the kernel lacks what the image needs", check_kernel },
	{ CHECK_REAL_INIT, "real-init", "the real root's init is missing or cannot run",
	  check_real_init },
	{ CHECK_NO_PROGRAM, "no-program", "the program that /init should run is not in the image",
	  check_no_program },
	{ CHECK_NO_ROOT, "no-root", "root= names nothing on the disk of --root that can be mounted",
	  check_no_root },
	{ CHECK_DRIVER, "driver", "a driver could not be loaded when its device appears",
	  check_driver },
};
const size_t check_rule_count = COUNT(check_rules);

static const char *print(struct check *check, const char *format, va_list args)
{
	char text[TEXT_MAX], *line;
	const char *kept;

	vsnprintf(text, sizeof(text), format, args);
	line = shown_line(text);
	kept = arena_strdup(&check->texts, line);
	free(line);
	return kept;
}

void check_report(struct check *check, enum check_number number, enum check_severity severity,
		  const char *cure, const char *format, ...)
{
	struct check_finding finding = { number, severity, NULL, cure };
	struct check_results *results = &check->results;
	va_list args;

	results->counts[severity]++;
	if (results->per_rule[number]++ >= CHECK_SHOWN)
		return;
	va_start(args, format);
	finding.text = print(check, format, args);
	va_end(args);
	results->findings =
		xreallocarray(results->findings, results->finding_count + 1, sizeof(finding));
	results->findings[results->finding_count++] = finding;
}

void check_skip(struct check *check, enum check_number number, const char *format, ...)
{
	struct check_unjudged unjudged = { number, NULL };
	struct check_results *results = &check->results;
	va_list args;

	va_start(args, format);
	unjudged.why = print(check, format, args);
	va_end(args);
	results->unjudged =
		xreallocarray(results->unjudged, results->unjudged_count + 1, sizeof(unjudged));
	results->unjudged[results->unjudged_count++] = unjudged;
}

enum kconfig_value check_config(const struct check *check, const char *symbol)
{
	return check->config.from ? kernel_config_get(&check->config, symbol) : KCONFIG_UNKNOWN;
}

bool check_is_uml(const struct check *check)
{
	return check->has_kernel && check->kernel.kind == KERNEL_UML;
}

int check_lacks(const struct check *check, const char *symbol)
{
	enum kconfig_value value = check_config(check, symbol);

	return value == KCONFIG_N || value == KCONFIG_M;
}

const struct archive_entry *check_resolve(const struct check *check, const char *path,
					  const char **why)
{
	const struct archive_entry *entry = archive_resolve(check->archive, path, why);

	if (!entry && !strstr(*why, "links"))
		*why = "it is not in the image";
	return entry;
}

char *check_file(const struct check *check, const char *path, size_t *len)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(check->archive, path, &why);
	struct span data;

	if (!entry || (entry->newc.fields.mode & 0170000) != 0100000)
		return NULL;
	data = archive_data(check->archive, entry);
	*len = data.len;
	return data.len ? xmemdup(data.data, data.len) : xstrdup("");
}

int check_run_words(const struct check *check, char *words[RUN_WORDS_MAX + 1], char **text)
{
	const struct settings *settings = &check->settings;
	enum mode_from from = mode_from(settings);
	size_t len;

	*text = from == FROM_RUN_FILE
			? check_file(check, RUN_FILE, &len)
			: xstrdup(from == FROM_RUN_WORD ? settings->run : settings->arguments);
	if (!*text)
		return 0;
	if (from != FROM_RUN_FILE)
		len = strlen(*text);
	return mode_words(from, *text, len, words);
}

enum mode check_mode(const struct check *check)
{
	enum mode_from from = mode_from(&check->settings);
	size_t len = 0;

	if (from == FROM_RUN_FILE)
		free(check_file(check, RUN_FILE, &len));
	return mode_of(&check->settings, from, len > 0);
}

bool check_stays_as_own_init(const struct check *check)
{
	const struct archive_entry *entry;
	const char *why;
	size_t len = 0;
	char *run = check_file(check, RUN_FILE, &len);

	free(run);
	if (!check->is_ours || mode_from(&check->settings) != FROM_RUN_FILE || len)
		return false;
	entry = archive_resolve(check->archive, OWN_INIT, &why);
	return entry && check_is_executable(entry);
}

/* Insertion keeps the order that one rule has found its own in. */
static void sort(struct check_results *results)
{
	struct check_finding *findings = results->findings;

	for (size_t i = 1; i < results->finding_count; i++) {
		struct check_finding finding = findings[i];
		size_t at = i;

		for (; at && findings[at - 1].number > finding.number; at--)
			findings[at] = findings[at - 1];
		findings[at] = finding;
	}
}

void check_judge(struct check *check)
{
	check_read_settings(check);
	for (size_t i = 0; i < check_rule_count; i++)
		check_rules[i].judge(check);
	sort(&check->results);
}

void check_free(struct check *check)
{
	free(check->results.findings);
	free(check->results.unjudged);
	free(check->programs);
	arena_free(&check->texts);
	disk_names_free(&check->disk);
	archive_close(check->archive);
	buffer_free(&check->builtin);
	kernel_config_free(&check->config);
	if (check->has_kernel)
		kernel_free(&check->kernel);
	*check = (struct check){ 0 };
}
