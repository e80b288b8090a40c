// SPDX-License-Identifier: MIT
/* check.c - rdinit check: whether an image will boot, told without booting it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/check_report.h"

#define STATUS_GOOD 0
#define STATUS_ERRORS 1
#define STATUS_TROUBLE 2
#define STATUS_UNREAD 3
#define MEMORY_MAX (16ul << 20) /* MiB: 16 TiB */

static const char usage[] =
	"usage: rdinit check [OPTION...] IMAGE\n\n"
	"Says whether a kernel would boot IMAGE, and if not, why, and what cures it. Nothing is "
	"booted,\n"
	"and what is not known is not judged. IMAGE - is standard input. Exit status 0: no error,\n"
	"1: errors, 2: the image, the kernel or the disk could not be read, 3: no error as far as the\n"
	"image can be read here, which is not to its end.\n\n"
	"  --kernel FILE   the kernel that is to boot it, or the name of one\n"
	"  --config FILE   its configuration, if that is not where it is looked for\n"
	"  --append LINE   its whole command line\n"
	"  --machine NAME  pc, q35 or microvm, as `rdinit run` makes them\n"
	"  --memory MIB    the machine's memory\n"
	"  --root DISK     the disk that root= is on: an image of it, or a block device\n"
	"  --json          everything, for programs\n"
	"  -v, --verbose   say what was looked at, and which rules could not be applied\n";

static void print_help(void)
{
	fputs(usage, stdout);
	fputs("\nRules:\n", stdout);
	for (size_t i = 0; i < check_rule_count; i++)
		printf("  %2d  %-15s  %s\n", check_rules[i].number, check_rules[i].name,
		       check_rules[i].help);
}

enum form { TEXT, VERBOSE_TEXT, JSON };

struct request {
	const char *kernel, *config, *root;
	enum form form;
};

static int take_machine(struct check *check, const char *name)
{
	static const char *const names[] = {
		[CHECK_PC] = "pc", [CHECK_Q35] = "q35", [CHECK_MICROVM] = "microvm"
	};

	for (size_t i = CHECK_PC; i <= CHECK_MICROVM; i++)
		if (!strcmp(name, names[i])) {
			check->machine = (enum check_machine)i;
			return 0;
		}
	return error_usage("check", "--machine: expected pc, q35 or microvm, found %s",
			   shown(name));
}

static int take_memory(struct check *check, const char *text)
{
	char *end;
	unsigned long mib = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !mib || mib > MEMORY_MAX)
		return error_usage("check", "--memory: expected a number of MiB, found %s",
				   shown(text));
	check->memory_mib = (unsigned int)mib;
	return 0;
}

/* 0, or the exit status of a usage error. */
static int take_option(struct check *check, struct request *request, int option)
{
	switch (option) {
	case 'k':
		request->kernel = optarg;
		return 0;
	case 'c':
		request->config = optarg;
		return 0;
	case 'a':
		check->append = optarg;
		return 0;
	case 'm':
		return take_machine(check, optarg);
	case 'M':
		return take_memory(check, optarg);
	case 'r':
		request->root = optarg;
		return 0;
	case 'j':
		request->form = JSON;
		return 0;
	default:
		request->form = VERBOSE_TEXT;
		return 0;
	}
}

static int report(const struct check *check, enum form form)
{
	if (form == JSON && check_report_json(check, stdout) < 0)
		return STATUS_TROUBLE;
	if (form == VERBOSE_TEXT)
		check_report_facts(check, stdout);
	if (form != JSON)
		check_report_text(check, stdout);
	if (check->counts[CHECK_ERROR])
		return STATUS_ERRORS;
	return check->is_damaged ? STATUS_UNREAD : STATUS_GOOD;
}

static int check_image(struct check *check, const struct request *request, const char *name)
{
	struct buffer file = { NULL, 0, 0 };
	int status = STATUS_TROUBLE;

	if ((!request->root || !disk_names_read(request->root, &check->disk)) &&
	    !check_take_kernel(check, request->kernel, request->config) &&
	    !whole_file(name, limit_left(), "file", &file)) {
		check_take_image(check, name, &file);
		check_judge(check);
		status = report(check, request->form);
	}
	buffer_free(&file);
	return status;
}

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' }, { "config", required_argument, NULL, 'c' },
	{ "append", required_argument, NULL, 'a' }, { "machine", required_argument, NULL, 'm' },
	{ "memory", required_argument, NULL, 'M' }, { "root", required_argument, NULL, 'r' },
	{ "json", no_argument, NULL, 'j' },	    { "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },	    { 0 },
};

int cmd_check(int argc, char **argv)
{
	struct request request = { .form = TEXT };
	struct check check = { .append = NULL };
	int option, status;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":vh", options, NULL)) != -1) {
		if (option == 'h') {
			print_help();
			return STATUS_GOOD;
		}
		if (option == '?' || option == ':')
			return bad_option("check", option, argv, options);
		status = take_option(&check, &request, option);
		if (status)
			return status;
	}
	if (argc - optind != 1)
		return error_usage("check", "expected one IMAGE, found %d arguments",
				   argc - optind);
	status = check_image(&check, &request, argv[optind]);
	check_free(&check);
	return status;
}
