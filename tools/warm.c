// SPDX-License-Identifier: MIT
/* warm.c - rdinit warm: save a machine that has booted, for `rdinit run` to start from. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/machine/snapshot.h"
#include "tools/run.h"

struct warm_command {
	struct run run;
	bool list, clear;
};

static int take_append(void *into, const struct option_row *row, const char *text)
{
	struct warm_command *warm = into;

	return run_take_append(&warm->run, row, text);
}

static const struct option_row rows[] = {
	{ 0, "kernel", "FILE|NAME", "as for run", TEXT_AT(warm_command, run.kernel) },
	{ 0, "memory", "SIZE", "as for run (1G)",
	  MEMORY_AT(warm_command, run.machine.memory_mib, 1 << 20) },
	{ 0, "cpus", "N", "as for run (1)", NUMBER_AT(warm_command, run.machine.cpus, 255) },
	{ 0, "append", "PARAMETERS", "as for run", CALL(take_append) },
	{ 0, "net", "none|user", "as for run (none)", CHOICE_AT(warm_command, run.net_choice) },
	{ 0, "list", NULL, "list what is saved", FLAG_AT(warm_command, list) },
	{ 0, "clear", NULL, "remove all that is saved", FLAG_AT(warm_command, clear) },
};

static int clear(void)
{
	unsigned int count = snapshot_clear();

	printf("%u removed\n", count);
	return 0;
}

static int save(struct run *run)
{
	run->image.has_network = run->net_choice == RUN_NET_USER;
	if (run->image.has_network)
		run->machine.netdev = run->netdev = port_netdev(NULL, 0);
	return run_save(run);
}

static int warm_command(int argc, char **argv)
{
	struct warm_command warm = { .run = { .machine.cpus = 1, .machine_choice = -1 } };
	int status = options_parse(&command_warm, &argc, argv, &warm);

	if (status == OPTIONS_PARSED) {
		if (argc > 1)
			status = error_usage("warm", "expected options, found \"%s\"",
					     shown(argv[1]));
		else if (warm.list && warm.clear)
			status = error_usage("warm", "expected --list or --clear, not both");
		else if (warm.list)
			snapshot_list(stdout), status = 0;
		else
			status = warm.clear ? clear() : save(&warm.run);
	}
	free(warm.run.netdev);
	buffer_free(&warm.run.append);
	return status;
}

const struct command command_warm = {
	.name = "warm",
	.summary = "save a booted machine, for run to start from",
	.usage = "[OPTION...]",
	.text = "Boots a machine up to where it would start a program, and saves it. `rdinit run` "
		"with\n"
		"the same options then starts from there, in a fraction of the time.\n",
	OPTION_ROWS(rows),
	.run = warm_command,
};
