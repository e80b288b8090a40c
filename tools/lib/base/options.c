// SPDX-License-Identifier: MIT
/* options.c - a subcommand's options by its table: parsing, help and errors. */
#include "tools/lib/base/options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/typo.h"

#define COLUMN_MOST 29 /* where help's texts begin, at the most */

struct parser {
	const struct command *command;
	void *into;
	char **argv;
	int argc, at; /* the word at hand */
	bool is_done; /* another program's options follow */
	bool has_operand;
};

static int set_limit(void *into, const struct option_row *row, const char *text)
{
	(void)into;
	if (!limit_set(text))
		return 0;
	error("--%s expects bytes, or a number with K, M, G or T, found \"%s\"", row->name,
	      shown(text));
	return 2;
}

const struct option_row options_common[] = {
	{ 'h', "help", NULL, "print this help", .kind = OPTION_HELP },
	{ 0, "max-size", "SIZE", "limit of all unpacked sizes together, with K, M or G (4G)",
	  CALL(set_limit) },
};
const size_t options_common_count = COUNT(options_common);

void texts_add(struct texts *texts, const char *text)
{
	texts->list = xreallocarray(texts->list, texts->count + 2, sizeof(*texts->list));
	texts->list[texts->count++] = text;
	texts->list[texts->count] = NULL;
}

/* Row `i` of the command's own and the common ones; NULL after the last. */
static const struct option_row *row_at(const struct command *command, size_t i)
{
	if (i < command->row_count)
		return &command->rows[i];
	i -= command->row_count;
	return i < options_common_count ? &options_common[i] : NULL;
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(command, i)); i++)
		if (row->letter == letter)
			return row;
	return NULL;
}

static const struct option_row *find_name(const struct command *command, const char *name,
					  size_t len)
{
	const struct option_row *row, *found = NULL;
	size_t count = 0;

	for (size_t i = 0; (row = row_at(command, i)); i++) {
		if (strncmp(row->name, name, len) != 0)
			continue;
		if (!row->name[len])
			return row;
		found = row;
		count++;
	}
	return count == 1 ? found : NULL;
}

static int unknown(const struct parser *parser)
{
	const char *given = parser->argv[parser->at], *nearest = NULL;
	const struct option_row *row;
	struct texts names = { 0 };
	char *word;

	for (size_t i = 0; (row = row_at(parser->command, i)); i++)
		if (*row->name)
			texts_add(&names, row->name);
	if (!strncmp(given, "--", 2)) {
		word = xstrndup(given + 2, strcspn(given + 2, "="));
		nearest = typo_nearest(word, names.list);
		free(word);
	}
	free(names.list);
	if (!nearest && parser->has_operand && parser->command->stray)
		return error_usage(parser->command->name, "unknown option %s; %s", shown(given),
				   parser->command->stray);
	return error_usage(parser->command->name, "unknown option %s%s%s%s", shown(given),
			   nearest ? "; did you mean --" : "", nearest ? nearest : "",
			   nearest ? "?" : "");
}

static int store_number(const struct parser *parser, const struct option_row *row, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || !number || number > (unsigned long)row->value)
		return error_usage(parser->command->name,
				   "--%s expects a number from 1 to %d, found \"%s\"", row->name,
				   row->value, shown(text));
	*(unsigned int *)(void *)((char *)parser->into + row->field) = (unsigned int)number;
	return 0;
}

/* As QEMU's -m has it: MiB, unless a letter says otherwise. */
static int store_memory(const struct parser *parser, const struct option_row *row, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10), most = (unsigned long)row->value,
		      unit = toupper((unsigned char)*end) == 'G' ? 1024 : 1;

	if (*end && strchr("gGmM", *end))
		end++;
	if (!isdigit((unsigned char)*text) || *end || !number || number > most / unit)
		return error_usage(parser->command->name,
				   "--%s expects MiB, or a number with M or G, up to %luG; found "
				   "\"%s\"",
				   row->name, most / 1024, shown(text));
	*(unsigned int *)(void *)((char *)parser->into + row->field) =
		(unsigned int)(number * unit);
	return 0;
}

