// SPDX-License-Identifier: MIT
/* plan.c - rdinit plan: the boot that /init would do with an image and a command line. */
#include <getopt.h>
#include <stdio.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/plan.h"

static const char usage[] =
	"usage: rdinit plan [--append LINE] IMAGE\n\n"
	"Prints what our /init would do with IMAGE, step by step, by /init's own code. Nothing is booted.\n"
	"IMAGE - is standard input.\n\n"
	"  --append LINE  the kernel's whole command line\n";

static int plan_image(const char *append, const char *name)
{
	struct check check = { .append = append };
	struct buffer file = { NULL, 0, 0 };
	int result = whole_file(name, limit_left(), "file", &file);

	if (!result) {
		check_take_image(&check, name, &file);
		check_take_words(&check);
		if (check.is_damaged)
			result = error("%s: is damaged: `rdinit check` shows where", shown(name));
		else if (!check.is_ours)
			result = error("%s: %s is not rdinit's /init: its steps are unknown",
				       shown(name), shown(check.rdinit));
		else
			plan_print(&check);
		check_free(&check);
	}
	buffer_free(&file);
	return result;
}

int cmd_plan(int argc, char **argv)
{
	static const struct option options[] = { { "append", required_argument, NULL, 'a' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	const char *append = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option != 'a')
			return bad_option("plan", option, argv, options);
		append = optarg;
	}
	if (argc - optind != 1)
		return error_usage("plan", "expected one IMAGE, found %d arguments", argc - optind);
	return plan_image(append, argv[optind]) < 0 ? 1 : 0;
}
