// SPDX-License-Identifier: MIT
/* completion.c - rdinit completion: our command lines, for a shell that completes them. */
#include <stdio.h>

#include "tools/commands.h"

static void print_names(const struct option_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].help)
			printf(" --%s", rows[i].name);
}

static void print_options(const struct command *command)
{
	printf("\t'%s -'*) words='", command->name);
	print_names(command->rows, command->row_count);
	print_names(options_common, options_common_count);
	puts("' ;;");
}

/* Options whose argument is one of some words: "pc|q35". */
static void print_choices(const struct command *command)
{
	for (size_t i = 0; i < command->row_count; i++) {
		const struct option_row *row = &command->rows[i];

		if (row->kind != OPTION_CHOICE)
			continue;
		printf("\t'%s --%s '*) words='", command->name, row->name);
		for (const char *at = row->argument; *at; at++)
			putchar(*at == '|' ? ' ' : *at);
		puts("' ;;");
	}
}

/* Where nothing fits bash completes names of files. */
static void print_bash(void)
{
	puts("_rdinit()\n{\n"
	     "\tlocal word=${COMP_WORDS[COMP_CWORD]} words= at\n"
	     "\tfor ((at = 1; at < COMP_CWORD; at++)); do # what follows is another program's\n"
	     "\t\tcase ${COMP_WORDS[at]} in -- | --app) return ;; esac\n"
	     "\tdone\n"
	     "\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]} $word\" in");
	for (size_t i = 0; commands[i]; i++)
		print_choices(commands[i]);
	puts("\t*) case \"${COMP_WORDS[1]} $word\" in");
	for (size_t i = 0; commands[i]; i++)
		print_options(commands[i]);
	puts("\tesac ;;\n\tesac");
	fputs("\t((COMP_CWORD > 1)) || words='help", stdout);
	for (size_t i = 0; commands[i]; i++)
		printf(" %s", commands[i]->name);
	puts("'\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
	     "complete -o default -F _rdinit rdinit");
}

static int run(int argc, char **argv)
{
	int status = options_parse(&command_completion, &argc, argv, NULL);

	if (status != OPTIONS_PARSED)
		return status;
	print_bash();
	return 0;
}

const struct command command_completion = {
	.name = "completion",
	.summary = "print a script with which bash completes command lines",
	.usage = "",
	.text = "Prints a script for bash: source <(rdinit completion)\n",
	.expected = "no argument",
	.run = run,
};