/* "pc|q35|microvm" as "pc, q35 or microvm". */
static char *words_of(const char *choices)
{
	struct buffer words = { 0 };

	while (*choices) {
		size_t len = strcspn(choices, "|");

		buffer_add(&words, choices, len);
		choices += len;
		if (*choices)
			buffer_text(&words, strchr(++choices, '|') ? ", " : " or ");
	}
	return words.data;
}

static int store_choice(const struct parser *parser, const struct option_row *row, const char *text)
{
	const char *choice = row->argument;
	int number = 0, status;
	char *words;

	for (size_t len; *choice; choice += len + (choice[len] == '|'), number++) {
		len = strcspn(choice, "|");
		if (strncmp(choice, text, len) != 0 || text[len])
			continue;
		*(int *)(void *)((char *)parser->into + row->field) = number;
		return 0;
	}
	words = words_of(row->argument);
	status = error_usage(parser->command->name, "--%s expects %s, found \"%s\"", row->name,
			     words, shown(text));
	free(words);
	return status;
}

static int apply(struct parser *parser, const struct option_row *row, const char *text)
{
	void *field = (char *)parser->into + row->field;
	const char *argument = text ? text : ""; /* of a row with "[FILE]" */

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_VALUE:
		*(int *)field = row->value;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = argument;
		return 0;
	case OPTION_LIST:
		texts_add(field, argument);
		return 0;
	case OPTION_NUMBER:
		return store_number(parser, row, argument);
	case OPTION_MEMORY:
		return store_memory(parser, row, argument);
	case OPTION_CHOICE:
		return store_choice(parser, row, argument);
	case OPTION_CALL:
		return row->call(parser->into, row, text);
	case OPTION_REST:
		*(char ***)field = parser->argv + parser->at + 1;
		parser->is_done = true;
		return 0;
	case OPTION_HELP:
		break;
	}
	return 0;
}

/* The argument of `row`: `text`, or the next word. */
static int store(struct parser *parser, const struct option_row *row, const char *text)
{
	const char *given = parser->argv[parser->at];

	if (row->argument && *row->argument != '[' && !text && row->kind != OPTION_REST) {
		if (parser->at + 1 == parser->argc)
			return error_usage(parser->command->name, "%s expects an argument",
					   shown(given));
		text = parser->argv[++parser->at];
	}
	return apply(parser, row, text);
}

static void print_help(const struct command *command);

/* OPTIONS_PARSED, or an exit status. */
static int parse_row(struct parser *parser, const struct option_row *row, const char *text)
{
	int status;

	if (row->kind == OPTION_HELP) {
		print_help(parser->command);
		return 0;
	}
	status = store(parser, row, text);
	return status ? status : OPTIONS_PARSED;
}

static int parse_long(struct parser *parser, const char *name)
{
	size_t len = strcspn(name, "=");
	const struct option_row *row = find_name(parser->command, name, len);
	const char *text = name[len] ? name + len + 1 : NULL;

	if (!row)
		return unknown(parser);
	if (text && (!row->argument || row->kind == OPTION_REST))
		return error_usage(parser->command->name, "--%s takes no argument, found \"%s\"",
				   row->name, shown(text));
	return parse_row(parser, row, text);
}

/* "-vl" is "-v -l"; "-oFILE" is "-o FILE". */
static int parse_letters(struct parser *parser, const char *letters)
{
	int status = OPTIONS_PARSED;

	while (*letters && status == OPTIONS_PARSED) {
		const struct option_row *row = find_letter(parser->command, *letters++);
		bool takes_rest = row && row->argument && *letters;

		if (!row)
			return unknown(parser);
		status = parse_row(parser, row, takes_rest ? letters : NULL);
		if (takes_rest)
			break;
	}
	return status;
}

