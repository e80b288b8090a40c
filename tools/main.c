// SPDX-License-Identifier: MIT
/* main.c - rdinit: the table of subcommands. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/typo.h"

const struct command *const commands[] = {
	&command_pack, &command_list,	 &command_cat,	      &command_extract,
	&command_diff, &command_explain, &command_plan,	      &command_check,
	&command_run,  &command_warm,	 &command_completion, NULL,
};

struct before { /* the subcommand */
	bool version;
};

static const struct option_row rows[] = {
	{ 'V', "version", NULL, "print the version", FLAG_AT(before, version) },
};

static void print_commands(void)
{
	puts("\nCommands:");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
	puts("\nEvery command takes");
	options_print(options_common, options_common_count);
	puts("\n"
	     "`rdinit help COMMAND` explains a command; rdinit(1) has all of it.");
}

static const struct command tool = {
	.name = "",
	.usage = "COMMAND [OPTION...] [ARGUMENT...]",
	.text = "Packs, checks, explains and boots initramfs images.\n",
	OPTION_ROWS(rows),
	.print_more = print_commands,
};

/* The next file that is opened would get the number of a standard stream that is closed: an image,
 * or a guest's console. A program that `run` starts may write to nowhere; for other commands a
 * closed output stays an error of write(2). */
static void open_standard_streams(const char *command)
{
	int fd;

	do
		fd = open("/dev/null", command && !strcmp(command, "run") ? O_RDWR : O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		_exit(1);
	close(fd);
}

static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	error("cannot write to standard output");
	return status ? status : 1;
}

static const struct command *find_command(const char *name)
{
	struct texts names = { 0 };
	const char *nearest;

	for (size_t i = 0; commands[i]; i++) {
		if (!strcmp(name, commands[i]->name)) {
			free(names.list);
			return commands[i];
		}
		texts_add(&names, commands[i]->name);
	}
	nearest = typo_nearest(name, names.list);
	error_usage("", "unknown command \"%s\"%s%s%s", shown(name),
		    nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	free(names.list);
	return NULL;
}

static int run_command(const char *name, int argc, char **argv)
{
	const struct command *command = find_command(name);

	return command ? finish(command->run(argc, argv)) : 2;
}

int main(int argc, char **argv)
{
	struct before before = { .version = false };
	char *help[] = { argv[0], (char *)"--help", NULL };
	int status;

	/* A file size limit is then an error of write(2) that the command reports. */
	signal(SIGXFSZ, SIG_IGN);
	status = options_parse_first(&tool, &argc, argv, &before);
	open_standard_streams(argc > 1 ? argv[1] : NULL);
	if (status != OPTIONS_PARSED)
		return finish(status);
	if (before.version) {
		puts("rdinit " RDINIT_VERSION);
		return finish(0);
	}
	if (argc < 2)
		return error_usage("", "expected a command: pack, list, run ...");
	if (strcmp(argv[1], "help") != 0)
		return run_command(argv[1], argc - 1, argv + 1);
	if (argc > 2)
		return run_command(argv[2], 2, help);
	argc = 2;
	return finish(options_parse_first(&tool, &argc, help, &before));
}
