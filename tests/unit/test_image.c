// SPDX-License-Identifier: MIT
/* test_image.c - the table of an image: its order, and what it knows of folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/lib/image/image.h"

static void assert_sorted(const struct image *image, size_t expected)
{
	size_t count;
	struct entry **all = image_sorted(image, &count);

	assert_int_equal(count, expected);
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(all[i - 1]->path, all[i]->path) < 0);
	free(all);
}

/* Runs up and down, of every length, and none at all. */
static void entries_come_sorted_however_they_came(void **state)
{
	for (unsigned int run = 1; run < 70; run++) {
		struct image *image = image_new();
		char path[32];

		for (unsigned int i = 0; i < 500; i++) {
			unsigned int number =
				(i % run) * 1000 + i / run * (run % 7 ? 1 : 999) % 1000;

			snprintf(path, sizeof(path), "/%u%c%u", number, run % 2 ? '-' : '.', i);
			assert_non_null(image_add_dir(image, path, 0755, "test"));
		}
		assert_sorted(image, 500);
		image_free(image);
	}
}

static void a_walk_by_folders_is_sorted_by_bytes(void **state)
{
	static const char *const walk[] = { "/a",  "/a/1",  "/a/1/x", "/a/1-", "/a/2",
					    "/a-", "/a-/0", "/a.b",   "/ab" };
	struct image *image = image_new();

	for (size_t i = 0; i < sizeof(walk) / sizeof(walk[0]); i++)
		assert_non_null(image_add_dir(image, walk[i], 0755, "test"));
	assert_sorted(image, sizeof(walk) / sizeof(walk[0]));
	image_free(image);
}

static void an_empty_image_is_sorted(void **state)
{
	struct image *image = image_new();

	assert_sorted(image, 0);
	image_free(image);
}

/* /lib is known to be a directory when a program's symlink takes its place. */
static void a_folder_that_became_a_symlink_is_followed(void **state)
{
	struct image *image = image_new();
	struct image_defaults defaults = image_defaults(image);
	struct entry *entry;

	assert_non_null(image_add_dir(image, "/usr/lib", 0755, "test"));
	defaults.rank = IMAGE_TREE;
	image_set_defaults(image, defaults);
	assert_non_null(image_add_file(image, "/lib/one", "/dev/null", 0644, "test"));
	defaults.rank = IMAGE_PROGRAM;
	image_set_defaults(image, defaults);
	assert_non_null(image_add_symlink(image, "/lib", "usr/lib", "test"));
	entry = image_add_file(image, "/lib/two", "/dev/null", 0644, "test");
	assert_string_equal(entry->path, "/usr/lib/two");
	assert_string_equal(image_find(image, "/lib/one")->path, "/usr/lib/one");
	image_free(image);
}

static void names_are_judged_in_a_known_folder_too(void **state)
{
	struct image *image = image_new();
	char name[300] = "/d/";

	assert_non_null(image_add_dir(image, "/d/known", 0755, "test"));
	assert_null(image_add_dir(image, "/d/..", 0755, "test"));
	assert_string_equal(image_add_dir(image, "/d/.", 0755, "test")->path, "/d");
	assert_string_equal(image_add_dir(image, "/d/x/", 0755, "test")->path, "/d/x");
	assert_string_equal(image_add_dir(image, "//d//y", 0755, "test")->path, "/d/y");
	memset(name + 3, 'n', 256);
	assert_null(image_add_dir(image, name, 0755, "test"));
	name[3 + 255] = '\0';
	assert_non_null(image_add_dir(image, name, 0755, "test"));
	image_free(image);
}

static void a_dropped_folder_is_known_no_more(void **state)
{
	struct image *image = image_new();

	assert_non_null(image_add_dir(image, "/d/known", 0755, "test"));
	image_remove(image, "/d", REMOVE_INCLUSIVE, 0);
	assert_int_equal(image_count(image), 0);
	assert_non_null(image_add_dir(image, "/d/other", 0755, "test"));
	assert_non_null(image_find(image, "/d"));
	assert_int_equal(image_count(image), 2);
	image_free(image);
}

/* Each of the ways in which a symlink that many entries came through may lead elsewhere. */
static void a_way_through_a_symlink_is_found_anew_when_that_changes(void **state)
{
	struct image *image = image_new();
	struct image_defaults defaults = image_defaults(image);

	defaults.rank = IMAGE_TREE;
	image_set_defaults(image, defaults);
	assert_non_null(image_add_dir(image, "/a", 0755, "test"));
	assert_non_null(image_add_dir(image, "/b", 0755, "test"));
	assert_non_null(image_add_symlink(image, "/l", "a", "test"));
	for (int i = 0; i < 2; i++)
		assert_string_equal(image_add_dir(image, i ? "/l/2" : "/l/1", 0755, "test")->path,
				    i ? "/a/2" : "/a/1");
	assert_non_null(image_add_symlink(image, "/l", "b", "test"));
	assert_string_equal(image_add_dir(image, "/l/3", 0755, "test")->path, "/b/3");
	image_remove(image, "/l", REMOVE_INCLUSIVE, 0);
	assert_string_equal(image_add_dir(image, "/l/4", 0755, "test")->path, "/l/4");
	image_free(image);
}

/* What was shared stays with the names that are left, in whatever order others go. */
static void names_keep_their_file_when_the_first_one_goes(void **state)
{
	struct image *image = image_new();
	struct entry *first = image_add_data(image, "/d/1", "bytes", 5, 0640, "test"), *second;

	assert_non_null(image_add_link(image, "/2", first, "test"));
	assert_non_null(image_add_link(image, "/d/3", image_find(image, "/2"), "test"));
	image_remove(image, "/d/1", REMOVE_INCLUSIVE, 0);
	second = image_find(image, "/2");
	assert_ptr_equal(image_inode(second), image_inode(image_find(image, "/d/3")));
	assert_memory_equal(image_inode(second)->data, "bytes", 5);
	assert_non_null(image_add_data(image, "/2", "other", 5, 0600, "test"));
	assert_memory_equal(image_inode(image_find(image, "/d/3"))->data, "bytes", 5);
	assert_memory_equal(image_inode(image_find(image, "/2"))->data, "other", 5);
	assert_true(image_has_below(image, "/d"));
	image_remove(image, "/d", REMOVE_BELOW, 0);
	assert_false(image_has_below(image, "/d"));
	image_free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_sorted_however_they_came),
		cmocka_unit_test(a_walk_by_folders_is_sorted_by_bytes),
		cmocka_unit_test(an_empty_image_is_sorted),
		cmocka_unit_test(a_folder_that_became_a_symlink_is_followed),
		cmocka_unit_test(names_are_judged_in_a_known_folder_too),
		cmocka_unit_test(a_dropped_folder_is_known_no_more),
		cmocka_unit_test(a_way_through_a_symlink_is_found_anew_when_that_changes),
		cmocka_unit_test(names_keep_their_file_when_the_first_one_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