static int parse_word(struct parser *parser, const char *word)
{
	const struct option_row *row;

	if (word[1] != '-')
		return parse_letters(parser, word + 1);
	if (word[2])
		return parse_long(parser, word + 2);
	row = find_name(parser->command, "", 0);
	return row && !*row->name ? parse_row(parser, row, NULL) : OPTIONS_PARSED;
}

static int check_operands(const struct command *command, size_t count)
{
	if (!command->expected || (count >= command->least && count <= command->most))
		return OPTIONS_PARSED;
	return error_usage(command->name, "expected %s, found %zu argument%s", command->expected,
			   count, count == 1 ? "" : "s");
}

enum operands { OPERANDS_BETWEEN, OPERANDS_LAST };

static int parse(const struct command *command, int *argc, char **argv, void *into,
		 enum operands operands)
{
	struct parser parser = { command, into, argv, *argc, 1, false, false };
	int status = OPTIONS_PARSED, kept = 1;
	bool is_operand = false;

	for (; status == OPTIONS_PARSED && parser.at < *argc && !parser.is_done; parser.at++) {
		char *word = argv[parser.at];

		if (is_operand || word[0] != '-' || !word[1]) {
			argv[kept++] = word;
			parser.has_operand = true;
			is_operand |= operands == OPERANDS_LAST;
			continue;
		}
		status = parse_word(&parser, word);
		is_operand |= !strcmp(word, "--");
	}
	if (status != OPTIONS_PARSED)
		return status;
	argv[kept] = NULL;
	*argc = kept;
	return check_operands(command, (size_t)kept - 1);
}

int options_parse(const struct command *command, int *argc, char **argv, void *into)
{
	return parse(command, argc, argv, into, OPERANDS_BETWEEN);
}

int options_parse_first(const struct command *command, int *argc, char **argv, void *into)
{
	return parse(command, argc, argv, into, OPERANDS_LAST);
}

/* "  -o, --output FILE", malloc'd. */
static char *head_of(const struct option_row *row)
{
	struct buffer head = { 0 };

	buffer_text(&head, "  ");
	if (row->letter)
		buffer_printf(&head, "-%c, ", row->letter);
	buffer_printf(&head, "--%s", row->name);
	if (row->argument && *row->argument == '[')
		buffer_printf(&head, "[=%s", row->argument + 1);
	else if (row->argument)
		buffer_printf(&head, " %s", row->argument);
	return head.data;
}

static void print_row(const struct option_row *row, int column)
{
	char *head = head_of(row);
	const char *line = row->help;
	int len = printf("%s", head);

	if (len > column - 2)
		len = printf("\n") - 1;
	while (line) {
		const char *end = strchr(line, '\n');

		printf("%*s%.*s\n", column - len, "", end ? (int)(end - line) : (int)strlen(line),
		       line);
		line = end ? end + 1 : NULL;
		len = 0;
	}
	free(head);
}

void options_print(const struct option_row *rows, size_t count)
{
	size_t column = 0;

	for (size_t i = 0; i < count; i++) {
		char *head = head_of(&rows[i]);
		size_t len = strlen(head) + 2;

		if (rows[i].help && len > column && len <= COLUMN_MOST)
			column = len;
		free(head);
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].help)
			print_row(&rows[i], (int)column);
}

static void print_help(const struct command *command)
{
	const char *form = command->usage, *blank = *command->name ? " " : "";

	for (const char *head = "usage:"; form; head = "      ") {
		size_t len = strcspn(form, "\n");

		printf("%s rdinit%s%s%s%.*s\n", head, blank, command->name, len ? " " : "",
		       (int)len, form);
		form = form[len] ? form + len + 1 : NULL;
	}
	printf("\n%s", command->text);
	if (command->row_count)
		puts("");
	options_print(command->rows, command->row_count);
	if (command->print_more)
		command->print_more();
}
