// SPDX-License-Identifier: MIT
/* test_settings.c - every parameter: taken, or refused with a reason; the last wins. */
#include <limits.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/pure/imageconf.h"
#include "init/pure/settings.h"

#define LINE 8192

/* Each test reads one line or several: the text must outlive the settings. */
static char lines[4][LINE];
static struct settings settings;

static void begin(void)
{
	memset(&settings, 0, sizeof(settings));
	settings_defaults(&settings);
}

static void read_line(int slot, const char *text, enum settings_source source)
{
	assert_true(strlen(text) < LINE);
	memcpy(lines[slot], text, strlen(text) + 1);
	settings_parse(&settings, lines[slot], source);
}

static void read_one(const char *text)
{
	begin();
	read_line(0, text, FROM_KERNEL);
}

static void nothing_asked_for_means_the_defaults(void **state)
{
	(void)state;
	read_one("");
	settings_finish(&settings);
	assert_null(settings.root);
	assert_null(settings.arguments);
	assert_int_equal(settings.root_access, MOUNT_READ_ONLY);
	assert_int_equal(settings.timeout_s, 30);
	assert_int_equal(settings.grace_s, 5);
	assert_int_equal(settings.onfail, ONFAIL_UNSET);
	assert_int_equal(settings.exit, POWER_UNSET);
	assert_int_equal(settings.has_panic, 0);
}

static void every_text_parameter_is_taken(void **state)
{
	(void)state;
	read_one(
		"root=/dev/vda1 rootfstype=ext4,xfs rootflags=subvol=a init=/x rdinit.run=\"/a b\" "
		"rdinit.stdio=ttyS1 rdinit.host=ttyS2 rdinit.user=1:2 rdinit.keymap=/map \"rdinit.chdir=/a b\"");
	assert_string_equal(settings.root, "/dev/vda1");
	assert_string_equal(settings.rootfstype, "ext4,xfs");
	assert_string_equal(settings.rootflags, "subvol=a");
	assert_string_equal(settings.init, "/x");
	assert_string_equal(settings.run, "/a b");
	assert_string_equal(settings.stdio, "ttyS1");
	assert_string_equal(settings.host, "ttyS2");
	assert_string_equal(settings.user, "1:2");
	assert_string_equal(settings.keymap, "/map");
	assert_string_equal(settings.chdir, "/a b");
	assert_int_equal(settings.ignored_count, 0);
}

static void lists_grow_until_they_are_full(void **state)
{
	static char line[SETTINGS_LIST_MAX * 20 + 40];
	char last[20];

	sprintf(last, "modules-load=%d", SETTINGS_LIST_MAX + 1);
	(void)state;
	read_one("modprobe.blacklist=a,b-c module_blacklist=d modules-load=e,f modules-load=g");
	assert_int_equal(settings.ignored_count, 0);
	assert_int_equal(settings.blacklist.count, 2);
	assert_int_equal(settings_list_has(&settings.blacklist, "a"), 1);
	assert_int_equal(settings_list_has(&settings.blacklist, "b_c"), 1);
	assert_int_equal(settings_list_has(&settings.blacklist, "d"), 1);
	assert_int_equal(settings_list_has(&settings.blacklist, "b"), 0);
	assert_int_equal(settings_list_has(&settings.blacklist, "b_cd"), 0);
	assert_int_equal(settings_list_has(&settings.blacklist, "e"), 0);
	assert_int_equal(settings_list_has(&settings.modules_load, "g"), 1);
	for (int i = 1; i <= SETTINGS_LIST_MAX + 1; i++)
		sprintf(line + strlen(line), "modules-load=%d ", i);
	strcat(line, "modules-load");
	begin();
	read_line(0, line, FROM_KERNEL);
	assert_int_equal(settings.modules_load.count, SETTINGS_LIST_MAX);
	assert_int_equal(settings.ignored_count, 2);
	assert_string_equal(settings.ignored[0].word, last);
}

