// SPDX-License-Identifier: MIT
/* test_recipe.c - a recipe's words and their quoting, paths, and conflicts of entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/base/path.h"
#include "tools/lib/image/image.h"
#include "tools/lib/base/words.h"

static const char *value(const void *context, const char *name)
{
	return strcmp(name, "X") ? NULL : context;
}

static int split(const char *text, struct words *words)
{
	*words = (struct words){ 0 };
	return words_parse((struct span){ (const uint8_t *)text, strlen(text) }, value, "a b",
			   words);
}

static void assert_words(const char *text, const char *const *expected)
{
	struct words words;
	size_t i = 0;

	assert_int_equal(split(text, &words), 0);
	for (; expected[i]; i++) {
		assert_true(i < words.count);
		assert_string_equal(words.list[i].text, expected[i]);
	}
	assert_int_equal(words.count, i);
	words_free(&words);
}

static void splits_at_blanks_outside_quotes(void **state)
{
	(void)state;
	assert_words("  a\tbc  ", (const char *[]){ "a", "bc", NULL });
	assert_words("\"a b\"c \"\"", (const char *[]){ "a bc", "", NULL });
	assert_words("", (const char *[]){ NULL });
	assert_words("a\r", (const char *[]){ "a", NULL });
}

static void ends_the_line_at_a_word_that_begins_with_a_hash(void **state)
{
	(void)state;
	assert_words("a b#c #d e", (const char *[]){ "a", "b#c", NULL });
	assert_words("# a", (const char *[]){ NULL });
	assert_words("\"#a\"", (const char *[]){ "#a", NULL });
}

static void puts_a_variable_into_one_word(void **state)
{
	(void)state;
	assert_words("x${X}y \"${X}\" $X $", (const char *[]){ "xa by", "a b", "$X", "$", NULL });
	assert_words("\"\\${X}\" \\", (const char *[]){ "${X}", "\\", NULL });
}

static void knows_the_escapes_of_c_in_quotes_only(void **state)
{
	(void)state;
	assert_words("\"\\n\\t\\r\\\"\\\\\\$\\xfF\" \\n",
		     (const char *[]){ "\n\t\r\"\\$\xff", "\\n", NULL });
}

static void tells_the_column_of_a_fault(void **state)
{
	static const struct {
		const char *text;
		unsigned int column;
	} rows[] = { { "a \"b", 5 },   { "a \"\\q\"", 5 }, { "a ${", 5 },
		     { "a b${Y}", 4 }, { "\"\\x4z\"", 5 }, { "\"\\x00\"", 2 } };
	struct words words;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(split(rows[i].text, &words), -1);
		assert_int_equal(words.fault_column, rows[i].column);
		assert_non_null(words.fault);
		words_free(&words);
	}
}

/* Every byte, alone and between others, survives quoting and reading. */
static void quotes_so_that_every_byte_comes_back(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		const char texts[2][5] = { { (char)byte, 0 }, { 'a', (char)byte, '{', 'X', 0 } };

		for (int i = 0; i < 2; i++) {
			struct buffer line = { 0 };

			words_quote(&line, texts[i]);
			assert_words(line.data, (const char *[]){ texts[i], NULL });
			buffer_free(&line);
		}
	}
}

static void makes_paths_clean_or_says_why_not(void **state)
{
	static const char *const rows[][2] = {
		{ "a", "/a" },	    { "//a/./b//", "/a/b" }, { "/", "/" },
		{ ".", "/" },	    { "...", "/..." },	     { "", NULL },
		{ "a/../b", NULL }, { "/TRAILER!!!", NULL }, { "x/TRAILER!!!", "/x/TRAILER!!!" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why;
		char *clean = path_clean(rows[i][0], &why);

		if (rows[i][1])
			assert_string_equal(clean, rows[i][1]);
		else
			assert_true(!clean && why);
		free(clean);
	}
}

/* What a program brings must not depend on whether its line stands before or after a tree's. */
static void a_programs_symlink_takes_in_a_directory_in_any_order(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct image *image = image_new();
		struct image_defaults tree = { .rank = IMAGE_TREE };
		struct image_defaults program = { .rank = IMAGE_PROGRAM };

		for (int step = 0; step < 2; step++) {
			if (step == order) {
				image_set_defaults(image, tree);
				assert_non_null(image_add_dir(image, "/bin", 0755, "tree"));
				assert_non_null(
					image_add_data(image, "/bin/x", "x", 1, 0755, "tree"));
			} else {
				image_set_defaults(image, program);
				assert_non_null(
					image_add_symlink(image, "/bin", "usr/bin", "program"));
				assert_non_null(
					image_add_data(image, "/usr/bin/y", "y", 1, 0755, "p"));
			}
		}
		assert_true(S_ISLNK(image_find(image, "/bin")->mode));
		assert_string_equal(image_find(image, "/bin/x")->path, "/usr/bin/x");
		assert_string_equal(image_find(image, "/bin/y")->path, "/usr/bin/y");
		assert_int_equal(image_count(image), 5);
		image_free(image);
	}
}

static void what_is_needed_never_replaces_what_was_asked_for(void **state)
{
	struct image *image = image_new();

	(void)state;
	assert_non_null(image_add_data(image, "/lib/libc", "mine", 4, 0600, "recipe:1"));
	assert_non_null(image_add_data(image, "/lib/libc", "other", 5, 0755, "needed by /bin/sh"));
	assert_int_equal(image_find(image, "/lib/libc")->size, 4);
	assert_int_equal(image_find(image, "/lib/libc")->mode, S_IFREG | 0600);
	image_free(image);
}

static void heirs_of_a_replaced_file_share_its_bytes(void **state)
{
	struct image *image = image_new();
	struct entry *file = image_add_data(image, "/a", "data", 4, 0644, "r:1");

	(void)state;
	image_add_link(image, "/b", file, "r:1");
	image_add_link(image, "/c", file, "r:1");
	assert_non_null(image_add_symlink(image, "/a", "b", "r:2"));
	assert_null(image_find(image, "/b")->link);
	assert_memory_equal(image_find(image, "/b")->data, "data", 4);
	assert_ptr_equal(image_find(image, "/c")->link, image_find(image, "/b"));
	image_free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_at_blanks_outside_quotes),
		cmocka_unit_test(ends_the_line_at_a_word_that_begins_with_a_hash),
		cmocka_unit_test(puts_a_variable_into_one_word),
		cmocka_unit_test(knows_the_escapes_of_c_in_quotes_only),
		cmocka_unit_test(tells_the_column_of_a_fault),
		cmocka_unit_test(quotes_so_that_every_byte_comes_back),
		cmocka_unit_test(makes_paths_clean_or_says_why_not),
		cmocka_unit_test(a_programs_symlink_takes_in_a_directory_in_any_order),
		cmocka_unit_test(what_is_needed_never_replaces_what_was_asked_for),
		cmocka_unit_test(heirs_of_a_replaced_file_share_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
