// SPDX-License-Identifier: MIT
/* test_cmdline.c - a line cut into words as the kernel cuts it, and as people quote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/cmdline.h"

#define WORDS 6
#define LINE 128

struct row {
	const char *line;
	struct word words[WORDS]; /* name NULL: the end */
};

static void check(const struct row *row)
{
	char line[LINE];
	char *rest = line;
	struct word word;
	int count = 0;

	memcpy(line, row->line, strlen(row->line) + 1);
	for (; cmdline_next(&rest, &word); count++) {
		if (!row->words[count].name)
			fail_msg("\"%s\": one word more, %s", row->line, word.name);
		assert_string_equal(word.name, row->words[count].name);
		if (!row->words[count].value != !word.value)
			fail_msg("\"%s\": the value of %s", row->line, word.name);
		if (word.value)
			assert_string_equal(word.value, row->words[count].value);
	}
	assert_null(row->words[count].name);
}

#define CHECK_ALL(rows)                                               \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
	check(&(rows)[i])

static void white_space_parts_words(void **state)
{
	static const struct row rows[] = {
		{ "", { { 0 } } },
		{ " \t\n ", { { 0 } } },
		{ "ro", { { "ro", NULL } } },
		{ "  ro\t quiet \n", { { "ro", NULL }, { "quiet", NULL } } },
		{ "a\vb\fc\rd", { { "a", NULL }, { "b", NULL }, { "c", NULL }, { "d", NULL } } },
		{ "a\xa0"
		  "b",
		  { { "a", NULL }, { "b", NULL } } },
		{ "\xa0\xa0", { { 0 } } },
		{ "ro ro ro=1", { { "ro", NULL }, { "ro", NULL }, { "ro", "1" } } },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void the_first_equals_sign_parts_name_and_value(void **state)
{
	static const struct row rows[] = {
		{ "a=b", { { "a", "b" } } },
		{ "a=", { { "a", "" } } },
		{ "a= b", { { "a", "" }, { "b", NULL } } },
		{ "root=UUID=1-2", { { "root", "UUID=1-2" } } },
		{ "=b", { { "=b", NULL } } },
		{ "==b", { { "=", "b" } } },
		{ "=", { { "=", NULL } } },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void quotes_keep_white_space_and_are_dropped(void **state)
{
	static const struct row rows[] = {
		{ "a=\"b c\" d", { { "a", "b c" }, { "d", NULL } } },
		{ "\"a=b c\" d", { { "a", "b c" }, { "d", NULL } } },
		{ "\"a b\" c", { { "a b", NULL }, { "c", NULL } } },
		{ "a=\"\" b", { { "a", "" }, { "b", NULL } } },
		{ "\"\" b", { { "", NULL }, { "b", NULL } } },
		{ "a=b\"c d\"e", { { "a", "b\"c d\"e" } } },
		{ "a\"b c\"=d", { { "a\"b c\"", "d" } } },
		{ "a=\"b c\"d", { { "a", "b c\"d" } } },
		{ "a='b c'", { { "a", "'b" }, { "c'", NULL } } },
		{ "a=\"b\xa0"
		  "c\"",
		  { { "a", "b\xa0"
			   "c" } } },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void an_open_quote_reaches_to_the_end_of_the_line(void **state)
{
	static const struct row rows[] = {
		{ "a=\"b c d=e", { { "a", "b c d=e" } } },
		{ "\"a b c", { { "a b c", NULL } } },
		{ "\"", { { "", NULL } } },
		{ "a=\"", { { "a", "" } } },
		{ "\"a=\"", { { "a", "" } } },
		{ "\"a=\"b c\" d", { { "a", "b" }, { "c\" d", NULL } } },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void two_dashes_end_our_words_only_when_bare(void **state)
{
	static const struct {
		const char *line;
		int is_end;
	} rows[] = { { "--", 1 },  { "\"--\"", 1 }, { "--=x", 0 }, { "-", 0 },
		     { "---", 0 }, { "--x", 0 },    { "--=", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[LINE];
		char *rest = line;
		struct word word;

		memcpy(line, rows[i].line, strlen(rows[i].line) + 1);
		assert_int_equal(cmdline_next(&rest, &word), 1);
		assert_int_equal(cmdline_is_end(&word), rows[i].is_end);
	}
}

static void a_word_is_joined_again_without_its_quotes(void **state)
{
	static const char *const rows[][2] = {
		{ "a", "a" },
		{ "a=b", "a=b" },
		{ "a=", "a=" },
		{ "a=\"b c\"", "a=b c" },
		{ "\"a=b c\"", "a=b c" },
		{ "=b", "=b" },
		{ "a=\"\"", "a=" },
		{ "a=\"b=c", "a=b=c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[LINE];
		char *rest = line;
		struct word word;

		memcpy(line, rows[i][0], strlen(rows[i][0]) + 1);
		assert_int_equal(cmdline_next(&rest, &word), 1);
		assert_string_equal(cmdline_join(&word), rows[i][1]);
	}
}

static void joining_a_word_leaves_the_next_one_alone(void **state)
{
	char line[] = "a=\"b c\" d=e";
	char *rest = line;
	struct word word;

	(void)state;
	assert_int_equal(cmdline_next(&rest, &word), 1);
	cmdline_join(&word);
	assert_int_equal(cmdline_next(&rest, &word), 1);
	assert_string_equal(word.name, "d");
	assert_string_equal(word.value, "e");
}

static void people_group_words_with_either_quote(void **state)
{
	static const struct {
		const char *line;
		const char *words[WORDS];
	} rows[] = {
		{ "", { 0 } },
		{ "  ", { 0 } },
		{ "/bin/sh -c 'echo a  b'", { "/bin/sh", "-c", "echo a  b" } },
		{ "a \"b 'c'\" d", { "a", "b 'c'", "d" } },
		{ "x'y z'\"w v\"", { "xy zw v" } },
		{ "'' b", { "", "b" } },
		{ "a ''", { "a", "" } },
		{ "a\tb ", { "a", "b" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[LINE], *words[WORDS];
		int count, at = 0;

		memcpy(line, rows[i].line, strlen(rows[i].line) + 1);
		count = words_split(line, words, WORDS - 1);
		for (; rows[i].words[at]; at++) {
			assert_true(at < count);
			assert_string_equal(words[at], rows[i].words[at]);
		}
		assert_int_equal(count, at);
		assert_null(words[count]);
	}
}

static void too_many_words_and_open_quotes_are_refused(void **state)
{
	char *words[3], two[] = "a b", three[] = "a b c", open[] = "a 'b", mixed[] = "a 'b\"";

	(void)state;
	assert_int_equal(words_split(two, words, 2), 2);
	assert_int_equal(words_split(three, words, 2), -1);
	assert_int_equal(words_split(open, words, 2), -1);
	assert_int_equal(words_split(mixed, words, 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(white_space_parts_words),
		cmocka_unit_test(the_first_equals_sign_parts_name_and_value),
		cmocka_unit_test(quotes_keep_white_space_and_are_dropped),
		cmocka_unit_test(an_open_quote_reaches_to_the_end_of_the_line),
		cmocka_unit_test(two_dashes_end_our_words_only_when_bare),
		cmocka_unit_test(a_word_is_joined_again_without_its_quotes),
		cmocka_unit_test(joining_a_word_leaves_the_next_one_alone),
		cmocka_unit_test(people_group_words_with_either_quote),
		cmocka_unit_test(too_many_words_and_open_quotes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
