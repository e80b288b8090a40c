// SPDX-License-Identifier: MIT
/* test_drivers.c - patterns, the table of drivers, and what is wrong with either. */
#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/drivers.h"
#include "init/pure/glob.h"

#define SPAN(text) ((struct span){ (const uint8_t *)(text), strlen(text) })

static struct drivers drivers;

static void patterns_fit_as_those_of_the_c_library(void **state)
{
	static const char *const patterns[] = {
		"",	  "*",	   "a",	 "?",	     "a*",   "*a",   "*a*b", "[ab]",	"[!a]b",
		"[a-c]?", "[]a]b", "[a", "pci:v*d*", "a**b", "[a-]", "??*",  "*[0-9]b", "[^a]",
	};
	static const char *const texts[] = { "",   "a",	 "b",	"ab",	    "aab",
					     "ba", "]b", "[a",	"pci:v1d2", "pci:v",
					     "a-", "-",	 "x9b", "abab",	    "aXbXab" };

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
			int wanted = fnmatch(patterns[i], texts[j], FNM_NOESCAPE) == 0;

			if (strcmp(patterns[i], "[a") ==
			    0) /* not closed: the library reads it as "[" */
				wanted = 0;
			if (glob_matches(SPAN(patterns[i]), texts[j]) != wanted)
				fail_msg("%s and %s: not %d", patterns[i], texts[j], wanted);
		}
}

static const char table[] = "/lib/modules/1/a.ko -\n"
			    "/lib/modules/1/b.ko 0 x=1 y=\"2 3\"\n"
			    "/lib/modules/1/c.ko 0,1\n"
			    "\n"
			    "pci:v*d*sv*sd*bc01sc06i01* 2\n"
			    "pci:v00001AF4d00001000sv*sd*bc*sc*i* 0,1\n"
			    "virtio:d00000002v* 1\n"
			    "x* 9\n"
			    "y* 1,x\n";

static int reported[8], reported_count;

static void take(void *argument, unsigned int line)
{
	assert_ptr_equal(argument, reported);
	reported[reported_count++] = (int)line;
}

static int match(const char *alias)
{
	reported_count = 0;
	return drivers_match(&drivers, alias, take, reported);
}

static void a_table_is_read_and_answers(void **state)
{
	struct driver driver;
	unsigned int number;

	(void)state;
	assert_int_equal(drivers_parse(SPAN(table), &drivers), 0);
	assert_int_equal(drivers.count, 3);
	assert_int_equal(drivers_at(&drivers, 1, &driver), 0);
	assert_memory_equal(driver.path.data, "/lib/modules/1/b.ko", driver.path.len);
	assert_memory_equal(driver.options.data, "x=1 y=\"2 3\"", 11);
	assert_int_equal(driver.options.len, 11);
	assert_int_equal(drivers_at(&drivers, 2, &driver), 0);
	assert_int_equal(drivers_number(&driver.needs, 2, &number), 1);
	assert_int_equal(drivers_number(&driver.needs, 2, &number), 1);
	assert_int_equal(number, 1);
	assert_int_equal(drivers_number(&driver.needs, 2, &number), 0);
	assert_int_equal(drivers_at(&drivers, 3, &driver), -EINVAL);
	assert_int_equal(match("pci:v00008086d00002922sv1sd2bc01sc06i01"), 1);
	assert_int_equal(reported[0], 2);
	assert_int_equal(match("pci:v00001AF4d00001000sv1sd2bc01sc06i01"), 3);
	assert_int_equal(match("virtio:d00000002v00001AF4"), 1);
	assert_int_equal(match("xyz"), 0); /* its module is not there */
	assert_int_equal(match("yes"), 1); /* what is no number ends the list */
	assert_int_equal(match(""), 0);
}

static void a_wrong_table_is_refused(void **state)
{
	static const char *const rows[] = {
		"a -\n", "/ -\n", "/a\n", "/a \n", "/a  x\n", " /a -\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (drivers_parse(SPAN(rows[i]), &drivers) != -EINVAL)
			fail_msg("\"%s\" is taken", rows[i]);
	assert_int_equal(drivers_parse(SPAN(""), &drivers), 0);
	assert_int_equal(match("x"), 0);
	assert_int_equal(drivers_parse(SPAN("\n"), &drivers), 0);
	assert_int_equal(drivers_parse(SPAN("/a -"), &drivers), 0);
	assert_int_equal(drivers.count, 1);
}

static void a_table_of_too_many_modules_is_refused(void **state)
{
	char *text = malloc((DRIVERS_MAX + 1) * 5 + 1);

	(void)state;
	for (size_t i = 0; i <= DRIVERS_MAX; i++)
		memcpy(text + i * 5, "/a -\n", 6);
	assert_int_equal(drivers_parse(SPAN(text), &drivers), -E2BIG);
	text[DRIVERS_MAX * 5] = '\0';
	assert_int_equal(drivers_parse(SPAN(text), &drivers), 0);
	free(text);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The narrowing finds what a comparison with every pattern finds. */
static void the_search_finds_what_comparing_all_finds(void **state)
{
	static char lines[3000][40], text[3000 * 40];
	static char *sorted[3000];
	size_t used = (size_t)sprintf(text, "/a -\n\n");

	(void)state;
	srand(1);
	for (int i = 0; i < 3000; i++) {
		char *c = lines[i];

		for (int len = 2 + rand() % 9; len; len--)
			*c++ = "ab01*?:["[rand() % (len > 1 ? 8 : 7)];
		*c = '\0';
		sorted[i] = strcat(lines[i], " 0");
	}
	qsort(sorted, 3000, sizeof(sorted[0]), compare);
	for (int i = 0; i < 3000; i++)
		used += (size_t)sprintf(text + used, "%s\n", sorted[i]);
	assert_int_equal(drivers_parse((struct span){ (uint8_t *)text, used }, &drivers), 0);
	for (int i = 0; i < 2000; i++) {
		char alias[16], *c = alias;
		int wanted = 0;

		for (int len = rand() % 10; len; len--)
			*c++ = "ab01:"[rand() % 5];
		*c = '\0';
		for (int j = 0; j < 3000; j++)
			wanted += glob_matches(
				(struct span){ (uint8_t *)sorted[j], strlen(sorted[j]) - 2 },
				alias);
		reported_count = 0;
		if (wanted > 8)
			continue;
		if (match(alias) != wanted)
			fail_msg("%s: %d, not %d", alias, reported_count, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_fit_as_those_of_the_c_library),
		cmocka_unit_test(a_table_is_read_and_answers),
		cmocka_unit_test(a_wrong_table_is_refused),
		cmocka_unit_test(a_table_of_too_many_modules_is_refused),
		cmocka_unit_test(the_search_finds_what_comparing_all_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