static void every_number_and_choice_is_taken(void **state)
{
	static const struct {
		const char *line;
		size_t field;
		int value;
	} rows[] = {
		{ "ro", offsetof(struct settings, root_access), MOUNT_READ_ONLY },
		{ "rw", offsetof(struct settings, root_access), MOUNT_READ_WRITE },
		{ "rootwait", offsetof(struct settings, timeout_s), WAIT_FOREVER },
		{ "rootwait=7", offsetof(struct settings, timeout_s), 7 },
		{ "rd.timeout=0", offsetof(struct settings, timeout_s), 0 },
		{ "rootdelay=3", offsetof(struct settings, rootdelay_s), 3 },
		{ "panic=-1", offsetof(struct settings, panic_s), -1 },
		{ "panic=10", offsetof(struct settings, panic_s), 10 },
		{ "panic=0", offsetof(struct settings, has_panic), 1 },
		{ "quiet", offsetof(struct settings, verbosity), VERBOSITY_QUIET },
		{ "debug", offsetof(struct settings, verbosity), VERBOSITY_DEBUG },
		{ "rdinit.mounts=minimal", offsetof(struct settings, mounts), MOUNTS_MINIMAL },
		{ "rdinit.grace=2147483647", offsetof(struct settings, grace_s), INT_MAX },
		{ "rdinit.exit=poweroff", offsetof(struct settings, exit), POWER_OFF },
		{ "rdinit.exit=reboot", offsetof(struct settings, exit), POWER_REBOOT },
		{ "rdinit.exit=halt", offsetof(struct settings, exit), POWER_HALT },
		{ "rdinit.onfail=shell", offsetof(struct settings, onfail), ONFAIL_SHELL },
		{ "rdinit.onfail=poweroff", offsetof(struct settings, onfail), ONFAIL_POWEROFF },
		{ "rdinit.onfail=reboot", offsetof(struct settings, onfail), ONFAIL_REBOOT },
		{ "rdinit.onfail=halt", offsetof(struct settings, onfail), ONFAIL_HALT },
		{ "rdinit.onfail=wait", offsetof(struct settings, onfail), ONFAIL_WAIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int value;

		read_one(rows[i].line);
		memcpy(&value, (const char *)&settings + rows[i].field, sizeof(value));
		if (value != rows[i].value || settings.ignored_count)
			fail_msg("%s gives %d, ignored %d", rows[i].line, value,
				 settings.ignored_count);
	}
}

static void a_bad_value_is_kept_with_a_reason_and_changes_nothing(void **state)
{
	static const char *const rows[] = {
		"rootdelay=",
		"rootdelay=x",
		"rootdelay=-1",
		"rootdelay=1s",
		"rootdelay",
		"rd.timeout=2147483648",
		"rd.timeout=99999999999999999999",
		"rootwait=x",
		"panic=",
		"panic=-",
		"panic=--1",
		"panic=+1",
		"rdinit.grace= ",
		"rdinit.grace=0x5",
		"rdinit.onfail=",
		"rdinit.onfail=Shell",
		"rdinit.onfail",
		"rdinit.exit=off",
		"rdinit.mounts=all",
		"rdinit.unknown=1",
		"rdinit.",
		"root",
		"init",
		"console",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_one(rows[i]);
		if (settings.ignored_count != 1)
			fail_msg("%s is not refused", rows[i]);
		assert_non_null(settings.ignored[0].why);
		assert_int_equal(strncmp(settings.ignored[0].word, rows[i], 4), 0);
		assert_int_equal(settings.timeout_s, 30);
		assert_int_equal(settings.rootdelay_s, 0);
		assert_int_equal(settings.grace_s, 5);
		assert_int_equal(settings.panic_s, 0);
		assert_int_equal(settings.onfail, ONFAIL_UNSET);
	}
}

static void every_row_of_the_table_has_its_help_and_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < parameter_count; i++) {
		assert_true(settings_knows(parameters[i].name, strlen(parameters[i].name)));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(parameters[i].name, parameters[k].name);
	}
	assert_false(settings_knows("roo", 3));
	assert_false(settings_knows("rootx", 5));
	assert_true(settings_knows("root=x", 4));
}

static void the_last_word_wins(void **state)
{
	(void)state;
	begin();
	read_line(0, "root=/dev/a rw quiet rdinit.grace=1", FROM_IMAGE);
	read_line(1, "root=/dev/b root=/dev/c ro rdinit.grace=2 debug", FROM_KERNEL);
	assert_string_equal(settings.root, "/dev/c");
	assert_int_equal(settings.root_access, MOUNT_READ_ONLY);
	assert_int_equal(settings.grace_s, 2);
	assert_int_equal(settings.verbosity, VERBOSITY_DEBUG);
}

static void what_follows_two_dashes_belongs_to_the_program(void **state)
{
	(void)state;
	read_one("quiet -- -x root=/dev/a \"b c\"");
	assert_string_equal(settings.arguments, "-x root=/dev/a \"b c\"");
	assert_null(settings.root);
	read_one("quiet --");
	assert_string_equal(settings.arguments, "");
}

static void a_bare_dash_dash_with_a_value_is_no_end(void **state)
{
	(void)state;
	read_one("--=x root=/dev/a");
	assert_null(settings.arguments);
	assert_string_equal(settings.root, "/dev/a");
}

