// SPDX-License-Identifier: MIT
/* main.c - rdinit: the table of subcommands. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/typo.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "pack", cmd_pack, "make an initramfs image from recipes, trees, programs and modules" },
	{ "list", cmd_list, "print an image as a recipe" },
	{ "cat", cmd_cat, "print files of an image" },
	{ "extract", cmd_extract, "unpack an image into a folder, without rights of root" },
	{ "diff", cmd_diff, "say what differs between two images" },
	{ "explain", cmd_explain, "say why something is in an image, and what it costs" },
	{ "plan", cmd_plan, "print the boot that /init would do, step by step" },
	{ "check", cmd_check, "say whether an image will boot, without booting it" },
	{ "run", cmd_run, "boot an image, or one program, in a virtual machine" },
};

static void print_help(void)
{
	puts("usage: rdinit COMMAND [OPTION...] [ARGUMENT...]\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	puts("\nEach command that reads images and archives takes\n"
	     "  --max-size SIZE  what all of them may unpack to, with K, M or G (4G)");
	puts("\n`rdinit help COMMAND` says more; the whole story is in rdinit(1).");
}

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

/* Takes --max-size out of the arguments, up to those of another program. 0, or 2 after reporting.
 */
static int take_limit(int *argc, char **argv)
{
	static const char name[] = "--max-size";
	int kept = 1, at = 1;

	for (; at < *argc && strcmp(argv[at], "--") && strcmp(argv[at], "--app"); at++) {
		const char *size = argv[at] + strlen(name);

		if (strncmp(argv[at], name, strlen(name)) || (*size && *size != '=')) {
			argv[kept++] = argv[at];
			continue;
		}
		size = *size ? size + 1 : at + 1 < *argc ? argv[++at] : "";
		if (limit_set(size) < 0) {
			error("%s: expected bytes, or a number with K, M, G or T, found \"%s\"",
			      name, shown(size));
			return 2;
		}
	}
	while (at < *argc)
		argv[kept++] = argv[at++];
	argv[kept] = NULL;
	*argc = kept;
	return 0;
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
	const char *names[sizeof(commands) / sizeof(*commands) + 1] = { NULL }, *nearest;

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		names[i] = commands[i].name;
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	}
	nearest = typo_nearest(name, names);
	error("unknown command \"%s\"%s%s%s (try: rdinit --help)", shown(name),
	      nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	return NULL;
}

static int run_command(const char *name, int argc, char **argv)
{
	const struct command *command = find_command(name);

	return command ? finish(command->run(argc, argv)) : 2;
}

int main(int argc, char **argv)
{
	char *help[] = { argc > 2 ? argv[2] : NULL, (char *)"--help", NULL };

	open_standard_streams(argc > 1 ? argv[1] : NULL);
	/* A file size limit is then an error of write(2) that the command reports. */
	signal(SIGXFSZ, SIG_IGN);
	if (take_limit(&argc, argv))
		return 2;
	if (argc < 2) {
		error("expected a command: pack, list, run ... (try: rdinit --help)");
		return 2;
	}
	if (!strcmp(argv[1], "help") && argc > 2)
		return run_command(argv[2], 2, help);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return finish(0);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("rdinit " RDINIT_VERSION);
		return finish(0);
	}
	return run_command(argv[1], argc - 1, argv + 1);
}
