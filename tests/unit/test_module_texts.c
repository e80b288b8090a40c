// SPDX-License-Identifier: MIT
/* test_module_texts.c - modprobe.d, mountinfo, signatures of modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/host/mountinfo.h"
#include "tools/lib/module/modprobe_conf.h"
#include "tools/lib/module/modsign.h"

/* Five bytes, struct module_signature, whose last four bytes are their number, and the mark. */
#define SIGNATURE "five5\0\0\2\0\0\0\0\0\0\0\0\5~Module signature appended~\n"

static const struct {
	const char *text;
	enum modconf_kind kind;
	const char *name, *value;
} lines[] = {
	{ "alias x:* some", MODCONF_ALIAS, "x:*", "some" },
	{ "\tblacklist  some  ", MODCONF_BLACKLIST, "some", "" },
	{ "options some a=1\tb=\"2 3\"", MODCONF_OPTIONS, "some", "a=1\tb=\"2 3\"" },
	{ "softdep some pre: a post: b", MODCONF_SOFTDEP, "some", "pre: a post: b" },
	{ "weakdep some a", MODCONF_WEAKDEP, "some", "a" },
	{ "install some /bin/true", MODCONF_INSTALL, "some", "/bin/true" },
	{ "remove some /bin/true", MODCONF_REMOVE, "some", "/bin/true" },
	{ "options some \\\n a=1", MODCONF_OPTIONS, "some", "a=1" },
	{ "options some", MODCONF_SHORT, "options", "" },
	{ "blacklist", MODCONF_SHORT, "blacklist", "" },
	{ "aliases a b", MODCONF_UNKNOWN, "aliases", "" },
	{ "blacklist some\\", MODCONF_BLACKLIST, "some\\", "" },
};

static void a_line_of_modprobe_d_is_what_its_first_word_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text = strdup(lines[i].text);
		struct modconf_reader reader = { .rest = text };
		struct modconf_line line;

		assert_true(modconf_next(&reader, &line));
		assert_int_equal(line.kind, lines[i].kind);
		assert_int_equal(line.number, 1);
		assert_string_equal(line.name, lines[i].name);
		if (line.kind != MODCONF_SHORT && line.kind != MODCONF_UNKNOWN)
			assert_string_equal(line.value, lines[i].value);
		assert_false(modconf_next(&reader, &line));
		free(text);
	}
}

static void lines_are_counted_with_those_that_are_passed_over(void **state)
{
	char text[] = "\n# a\\\nb\nalias a b\n\noptions c \\\nd\nblacklist e";
	struct modconf_reader reader = { .rest = text };
	struct modconf_line line;

	(void)state;
	/* The comment's backslash joins "b" to it. */
	assert_true(modconf_next(&reader, &line));
	assert_int_equal(line.number, 4);
	assert_true(modconf_next(&reader, &line));
	assert_int_equal(line.number, 6);
	assert_true(modconf_next(&reader, &line));
	assert_int_equal(line.number, 8);
	assert_false(modconf_next(&reader, &line));
}

static void a_mount_has_its_fields_without_escapes(void **state)
{
	char text[] = "1 2 3:4 /@a\\040b /x\\134y rw shared:1 master:2 - ext4 /dev/a\\011b rw\n"
		      "5 6 0:7 / / rw - btrfs none rw\n";
	struct mountinfo line;
	char *rest = text;

	(void)state;
	assert_true(mountinfo_next(&rest, &line));
	assert_int_equal(line.major, 3);
	assert_int_equal(line.minor, 4);
	assert_string_equal(line.root, "/@a b");
	assert_string_equal(line.target, "/x\\y");
	assert_string_equal(line.type, "ext4");
	assert_string_equal(line.source, "/dev/a\tb");
	assert_true(mountinfo_next(&rest, &line));
	assert_int_equal(line.minor, 7);
	assert_false(mountinfo_next(&rest, &line));
}

static void a_mount_that_is_cut_short_is_passed_over(void **state)
{
	static const char whole[] = "1 2 3:4 / /x rw - ext4 /dev/a";
	struct mountinfo line;

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *text = strndup(whole, len), *rest = text;

		if (mountinfo_next(&rest, &line))
			assert_true(len > strlen("1 2 3:4 / /x rw - ext4 "));
		free(text);
	}
}

static void odd_device_numbers_are_no_mounts(void **state)
{
	char text[] = "1 2 3 / / - a b\n1 2 :4 / / - a b\n1 2 3: / / - a b\n1 2 3:4x / / - a b\n";
	struct mountinfo line;
	char *rest = text;

	(void)state;
	assert_false(mountinfo_next(&rest, &line));
}

static void a_signature_is_cut_off(void **state)
{
	static const char module[] = "bytes" SIGNATURE;
	struct span left =
		modsign_cut((struct span){ (const uint8_t *)module, sizeof(module) - 1 });

	(void)state;
	assert_int_equal(left.len, 5);
	assert_memory_equal(left.data, "bytes", 5);
}

static void what_is_no_whole_signature_stays(void **state)
{
	static const char module[] = SIGNATURE;
	size_t size = sizeof(module) - 1;

	(void)state;
	for (size_t from = 0; from <= size; from++) {
		uint8_t *copy = malloc(size - from + 1);
		struct span left;

		memcpy(copy, module + from, size - from);
		left = modsign_cut((struct span){ copy, size - from });
		assert_int_equal(left.len, from ? size - from : 0);
		left = modsign_cut((struct span){ copy, size - from ? size - from - 1 : 0 });
		assert_int_equal(left.len, size - from ? size - from - 1 : 0);
		free(copy);
	}
}

static const struct {
	const char *line, *word;
} enforcing[] = {
	{ "quiet module.sig_enforce", "module.sig_enforce" },
	{ "module.sig_enforce=1 x", "module.sig_enforce=1" },
	{ "module.sig_enforce=Y", "module.sig_enforce=Y" },
	{ "module.sig_enforce=0", NULL },
	{ "lockdown=integrity", "lockdown=integrity" },
	{ "lockdown=none lockdown", NULL },
	{ "\"lockdown=integrity\"", "lockdown=integrity" },
	{ "x.lockdown=integrity", NULL },
	{ "", NULL },
};

static void words_that_enforce_signatures_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(enforcing) / sizeof(enforcing[0]); i++) {
		char *line = strdup(enforcing[i].line);
		const char *word = modsign_enforcing_word(line);

		if (enforcing[i].word)
			assert_string_equal(word, enforcing[i].word);
		else
			assert_null(word);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_modprobe_d_is_what_its_first_word_says),
		cmocka_unit_test(lines_are_counted_with_those_that_are_passed_over),
		cmocka_unit_test(a_mount_has_its_fields_without_escapes),
		cmocka_unit_test(a_mount_that_is_cut_short_is_passed_over),
		cmocka_unit_test(odd_device_numbers_are_no_mounts),
		cmocka_unit_test(a_signature_is_cut_off),
		cmocka_unit_test(what_is_no_whole_signature_stays),
		cmocka_unit_test(words_that_enforce_signatures_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
