// SPDX-License-Identifier: MIT
/* test_walk.c - a path name by name: dots, slashes, symlinks and how many of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/base/walk.h"

static const char *const links[][2] = {
	{ "/lib", "usr/lib" },		{ "/usr/lib/up", ".." },
	{ "/abs", "//usr/./lib/" },	{ "/a/twice", "/abs" },
	{ "/a/deep", "b/../../lib/x" }, { "/a/empty", "" },
	{ "/a/out", "../../.." },	{ "/root", "/" },
	{ "/loop", "loop/x" },
};

static const char *link_at(const char *path)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (!strcmp(links[i][0], path))
			return links[i][1];
	return NULL;
}

/* All links followed. The first error. */
static int go(struct walk *walk, const char *path)
{
	int error = 0;

	walk_start(walk, path);
	while (!error && walk_next(walk)) {
		const char *text = link_at(walk->at.data);

		error = text ? walk_symlink(walk, text, strlen(text)) : 0;
	}
	return error;
}

static void a_path_leads_where_the_kernel_goes(void **state)
{
	static const char *const rows[][2] = {
		{ "", "/" },
		{ "/", "/" },
		{ "//.//", "/" },
		{ "/..", "/" },
		{ "/../../a", "/a" },
		{ "a/b", "/a/b" },
		{ "//a///b/", "/a/b" },
		{ "/a/./b/../c/.", "/a/c" },
		{ "/a/..", "/" },
		{ "/...", "/..." },
		{ "/.a/..b", "/.a/..b" },
		{ "/lib", "/usr/lib" },
		{ "/lib/", "/usr/lib" },
		{ "/lib/y", "/usr/lib/y" },
		{ "/lib/..", "/usr" },
		{ "/lib/up/z", "/usr/z" },
		{ "/abs/../q", "/usr/q" },
		{ "/a/twice/q", "/usr/lib/q" },
		{ "/a/deep", "/usr/lib/x" },
		{ "/a/empty/q", "/a/q" },
		{ "/a/out/q", "/q" },
		{ "/root/lib/q", "/usr/lib/q" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct walk walk;

		assert_int_equal(go(&walk, rows[i][0]), 0);
		assert_string_equal(walk.at.data, rows[i][1]);
		assert_int_equal(walk.at.len, strlen(rows[i][1]));
		walk_end(&walk);
	}
}

/* Who asks sees each name once, and no dots. */
static void names_come_one_by_one(void **state)
{
	static const char *const steps[] = { "/a", "/a/b", "/a/c" };
	struct walk walk;

	walk_start(&walk, "/./a//b/../c/.");
	for (size_t i = 0; i < 3; i++) {
		assert_true(walk_next(&walk));
		assert_string_equal(walk.at.data, steps[i]);
	}
	assert_false(walk_next(&walk));
	assert_string_equal(walk.at.data, "/a/c");
	walk_end(&walk);
}

static void the_last_name_is_known(void **state)
{
	static const struct {
		const char *path;
		bool last;
	} rows[] = { { "/a", true },
		     { "/a//", true },
		     { "/a/b", false },
		     { "/a/.", false },
		     { "/a/..", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct walk walk;

		walk_start(&walk, rows[i].path);
		assert_true(walk_next(&walk));
		assert_int_equal(walk_is_last(&walk), rows[i].last);
		walk_end(&walk);
	}
}

/* The text of a link in an image has a length; the kernel stops at a NUL, too. */
static void a_text_ends_at_its_length_or_a_nul(void **state)
{
	static const struct {
		size_t len;
		const char *place;
	} rows[] = { { 1, "/x/d" }, { 2, "/x/de" }, { 6, "/x/de" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct walk walk;

		walk_start(&walk, "/x/l");
		assert_true(walk_next(&walk) && walk_next(&walk));
		assert_int_equal(walk_symlink(&walk, "de\0/fg", rows[i].len), 0);
		assert_true(walk_next(&walk));
		assert_string_equal(walk.at.data, rows[i].place);
		assert_false(walk_next(&walk));
		walk_end(&walk);
	}
}

static void forty_links_are_followed_and_no_more(void **state)
{
	struct walk walk;

	walk_start(&walk, "/l/y");
	for (int i = 0; i < 40; i++) {
		assert_true(walk_next(&walk));
		assert_int_equal(walk_symlink(&walk, "l", 1), 0);
	}
	assert_true(walk_next(&walk));
	assert_int_equal(walk_symlink(&walk, "l", 1), -ELOOP);
	assert_string_equal(walk.at.data, "/l");
	assert_true(walk_next(&walk)); /* who does not mind goes on */
	assert_string_equal(walk.at.data, "/l/y");
	walk_end(&walk);
	assert_int_equal(go(&walk, "/loop"), -ELOOP);
	walk_end(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_leads_where_the_kernel_goes),
		cmocka_unit_test(names_come_one_by_one),
		cmocka_unit_test(the_last_name_is_known),
		cmocka_unit_test(a_text_ends_at_its_length_or_a_nul),
		cmocka_unit_test(forty_links_are_followed_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
