// SPDX-License-Identifier: MIT
/* plan.c - rdinit plan: the boot that /init would do with an image and a command line. */
#include <stdio.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/plan.h"

static const struct option_row rows[] = {
	{ 0, "append", "LINE", "the kernel's whole command line", TEXT_AT(check, append) },
};

static int plan_image(struct check *check, const char *name)
{
	struct mapped_file file = { .mapped = 0 };
	int result = mapped_file_open(name, limit_left(), "file", &file);

	if (!result) {
		check_read_image(check, name, &file);
		check_read_settings(check);
		if (check->archive->is_damaged)
			result = error("%s: is damaged: `rdinit check` shows where", shown(name));
		else if (!check->is_ours)
			result = error("%s: %s is not rdinit's /init: its steps are unknown",
				       shown(name), shown(check->rdinit));
		else
			plan_print(check);
		check_free(check);
	}
	mapped_file_close(&file);
	return result;
}

static int run(int argc, char **argv)
{
	struct check check = { .append = NULL };
	int status = options_parse(&command_plan, &argc, argv, &check);

	if (status != OPTIONS_PARSED)
		return status;
	return plan_image(&check, argv[1]) < 0 ? 1 : 0;
}

const struct command command_plan = {
	.name = "plan",
	.summary = "print the steps that /init would do",
	.usage = "[--append LINE] IMAGE",
	.text = "Prints what rdinit's /init would do with IMAGE, step by step, by its own "
		"code. Boots nothing.\n"
		"IMAGE - is standard input.\n",
	OPTION_ROWS(rows),
	.expected = "one IMAGE",
	.least = 1,
	.most = 1,
	.run = run,
};
