/* SPDX-License-Identifier: MIT */
/* commands.h - the subcommands, each in the file of its name. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include "tools/lib/base/options.h"

/* Each is run with argv from its own name on and returns the exit status: 0, 1 after reporting an
 * error, 2 for a usage error; `run` the guest's. */
extern const struct command command_pack, command_list, command_cat, command_extract, command_diff,
	command_explain, command_plan, command_check, command_run, command_warm, command_completion;

/* All of them, in the order of the help; NULL at the end. */
extern const struct command *const commands[];

#endif
