// SPDX-License-Identifier: MIT
/* test_rootspec.c - the names of roots: read from text, and compared with what was found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/partitions.h"
#include "init/pure/rootspec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct finding disk = {
	.found = FOUND_ONE,
	.format = FORMAT_EXT4,
	.uuid = "1111aaaa-2222-3333-4444-555555555555",
	.label = "My Root",
	.part_uuid = "deadbeef-02",
	.part_label = "System",
	.part_type = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
};

static void names_are_read_in_every_form(void **state)
{
	static const struct {
		const char *text;
		enum rootspec_kind kind;
		const char *value;
		int offset;
	} rows[] = {
		{ "UUID=1234-ABCD", ROOTSPEC_UUID, "1234-ABCD", 0 },
		{ "UUID=\"1234-ABCD\"", ROOTSPEC_UUID, "1234-ABCD", 0 },
		{ "LABEL=a b", ROOTSPEC_LABEL, "a b", 0 },
		{ "LABEL=a\\x20b\\x2f", ROOTSPEC_LABEL, "a b/", 0 },
		{ "LABEL=\\x", ROOTSPEC_LABEL, "\\x", 0 },
		{ "LABEL=\\x00", ROOTSPEC_LABEL, "\\x00", 0 },
		{ "LABEL=\"", ROOTSPEC_LABEL, "\"", 0 },
		{ "PARTUUID=deadbeef-02", ROOTSPEC_PARTUUID, "deadbeef-02", 0 },
		{ "PARTUUID=x/PARTNROFF=3", ROOTSPEC_PARTUUID, "x", 3 },
		{ "PARTUUID=x/PARTNROFF=-1", ROOTSPEC_PARTUUID, "x", -1 },
		{ "LABEL=x/PARTNROFF=3", ROOTSPEC_LABEL, "x/PARTNROFF=3", 0 },
		{ "PARTLABEL=root", ROOTSPEC_PARTLABEL, "root", 0 },
		{ "/dev/disk/by-uuid/1", ROOTSPEC_UUID, "1", 0 },
		{ "/dev/disk/by-label/a\\x20b", ROOTSPEC_LABEL, "a b", 0 },
		{ "/dev/disk/by-partuuid/1", ROOTSPEC_PARTUUID, "1", 0 },
		{ "/dev/disk/by-partlabel/1", ROOTSPEC_PARTLABEL, "1", 0 },
		{ "gpt-auto", ROOTSPEC_GPT_AUTO, "", 0 },
	};
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rootspec_parse(rows[i].text, &spec) || spec.kind != rows[i].kind ||
		    strcmp(spec.value, rows[i].value) || spec.offset != rows[i].offset)
			fail_msg("%s is kind %d \"%s\" %u", rows[i].text, spec.kind, spec.value,
				 spec.offset);
}

static void names_of_disks_may_have_a_partition(void **state)
{
	static const struct {
		const char *text;
		enum rootspec_kind kind;
		const char *value;
		unsigned int part;
	} rows[] = {
		{ "WWID=naa.5000", ROOTSPEC_WWID, "naa.5000", 0 },
		{ "WWID=\"a  b\"", ROOTSPEC_WWID, "a  b", 0 },
		{ "WWID=naa.5000-part2", ROOTSPEC_WWID, "naa.5000", 2 },
		{ "WWID=a-part1-part12", ROOTSPEC_WWID, "a-part1", 12 },
		{ "WWID=a-part0", ROOTSPEC_WWID, "a-part0", 0 },
		{ "WWID=a-part", ROOTSPEC_WWID, "a-part", 0 },
		{ "WWID=-part1", ROOTSPEC_WWID, "-part1", 0 },
		{ "/dev/disk/by-id/wwn-0x5-part3", ROOTSPEC_ID, "wwn-0x5", 3 },
		{ "/dev/disk/by-path/pci-0000:00:05.0", ROOTSPEC_DISKPATH, "pci-0000:00:05.0", 0 },
		{ "/dev/disk/by-path/pci-0000:00:05.0-part3", ROOTSPEC_DISKPATH, "pci-0000:00:05.0",
		  3 },
	};
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rootspec_parse(rows[i].text, &spec) || spec.kind != rows[i].kind ||
		    strcmp(spec.value, rows[i].value) || spec.part != rows[i].part)
			fail_msg("%s is kind %d \"%s\" %u", rows[i].text, spec.kind, spec.value,
				 spec.part);
		assert_int_equal(rootspec_is_of_disk(&spec), 1);
		assert_int_equal(rootspec_matches(&spec, &disk), 0);
		assert_null(rootspec_near(&spec, &disk));
	}
}

static void what_is_no_name_is_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "UUID=", -EINVAL },
		{ "UUID=\"\"", -EINVAL },
		{ "PARTUUID=x/PARTNROFF=", -EINVAL },
		{ "PARTUUID=x/PARTNROFF=-", -EINVAL },
		{ "PARTUUID=x/PARTNROFF=--1", -EINVAL },
		{ "PARTUUID=x/PARTNROFF=999", -EINVAL },
		{ "uuid=1", -EINVAL },
		{ "/dev/disk/by-diskseq/1", -EOPNOTSUPP },
		{ "/dev/disk/by-id/", -EINVAL },
		{ "WWID=", -EINVAL },
		{ "/dev/disk/by-uuid/", -EINVAL },
	};
	char text[300] = "LABEL=";
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rootspec_parse(rows[i].text, &spec) != rows[i].error)
			fail_msg("%s", rows[i].text);
	memset(text + 6, 'x', 256);
	assert_int_equal(rootspec_parse(text, &spec), -EINVAL);
	text[6 + 255] = '\0';
	assert_int_equal(rootspec_parse(text, &spec), 0);
}

static void a_name_matches_what_has_it(void **state)
{
	static const struct {
		const char *text;
		int matches;
		const char *near;
	} rows[] = {
		{ "UUID=1111aaaa-2222-3333-4444-555555555555", 1, NULL },
		{ "UUID=1111AAAA-2222-3333-4444-555555555555", 1, NULL },
		{ "UUID=1111aaaa-2222-3333-4444-55555555555", 0, NULL },
		{ "UUID=1111aaaa-2222-3333-4444-5555555555555", 0, NULL },
		{ "LABEL=My Root", 1, NULL },
		{ "LABEL=my root", 0, "LABEL=" },
		{ "PARTUUID=DEADBEEF-02", 1, NULL },
		{ "UUID=deadbeef-02", 0, "PARTUUID=" },
		{ "LABEL=system", 0, "PARTLABEL=" },
		{ "PARTLABEL=System", 1, NULL },
		{ "gpt-auto", 1, NULL },
		{ "/dev/vda", 0, NULL },
	};
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *near;

		assert_int_equal(rootspec_parse(rows[i].text, &spec), 0);
		near = rootspec_near(&spec, &disk);
		if (rootspec_matches(&spec, &disk) != rows[i].matches ||
		    strcmp(near ? near : "", rows[i].near ? rows[i].near : ""))
			fail_msg("%s: %d, near %s", rows[i].text, rootspec_matches(&spec, &disk),
				 near);
	}
	assert_string_equal(rootspec_value("LABEL=", &disk), "My Root");
	assert_string_equal(rootspec_value("NAME=", &disk), "");
}

static void some_partitions_are_not_for_gpt_auto(void **state)
{
	struct finding marked = disk;
	struct rootspec spec;

	(void)state;
	assert_int_equal(rootspec_parse("gpt-auto", &spec), 0);
	marked.part_flags = PARTITION_NO_AUTO;
	assert_int_equal(rootspec_matches(&spec, &marked), 0);
	marked.part_flags = PARTITION_READ_ONLY;
	assert_int_equal(rootspec_matches(&spec, &marked), 1);
	marked.part_type[0] = '5';
	assert_int_equal(rootspec_matches(&spec, &marked), 0);
}

static void the_table_of_a_disk_has_no_uuid_of_a_file_system(void **state)
{
	struct finding table = disk;
	struct rootspec spec;

	(void)state;
	table.format = FORMAT_GPT;
	assert_int_equal(rootspec_parse("UUID=1111aaaa-2222-3333-4444-555555555555", &spec), 0);
	assert_int_equal(rootspec_matches(&spec, &table), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_in_every_form),
		cmocka_unit_test(names_of_disks_may_have_a_partition),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(a_name_matches_what_has_it),
		cmocka_unit_test(some_partitions_are_not_for_gpt_auto),
		cmocka_unit_test(the_table_of_a_disk_has_no_uuid_of_a_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
