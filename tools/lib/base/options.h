/* SPDX-License-Identifier: MIT */
/* options.h - a subcommand as a table: the name, argument, help and field of each option. */
#ifndef TOOLS_LIB_OPTIONS_H
#define TOOLS_LIB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Texts that an option or several collect. NULL: none. */
struct texts {
	const char **list; /* ended by NULL */
	size_t count;
};

void texts_add(struct texts *texts, const char *text);

enum option_kind {
	OPTION_FLAG, /* bool: true */
	OPTION_VALUE, /* int or enum: row->value */
	OPTION_TEXT, /* const char *: the argument */
	OPTION_LIST, /* struct texts: the argument is added */
	OPTION_NUMBER, /* unsigned int: from 1 to row->value */
	OPTION_MEMORY, /* unsigned int: MiB, up to row->value; "512", "512M" or "2G" */
	OPTION_CHOICE, /* int or enum: which of the words in row->argument, "pc|q35", from 0 */
	OPTION_CALL, /* row->call is called */
	OPTION_REST, /* char **: all that follows, which is another program's; ended by NULL */
	OPTION_HELP, /* help is printed, and that is all */
};

struct option_row {
	char letter; /* 0: none */
	const char *name; /* without dashes; "" is -- itself */
	const char *argument; /* "FILE", as help names it; "[FILE]": may be missing; NULL: none */
	const char *help; /* lines; NULL: not listed */
	enum option_kind kind;
	size_t field; /* where in the command's struct; by the macros below */
	int value;
	/* 0, or 2 after reporting. `text` is NULL without an argument. */
	int (*call)(void *into, const struct option_row *row, const char *text);
};

/* The rest of a row: its kind, its field, and a check of the field's type by the compiler. */
#define OPTION_AT(of, at, type) \
	.field = offsetof(struct of, at) + 0 * sizeof((type *)0 == &((struct of *)0)->at)
#define OPTION_INT_AT(of, at)              \
	.field = offsetof(struct of, at) + \
		 0 * sizeof(char[sizeof(((struct of *)0)->at) == sizeof(int) ? 1 : -1])
#define FLAG_AT(of, at) .kind = OPTION_FLAG, OPTION_AT(of, at, bool)
#define TEXT_AT(of, at) .kind = OPTION_TEXT, OPTION_AT(of, at, const char *)
#define LIST_AT(of, at) .kind = OPTION_LIST, OPTION_AT(of, at, struct texts)
#define REST_AT(of, at) .kind = OPTION_REST, OPTION_AT(of, at, char **)
#define NUMBER_AT(of, at, most) \
	.kind = OPTION_NUMBER, OPTION_AT(of, at, unsigned int), .value = most
#define MEMORY_AT(of, at, most) \
	.kind = OPTION_MEMORY, OPTION_AT(of, at, unsigned int), .value = most
#define VALUE_AT(of, at, is) .kind = OPTION_VALUE, OPTION_INT_AT(of, at), .value = is
#define CHOICE_AT(of, at) .kind = OPTION_CHOICE, OPTION_INT_AT(of, at)
#define CALL(function) .kind = OPTION_CALL, .call = function

struct command {
	const char *name; /* "pack" */
	const char *summary; /* its line of `rdinit --help` */
	const char *usage; /* the line after its name, "[OPTION...] IMAGE"; each line is one form */
	const char *text; /* its effect: lines, each with its end */
	const struct option_row *rows;
	size_t row_count;
	const char
		*expected; /* its operands, as an error names them; NULL: it counts them itself */
	size_t least, most; /* how many operands */
	const char *stray; /* what an unknown option after an operand may be; NULL: nothing else */
	void (*print_more)(void); /* prints the end of the help, or NULL */
	int (*run)(int argc, char **argv); /* exit status */
};

#define OPTION_ROWS(array) .rows = array, .row_count = sizeof(array) / sizeof((array)[0])

/* Options of every command: --help and --max-size. */
extern const struct option_row options_common[];
extern const size_t options_common_count;

/*
 * Takes the options out of argv, from argv[1] on, into the command's struct, which has its
 * defaults. Operands may stand between them; they are left in argv[1] up to argv[*argc], which is
 * NULL. "--" ends the options. A long option may be cut short while it is like no other. Returns
 * OPTIONS_PARSED, or an exit status: 0 after printing help, 2 after reporting.
 */
#define OPTIONS_PARSED (-1)
int options_parse(const struct command *command, int *argc, char **argv, void *into);

/* The same up to the first operand, which stays in argv[1] with all that follows it. */
int options_parse_first(const struct command *command, int *argc, char **argv, void *into);

/* A line or more for each row. */
void options_print(const struct option_row *rows, size_t count);

#endif
