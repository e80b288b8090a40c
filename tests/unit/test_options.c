// SPDX-License-Identifier: MIT
/* test_options.c - a command's table of options: what words fill in, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/base/options.h"

#define WORDS_MAX 16

enum colour { RED, GREEN, BLUE };

struct fields {
	bool flag;
	enum colour colour;
	const char *text, *maybe, *called;
	struct texts list;
	unsigned int number, memory;
	char **rest, **app;
};

static int called(void *into, const struct option_row *row, const char *text)
{
	struct fields *fields = into;

	assert_string_equal(row->name, "call");
	fields->called = text;
	return strcmp(text, "bad") ? 0 : 2;
}

static const struct option_row rows[] = {
	{ 'f', "flag", NULL, "a flag", FLAG_AT(fields, flag) },
	{ 'b', "blue", NULL, "a value", VALUE_AT(fields, colour, BLUE) },
	{ 't', "text", "TEXT", "a text", TEXT_AT(fields, text) },
	{ 0, "text-2", "TEXT", "a longer name", TEXT_AT(fields, text) },
	{ 0, "maybe", "[TEXT]", "a text or none", TEXT_AT(fields, maybe) },
	{ 'l', "list", "TEXT", "texts", LIST_AT(fields, list) },
	{ 'n', "number", "N", "a number", NUMBER_AT(fields, number, 300) },
	{ 0, "memory", "SIZE", "memory", MEMORY_AT(fields, memory, 4096) },
	{ 0, "colour", "red|green|blue", "a choice", CHOICE_AT(fields, colour) },
	{ 0, "call", "TEXT", "a call", CALL(called) },
	{ 0, "app", "PROGRAM...", "another program", REST_AT(fields, app) },
};

static const struct command command = {
	.name = "test",
	.usage = "",
	.text = "",
	OPTION_ROWS(rows),
	.expected = "at most two words",
	.least = 0,
	.most = 2,
};

static const struct option_row program_rows[] = {
	{ 0, "", NULL, NULL, REST_AT(fields, rest) },
};

static const struct command program = {
	.name = "program",
	.usage = "",
	.text = "",
	OPTION_ROWS(program_rows),
};

struct words {
	char *list[WORDS_MAX + 2];
	int count;
};

/* Of a line with blanks between the words. */
static struct words split(char *line)
{
	struct words words = { { (char *)"test" }, 1 };

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words.list[words.count++] = word;
	return words;
}

static int take(const char *text, struct fields *fields, struct words *words)
{
	static char line[128];

	memset(fields, 0, sizeof(*fields));
	strcpy(line, text);
	*words = split(line);
	return options_parse(&command, &words->count, words->list, fields);
}

static void each_kind_fills_its_field(void **state)
{
	struct fields fields;
	struct words words;

	(void)state;
	assert_int_equal(take("-f -b --text=x --list a -l b -lc -n 300 --maybe --call good",
			      &fields, &words),
			 OPTIONS_PARSED);
	assert_true(fields.flag);
	assert_int_equal(fields.colour, BLUE);
	assert_string_equal(fields.text, "x");
	assert_int_equal(fields.list.count, 3);
	assert_string_equal(fields.list.list[2], "c");
	assert_null(fields.list.list[3]);
	assert_int_equal(fields.number, 300);
	assert_string_equal(fields.maybe, "");
	assert_string_equal(fields.called, "good");
	assert_int_equal(words.count, 1);
	free(fields.list.list);
	assert_int_equal(take("--maybe=yes --colour green", &fields, &words), OPTIONS_PARSED);
	assert_string_equal(fields.maybe, "yes");
	assert_int_equal(fields.colour, GREEN);
}

static void memory_is_counted_in_mib(void **state)
{
	static const struct {
		const char *line;
		unsigned int mib;
	} rows_of_memory[] = {
		{ "--memory 7", 7 },	 { "--memory 512M", 512 }, { "--memory=3g", 3072 },
		{ "--memory 4G", 4096 }, { "--memory 1m", 1 },
	};
	struct fields fields;
	struct words words;

	(void)state;
	for (size_t i = 0; i < sizeof(rows_of_memory) / sizeof(rows_of_memory[0]); i++) {
		assert_int_equal(take(rows_of_memory[i].line, &fields, &words), OPTIONS_PARSED);
		assert_int_equal(fields.memory, rows_of_memory[i].mib);
	}
}

