// SPDX-License-Identifier: MIT
/* check.c - rdinit check: whether an image will boot, told without booting it. */
#include <stdio.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/check_report.h"

#define STATUS_GOOD 0
#define STATUS_ERRORS 1
#define STATUS_TROUBLE 2
#define STATUS_UNREAD 3
#define MEMORY_MAX (16 << 20) /* MiB: 16 TiB */

static void print_rules(void)
{
	puts("\nRules:");
	for (size_t i = 0; i < check_rule_count; i++)
		printf("  %2d  %-15s  %s\n", check_rules[i].number, check_rules[i].name,
		       check_rules[i].help);
}

enum form { TEXT, VERBOSE_TEXT, JSON };

struct request {
	const char *kernel, *config, *append, *root;
	int machine; /* enum check_machine less CHECK_PC; -1: none is given */
	unsigned int memory_mib;
	enum form form;
};

static const struct option_row rows[] = {
	{ 0, "kernel", "FILE", "the kernel that will boot it, or the name of one",
	  TEXT_AT(request, kernel) },
	{ 0, "config", "FILE", "its configuration, if `rdinit run` would not find it",
	  TEXT_AT(request, config) },
	{ 0, "append", "LINE", "its whole command line", TEXT_AT(request, append) },
	{ 0, "machine", "pc|q35|microvm", "as `rdinit run` makes them",
	  CHOICE_AT(request, machine) },
	{ 0, "memory", "SIZE", "the machine's memory: MiB, or 512M, or 2G",
	  MEMORY_AT(request, memory_mib, MEMORY_MAX) },
	{ 0, "root", "DISK", "the disk of root=: an image of it, or a block device",
	  TEXT_AT(request, root) },
	{ 0, "json", NULL, "print everything as JSON", VALUE_AT(request, form, JSON) },
	{ 'v', "verbose", NULL, "print what was read, and which rules were skipped",
	  VALUE_AT(request, form, VERBOSE_TEXT) },
};

static int report(const struct check *check, enum form form)
{
	if (form == JSON && check_report_json(check, stdout) < 0)
		return STATUS_TROUBLE;
	if (form == VERBOSE_TEXT)
		check_report_facts(check, stdout);
	if (form != JSON)
		check_report_text(check, stdout);
	if (check->results.counts[CHECK_ERROR])
		return STATUS_ERRORS;
	return check->archive->is_damaged ? STATUS_UNREAD : STATUS_GOOD;
}

static int check_image(struct check *check, const struct request *request, const char *name)
{
	struct mapped_file file = { .mapped = 0 };
	int status = STATUS_TROUBLE;

	if ((!request->root || !disk_names_read(request->root, &check->disk)) &&
	    !check_read_kernel(check, request->kernel, request->config) &&
	    !mapped_file_open(name, limit_left(), "file", &file)) {
		check_read_image(check, name, &file);
		check_judge(check);
		status = report(check, request->form);
	}
	mapped_file_close(&file);
	return status;
}

static int run(int argc, char **argv)
{
	struct request request = { .machine = -1, .form = TEXT };
	struct check check = { 0 };
	int status = options_parse(&command_check, &argc, argv, &request);

	if (status != OPTIONS_PARSED)
		return status;
	check.append = request.append;
	check.memory_mib = request.memory_mib;
	if (request.machine >= 0)
		check.machine = (enum check_machine)(CHECK_PC + request.machine);
	status = check_image(&check, &request, argv[1]);
	check_free(&check);
	return status;
}

const struct command command_check = {
	.name = "check",
	.summary = "check whether an image will boot, without booting it",
	.usage = "[OPTION...] IMAGE",
	.text = "Checks whether a kernel would boot IMAGE, without booting it, and prints "
		"reasons and cures.\n"
		"Checks whose inputs are unknown are skipped. IMAGE - is standard input. Exit "
		"status 0: no\n"
		"error, 1: errors, 2: the image, the kernel or the disk could not be read, 3: "
		"no error, but\n"
		"the image could not be read to its end.\n",
	OPTION_ROWS(rows),
	.expected = "one IMAGE",
	.least = 1,
	.most = 1,
	.print_more = print_rules,
	.run = run,
};