static void only_the_images_unknown_words_become_environment(void **state)
{
	(void)state;
	begin();
	read_line(0, "LANG=\"C x\" virtio.mod=1 bare", FROM_IMAGE);
	read_line(1, "EDITOR=vi", FROM_KERNEL);
	assert_int_equal(settings.env_count, 1);
	assert_string_equal(settings.env[0], "LANG=C x");
	assert_int_equal(settings.ignored_count, 0);
}

static void consoles_are_kept_in_order(void **state)
{
	(void)state;
	read_one("console=tty0 console=ttyS0,115200n8");
	assert_int_equal(settings.console_count, 2);
	assert_string_equal(settings.consoles[0], "tty0");
	assert_string_equal(settings.consoles[1], "ttyS0,115200n8");
}

static void too_many_of_anything_are_counted_not_written(void **state)
{
	static char line[SETTINGS_ENV_MAX * 4 + 5];

	(void)state;
	line[0] = '\0';
	for (int i = 0; i < SETTINGS_CONSOLES_MAX + SETTINGS_IGNORED_MAX + 3; i++)
		memcpy(line + strlen(line), "console=a ", 11);
	begin();
	read_line(0, line, FROM_KERNEL);
	assert_int_equal(settings.console_count, SETTINGS_CONSOLES_MAX);
	assert_int_equal(settings.ignored_count, SETTINGS_IGNORED_MAX + 3);
	for (int i = 0; i < SETTINGS_ENV_MAX + 1; i++)
		memcpy(line + 4 * i, "A=b ", 5);
	begin();
	read_line(0, line, FROM_IMAGE);
	assert_int_equal(settings.env_count, SETTINGS_ENV_MAX);
	assert_int_equal(settings.ignored_count, 1);
}

static void flags_of_the_root_are_taken_apart(void **state)
{
	static const struct {
		const char *line, *text;
		enum mount_access access;
		unsigned long flags, propagation;
	} rows[] = {
		{ "quiet", NULL, MOUNT_READ_ONLY, 0, 0 },
		{ "rw", NULL, MOUNT_READ_WRITE, 0, 0 },
		{ "rootflags=noatime", "", MOUNT_READ_ONLY, MS_NOATIME, 0 },
		{ "rootflags=rw,noatime,subvol=@", "subvol=@", MOUNT_READ_WRITE, MS_NOATIME, 0 },
		{ "ro rootflags=rw", "", MOUNT_READ_ONLY, 0, 0 },
		{ "rootflags=ro rw", "", MOUNT_READ_WRITE, 0, 0 },
		{ "rootflags=defaults,x-a,X-b,rshared", "", MOUNT_READ_ONLY, 0,
		  MS_SHARED | MS_REC },
		{ "\"rootflags=a=1,b=2\"", "a=1,b=2", MOUNT_READ_ONLY, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_one(rows[i].line);
		settings_finish(&settings);
		assert_int_equal(settings.root_access, rows[i].access);
		assert_int_equal(settings.root_mount.flags, rows[i].flags);
		assert_int_equal(settings.root_mount.propagation, rows[i].propagation);
		if (rows[i].text)
			assert_string_equal(settings.root_mount.text, rows[i].text);
		else
			assert_null(settings.root_mount.text);
	}
}

static void comments_of_the_image_are_blanked_out(void **state)
{
	static const struct {
		const char *text, *read;
	} rows[] = {
		{ "# a\nb # c\n", "   \nb # c\n" },
		{ " \t#\r\nx", "    \nx" },
		{ "#", " " },
		{ "a\n#b", "a\n  " },
		{ "", "" },
		{ "\n\n", "\n\n" },
		{ "a#b\n", "a#b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		strcpy(text, rows[i].text);
		assert_int_equal(imageconf_prepare(text, strlen(text)), 0);
		assert_string_equal(text, rows[i].read);
	}
	assert_int_equal(imageconf_prepare((char[]){ "a\0b" }, 3), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_of_the_root_are_taken_apart),
		cmocka_unit_test(comments_of_the_image_are_blanked_out),
		cmocka_unit_test(nothing_asked_for_means_the_defaults),
		cmocka_unit_test(every_text_parameter_is_taken),
		cmocka_unit_test(every_number_and_choice_is_taken),
		cmocka_unit_test(lists_grow_until_they_are_full),
		cmocka_unit_test(a_bad_value_is_kept_with_a_reason_and_changes_nothing),
		cmocka_unit_test(every_row_of_the_table_has_its_help_and_is_known),
		cmocka_unit_test(the_last_word_wins),
		cmocka_unit_test(what_follows_two_dashes_belongs_to_the_program),
		cmocka_unit_test(a_bare_dash_dash_with_a_value_is_no_end),
		cmocka_unit_test(only_the_images_unknown_words_become_environment),
		cmocka_unit_test(consoles_are_kept_in_order),
		cmocka_unit_test(too_many_of_anything_are_counted_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