static void letters_stand_together(void **state)
{
	struct fields fields;
	struct words words;

	(void)state;
	assert_int_equal(take("-fbtrest", &fields, &words), OPTIONS_PARSED);
	assert_true(fields.flag && fields.colour == BLUE);
	assert_string_equal(fields.text, "rest");
	assert_int_equal(take("-ft next", &fields, &words), OPTIONS_PARSED);
	assert_string_equal(fields.text, "next");
}

static void operands_stand_anywhere_and_last_after_dashes(void **state)
{
	struct fields fields;
	struct words words;

	(void)state;
	assert_int_equal(take("one -f -", &fields, &words), OPTIONS_PARSED);
	assert_true(fields.flag && words.count == 3 && !words.list[3]);
	assert_string_equal(words.list[1], "one");
	assert_string_equal(words.list[2], "-");
	assert_int_equal(take("-- -f", &fields, &words), OPTIONS_PARSED);
	assert_true(!fields.flag && words.count == 2);
	assert_string_equal(words.list[1], "-f");
	assert_int_equal(take("one two three", &fields, &words), 2);
}

static void names_may_be_cut_short_while_they_are_like_no_other(void **state)
{
	struct fields fields;
	struct words words;

	(void)state;
	assert_int_equal(take("--num 5", &fields, &words), OPTIONS_PARSED);
	assert_int_equal(fields.number, 5);
	assert_int_equal(take("--text x", &fields, &words), OPTIONS_PARSED); /* and not --text-2 */
	assert_int_equal(take("--tex x", &fields, &words), 2);
}

static void what_follows_is_another_programs(void **state)
{
	struct fields fields;
	struct words words;
	char line[] = "-- -f --text";

	(void)state;
	assert_int_equal(take("one --app -f --nonsense", &fields, &words), OPTIONS_PARSED);
	assert_true(!fields.flag && words.count == 2);
	assert_string_equal(fields.app[0], "-f");
	assert_string_equal(fields.app[1], "--nonsense");
	assert_int_equal(take("--app", &fields, &words), OPTIONS_PARSED);
	assert_null(fields.app[0]);
	words = split(line);
	assert_int_equal(options_parse(&program, &words.count, words.list, &fields),
			 OPTIONS_PARSED);
	assert_string_equal(fields.rest[1], "--text");
	assert_int_equal(words.count, 1);
}

static void the_first_operand_ends_what_stands_before_a_subcommand(void **state)
{
	struct fields fields = { 0 };
	char line[] = "-f sub -b";
	struct words words = split(line);

	(void)state;
	assert_int_equal(options_parse_first(&command, &words.count, words.list, &fields),
			 OPTIONS_PARSED);
	assert_true(fields.flag && fields.colour == RED && words.count == 3);
	assert_string_equal(words.list[2], "-b");
}

static void what_is_wrong_is_an_error_of_usage(void **state)
{
	static const char *const lines[] = {
		"--nope",
		"-x",
		"-fx",
		"--text",
		"-t",
		"--flag=x",
		"--number 0",
		"--number 301",
		"--number -1",
		"--number 1x",
		"--number=",
		"--memory 0G",
		"--memory 5G",
		"--memory 4097M",
		"--memory G",
		"--memory 1GM",
		"--memory 99999999999999999999",
		"--memory 1k",
		"--colour gre",
		"--colour=",
		"--colour greens",
		"--call bad",
		"--max-size x",
		"--app=x",
		"--=x",
		"--num 99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct fields fields;
		struct words words;

		if (take(lines[i], &fields, &words) != 2)
			fail_msg("%s was taken", lines[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_fills_its_field),
		cmocka_unit_test(memory_is_counted_in_mib),
		cmocka_unit_test(letters_stand_together),
		cmocka_unit_test(operands_stand_anywhere_and_last_after_dashes),
		cmocka_unit_test(names_may_be_cut_short_while_they_are_like_no_other),
		cmocka_unit_test(what_follows_is_another_programs),
		cmocka_unit_test(the_first_operand_ends_what_stands_before_a_subcommand),
		cmocka_unit_test(what_is_wrong_is_an_error_of_usage),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
