// SPDX-License-Identifier: MIT
/* test_pure.c - the parsers that read what kernels, disks and the host say. */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/pure/dirents.h"
#include "init/pure/executable.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/packets.h"
#include "init/pure/stdioports.h"
#include "init/pure/fslist.h"
#include "init/pure/fstab.h"
#include "init/pure/mountopts.h"
#include "init/pure/hints.h"
#include "init/pure/modlist.h"
#include "init/pure/modname.h"
#include "init/pure/mounts.h"
#include "init/pure/names.h"
#include "init/pure/number.h"
#include "init/pure/rootspec.h"
#include "init/pure/window.h"
#include "init/pure/uevent.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPAN(text) ((struct span){ (const uint8_t *)(text), sizeof(text) - 1 })

/* --- root= --- */

static void a_root_is_a_path_or_a_number(void **state)
{
	static const struct {
		const char *text;
		unsigned int major, minor;
	} rows[] = { { "8:1", 8, 1 },	    { "259:1048575", 259, 1048575 },
		     { "0801", 8, 1 },	    { "0x801", 8, 1 },
		     { "fe00", 254, 0 },    { "b301", 179, 1 },
		     { "1", 0, 1 },	    { "4095:0", 4095, 0 },
		     { "00100100", 1, 256 } };
	struct rootspec spec;

	(void)state;
	assert_int_equal(rootspec_parse("/dev/vda1", &spec), 0);
	assert_int_equal(spec.kind, ROOTSPEC_PATH);
	assert_string_equal(spec.path, "/dev/vda1");
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(rootspec_parse(rows[i].text, &spec), 0);
		assert_int_equal(spec.kind, ROOTSPEC_NUMBER);
		assert_int_equal(spec.major, rows[i].major);
		assert_int_equal(spec.minor, rows[i].minor);
	}
}

static void a_root_that_is_neither_is_refused(void **state)
{
	static const char *const rows[] = { "",	      "/dev/",
					    "vda1",   "/vda",
					    "UUID=",  "8:",
					    ":1",     "8:1:2",
					    "4096:0", "8:1048576",
					    "8:x",    "123456789",
					    "8:-1",   "00000000000000000000:1",
					    " 8:1" };
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rootspec_parse(rows[i], &spec) != -EINVAL)
			fail_msg("\"%s\" is taken", rows[i]);
}

/* --- uevents --- */

static void a_uevent_is_read_by_its_keys(void **state)
{
	static const char text[] =
		"add@/devices/x\0ACTION=add\0DEVPATH=/devices/x\0SUBSYSTEM=block\0"
		"MAJOR=254\0MINOR=1\0DEVNAME=vda1\0XMAJOR=9\0";
	struct uevent event;

	(void)state;
	assert_int_equal(uevent_parse(SPAN(text), &event), 0);
	assert_string_equal(event.action, "add");
	assert_string_equal(event.subsystem, "block");
	assert_string_equal(event.devname, "vda1");
	assert_string_equal(event.major, "254");
	assert_string_equal(event.minor, "1");
}

static void a_message_that_is_no_uevent_is_refused(void **state)
{
	struct uevent event;

	(void)state;
	assert_int_equal(uevent_parse(SPAN(""), &event), -EINVAL);
	assert_int_equal(uevent_parse(SPAN("add@/x"), &event), -EINVAL);
	assert_int_equal(uevent_parse(SPAN("libudev\0\xfe\xed\xca\xfe@\0"), &event), -EINVAL);
	assert_int_equal(uevent_parse(SPAN("add@/x\0MAJOR=1"), &event), -EINVAL);
	assert_int_equal(uevent_parse(SPAN("add@/x\0"), &event), 0);
	assert_null(event.subsystem);
}

/* --- lists of modules, file systems, mounts --- */

static void modules_are_read_line_by_line_with_their_options(void **state)
{
	char text[] = "# first\n\n/a/b.ko\n  /c.ko.zst  x=1 y=\"2 3\"\n/d.ko \n/e.ko";
	static const char *const rows[][2] = {
		{ "/a/b.ko", "" },
		{ "/c.ko.zst", "x=1 y=\"2 3\"" },
		{ "/d.ko", "" },
		{ "/e.ko", "" },
	};
	struct module_line line;
	char *rest = text;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(modlist_next(&rest, &line), 1);
		assert_string_equal(line.path, rows[i][0]);
		assert_string_equal(line.options, rows[i][1]);
	}
	assert_int_equal(modlist_next(&rest, &line), 0);
}

static void a_word_of_the_line_is_an_option_of_its_module(void **state)
{
	static const char *const rows[][3] = {
		{ "loop", "loop.max_loop=3", "a=1 max_loop=3" },
		{ "loop", "loop.flag", "a=1 flag" },
		{ "snd_hda", "snd-hda.model=x", "a=1 model=x" },
		{ "snd-hda", "snd_hda.model=x", "a=1 model=x" },
		{ "loop", "loop.text=two words", "a=1 text=\"two words\"" },
		{ "loop", "loopy.max_loop=3", "a=1" },
		{ "loopy", "loop.max_loop=3", "a=1" },
		{ "loop", "loop", "a=1" },
	};
	char options[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		strcpy(options, "a=1");
		assert_int_equal(
			modlist_add_option(options, sizeof(options), rows[i][0], rows[i][1]), 0);
		assert_string_equal(options, rows[i][2]);
	}
	strcpy(options, "a=1");
	assert_int_equal(modlist_add_option(options, 9, "m", "m.b=2"), -1);
	assert_int_equal(modlist_add_option(options, 11, "m", "m.b=2"), 0);
	assert_string_equal(options, "a=1 b=2");
}

static void a_module_is_named_and_its_compression_told_by_its_path(void **state)
{
	char name[8];

	(void)state;
	modlist_name("/lib/modules/6.1/ext4.ko.zst", name, sizeof(name));
	assert_string_equal(name, "ext4");
	modlist_name("longer-than-this.ko", name, sizeof(name));
	assert_string_equal(name, "longer-");
	modlist_name("/", name, sizeof(name));
	assert_string_equal(name, "");
	modname_normalize(strcpy(name, "a-b_c"));
	assert_string_equal(name, "a_b_c");
	assert_true(modname_same("virtio-blk", "virtio_blk") && !modname_same("a", "a_b") &&
		    !modname_same("a-b", "a"));
	assert_int_equal(modlist_compression("/a.ko"), MODULE_PLAIN);
	assert_int_equal(modlist_compression("/a"), MODULE_PLAIN);
	assert_int_equal(modlist_compression("/a.ko.gz"), MODULE_COMPRESSED);
	assert_int_equal(modlist_compression("/a.ko.xz"), MODULE_COMPRESSED);
	assert_int_equal(modlist_compression("/a.ko.zst"), MODULE_COMPRESSED);
}

static void check_types(const char **types, int count, const char *const *wanted, int wanted_count)
{
	assert_int_equal(count, wanted_count);
	for (int i = 0; i < count; i++)
		assert_string_equal(types[i], wanted[i]);
}

static void ext4_is_tried_before_ext3_and_ext2_and_vfat_before_msdos(void **state)
{
	static const char *const wanted[] = { "ext4",  "ext3", "ext2", "vfat",
					      "msdos", "xfs",  "btrfs" };
	char text[] = "nodev\tsysfs\n\txfs\n\text2\nnodev\ttmpfs\n\text3\n\tmsdos\n\text4\n\tvfat\n"
		      "\tbtrfs\n\t\n\n";
	const char *types[FSLIST_MAX];
	int left_out, count = fslist_parse(text, types, &left_out);

	(void)state;
	check_types(types, count, wanted, COUNT(wanted));
	assert_int_equal(left_out, 0);
}

static void asked_for_file_systems_keep_their_order(void **state)
{
	static const char *const wanted[] = { "ext2", "ext4", "xfs" };
	char text[] = ",ext2,ext4,,xfs,";
	const char *types[FSLIST_MAX];
	int left_out, count = fslist_split(text, types, &left_out);

	(void)state;
	check_types(types, count, wanted, COUNT(wanted));
}

static void file_systems_beyond_the_limit_are_counted(void **state)
{
	char lines[(FSLIST_MAX + 2) * 3 + 1], words[(FSLIST_MAX + 2) * 2 + 1];
	const char *types[FSLIST_MAX];
	int left_out;

	(void)state;
	for (int i = 0; i < FSLIST_MAX + 2; i++) {
		memcpy(lines + i * 3, "\ta\n", 4);
		memcpy(words + i * 2, "a,", 3);
	}
	assert_int_equal(fslist_parse(lines, types, &left_out), FSLIST_MAX);
	assert_int_equal(left_out, 2);
	assert_int_equal(fslist_split(words, types, &left_out), FSLIST_MAX);
	assert_int_equal(left_out, 2);
}

static void mounts_are_read_and_their_escapes_undone(void **state)
{
	char text[] =
		"/dev/vda1 /a\\040b\\134c ext4 rw 0 0\nshort line\n\nnone /x\\9\\777\\04 tmpfs rw\n"
		"a / b";
	struct mount_line line;
	char *rest = text;

	(void)state;
	assert_int_equal(mounts_next(&rest, &line), 1);
	assert_string_equal(line.source, "/dev/vda1");
	assert_string_equal(line.target, "/a b\\c");
	assert_string_equal(line.type, "ext4");
	assert_int_equal(mounts_next(&rest, &line), 1);
	assert_string_equal(line.target, "/x\\9\\777\\04");
	assert_int_equal(mounts_next(&rest, &line), 0);
}

static void lines_of_an_fstab(void **state)
{
	char text[] = "# comment\r\n\n \t/dev/vda1\t / ext4 defaults 0 1\r\n"
		      "UUID=1-2 /a\\040b  auto\n"
		      "one two\n"
		      "LABEL=x /usr btrfs subvol=usr,ro 0 two\n"
		      "LABEL=y /usr xfs # nothing\n"
		      "/dev/z /z f2fs x 0 2 more";
	struct fstab_line line = { 0 };
	char *rest = text;

	(void)state;
	assert_int_equal(fstab_next(&rest, &line), FSTAB_LINE);
	assert_int_equal(line.number, 3);
	assert_string_equal(line.source, "/dev/vda1");
	assert_string_equal(line.target, "/");
	assert_string_equal(line.type, "ext4");
	assert_string_equal(line.options, "defaults");
	assert_int_equal(line.pass, 1);
	assert_int_equal(fstab_next(&rest, &line), FSTAB_LINE);
	assert_string_equal(line.target, "/a b");
	assert_string_equal(line.options, "");
	assert_int_equal(line.pass, 0);
	for (unsigned int number = 5; number <= 6; number++) {
		assert_int_equal(fstab_next(&rest, &line), FSTAB_DAMAGED);
		assert_int_equal(line.number, number);
	}
	assert_int_equal(fstab_next(&rest, &line), FSTAB_LINE);
	assert_string_equal(line.options, "");
	assert_int_equal(fstab_next(&rest, &line), FSTAB_LINE);
	assert_int_equal(line.pass, 2);
	assert_int_equal(fstab_next(&rest, &line), FSTAB_END);
}

static void the_line_of_a_folder_in_an_fstab(void **state)
{
	char text[] = "A /usr ext4\none two\nB /usr// xfs\nC /usr/local ext4\nD /us ext4\nx\n";
	struct fstab_line line;

	(void)state;
	assert_int_equal(fstab_find(text, "/usr", &line), 1);
	assert_string_equal(line.source, "B");
	assert_int_equal(line.number, 3);
	assert_int_equal(fstab_find((char[]){ "A /usr ext4\nx\n" }, "/home", &line), 0);
}

static void options_of_mount(void **state)
{
	static const struct {
		const char *options, *text;
		unsigned long flags;
		struct mount_options rest;
	} rows[] = {
		{ "", "", 0, { 0 } },
		{ "defaults", "", 0, { 0 } },
		{ "ro,subvol=/usr,,noatime,x-systemd.growfs,compress=zstd",
		  "subvol=/usr,compress=zstd",
		  MS_RDONLY | MS_NOATIME,
		  { .access = MOUNT_READ_ONLY } },
		{ "ro,rw,nodev,nosuid", "", MS_NODEV | MS_NOSUID, { .access = MOUNT_READ_WRITE } },
		{ ",nofail,,user_xattr,", "user_xattr", 0, { .is_optional = 1 } },
		{ "rbind,rox,fail", "rox,fail", 0, { .is_bind = 1 } },
		{ "move", "", 0, { .is_bind = 1 } },
		{ "noexec,exec,nosuid,suid,nodev,dev,sync,async,noatime,atime,nodiratime,diratime",
		  "",
		  0,
		  { 0 } },
		{ "relatime,strictatime,lazytime,iversion,mand,nosymfollow,dirsync,silent",
		  "",
		  MS_RELATIME | MS_STRICTATIME | MS_LAZYTIME | MS_I_VERSION | MS_MANDLOCK | 256 |
			  MS_DIRSYNC | MS_SILENT,
		  { 0 } },
		{ "relatime,norelatime,strictatime,nostrictatime,lazytime,nolazytime,iversion,"
		  "noiversion,mand,nomand,nosymfollow,symfollow,silent,loud",
		  "",
		  0,
		  { 0 } },
		{ "auto,noauto,_netdev,comment=a=b,nousers,noowner,nogroup,nouser,"
		  "offset=1,sizelimit=2,X-mount.mkdir=0700,x-gvfs-hide",
		  "",
		  0,
		  { 0 } },
		{ "user", "", MS_NOEXEC | MS_NOSUID | MS_NODEV, { 0 } },
		{ "users,exec,dev,suid", "", 0, { 0 } },
		{ "owner", "", MS_NOSUID | MS_NODEV, { 0 } },
		{ "group=x,user=me,exec", "", MS_NOSUID | MS_NODEV, { 0 } },
		{ "loop", "", 0, { .is_loop = 1 } },
		{ "loop=/dev/loop3,loops", "loops", 0, { .is_loop = 1 } },
		{ "shared", "", 0, { .propagation = MS_SHARED } },
		{ "rslave,private", "", 0, { .propagation = MS_PRIVATE } },
		{ "unbindable,runbindable", "", 0, { .propagation = MS_UNBINDABLE | MS_REC } },
		{ "x-initrd.mount", "", 0, { .is_for_initrd = 1 } },
		{ "context=\"a,ro,b\",ro",
		  "context=\"a,ro,b\"",
		  MS_RDONLY,
		  { .access = MOUNT_READ_ONLY } },
		{ "noload,nouuid,no,nobarrier,dev=x,nodev=x,exec=1",
		  "noload,nouuid,no,nobarrier,dev=x,nodev=x,exec=1",
		  0,
		  { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[200];
		struct mount_options parsed;

		strcpy(text, rows[i].options);
		mountopts_parse(text, &parsed);
		assert_string_equal(parsed.text, rows[i].text);
		assert_int_equal(parsed.flags, rows[i].flags);
		assert_int_equal(parsed.propagation, rows[i].rest.propagation);
		assert_int_equal(parsed.access, rows[i].rest.access);
		assert_int_equal(parsed.is_optional, rows[i].rest.is_optional);
		assert_int_equal(parsed.is_bind, rows[i].rest.is_bind);
		assert_int_equal(parsed.is_loop, rows[i].rest.is_loop);
		assert_int_equal(parsed.is_for_initrd, rows[i].rest.is_for_initrd);
	}
}

/* --- executables --- */

#define INTERP "/lib/ld-musl-x86_64.so.1"

struct program {
	Elf64_Ehdr head;
	Elf64_Phdr table[2];
	char interp[sizeof(INTERP)];
};

static struct program make_program(void)
{
	struct program program = {
		.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_DYN,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = offsetof(struct program, table),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2 },
		.table = { { .p_type = PT_LOAD },
			   { .p_type = PT_INTERP,
			     .p_offset = offsetof(struct program, interp),
			     .p_filesz = sizeof(INTERP) } },
		.interp = INTERP,
	};

	return program;
}

static char found[INTERPRETER_MAX];

/* In memory of exactly this size, so that one byte too far is seen. */
static int interpreter_of(const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int result;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	found[0] = '\0';
	result = executable_interpreter((struct span){ copy, size }, found);
	free(copy);
	return result;
}

static void a_program_names_its_interpreter(void **state)
{
	struct program program = make_program();

	(void)state;
	assert_int_equal(interpreter_of(&program, sizeof(program)), 0);
	assert_string_equal(found, INTERP);
	program.head.e_type = ET_EXEC;
	assert_int_equal(interpreter_of(&program, sizeof(program)), 0);
}

static void a_static_program_needs_none(void **state)
{
	struct program program = make_program();

	(void)state;
	program.table[1].p_type = PT_NOTE;
	assert_int_equal(interpreter_of(&program, sizeof(program)), 0);
	assert_string_equal(found, "");
}

static void a_program_cut_off_anywhere_is_never_misread(void **state)
{
	struct program program = make_program();

	(void)state;
	for (size_t len = 0; len < offsetof(struct program, interp) + sizeof(INTERP); len++) {
		int result = interpreter_of(&program, len);

		assert_int_equal(result, len < sizeof(Elf64_Ehdr) ? -ENOEXEC : -E2BIG);
	}
}

static void a_program_of_another_machine_is_refused(void **state)
{
	struct program program = make_program();

	(void)state;
	program.head.e_machine = EM_AARCH64;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.head.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.head.e_ident[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.head.e_type = ET_REL;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
}

static void damaged_program_headers_are_refused(void **state)
{
	struct program program = make_program();

	(void)state;
	program.interp[sizeof(INTERP) - 1] = 'x';
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.table[1].p_filesz = 1;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program.table[1].p_filesz = INTERPRETER_MAX + 1;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.table[1].p_offset = UINT64_MAX - 2;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -E2BIG);
	program = make_program();
	program.head.e_phoff = UINT64_MAX;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -E2BIG);
	program = make_program();
	program.head.e_phentsize = 32;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program = make_program();
	program.head.e_phnum = 0;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -ENOEXEC);
	program.head.e_phnum = 0xffff;
	program.table[1].p_type = PT_NULL;
	assert_int_equal(interpreter_of(&program, sizeof(program)), -E2BIG);
}

static void a_script_names_its_interpreter(void **state)
{
	static const struct {
		const char *text;
		int result;
		const char *interpreter;
	} rows[] = {
		{ "#!/bin/sh\n", 0, "/bin/sh" },
		{ "#!/bin/sh", 0, "/bin/sh" },
		{ "#! \t/bin/sh -e\n", 0, "/bin/sh" },
		{ "#!/bin/sh\t-e", 0, "/bin/sh" },
		{ "#!", -ENOEXEC, "" },
		{ "#!\n/bin/sh", -ENOEXEC, "" },
		{ "#!  ", -ENOEXEC, "" },
		{ "#", -ENOEXEC, "" },
		{ "echo", -ENOEXEC, "" },
		{ "", -ENOEXEC, "" },
	};
	char text[2 + INTERPRETER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(interpreter_of(rows[i].text, strlen(rows[i].text)),
				 rows[i].result);
		assert_string_equal(found, rows[i].interpreter);
	}
	memset(text, 'x', sizeof(text));
	memcpy(text, "#!", 2);
	assert_int_equal(interpreter_of(text, 2 + INTERPRETER_MAX - 1), 0);
	assert_int_equal(interpreter_of(text, 2 + INTERPRETER_MAX), -E2BIG);
}

/* --- text and numbers --- */

static void a_format_writes_what_printf_would(void **state)
{
	char text[128];
	size_t len = format_text(text, sizeof(text), "%s %c %d %u %x %% %ld %lu %lx %d", "a", 'b',
				 -3, 4U, 0xdeadU, LONG_MIN, ULONG_MAX, 16UL, INT_MIN);

	(void)state;
	assert_string_equal(text, "a b -3 4 dead % -9223372036854775808 18446744073709551615 10 "
				  "-2147483648");
	assert_int_equal(len, strlen(text));
}

static void a_text_that_does_not_fit_is_cut_and_ended(void **state)
{
	char text[5] = "####";

	(void)state;
	assert_int_equal(format_text(text, sizeof(text), "%s", "abcdefgh"), 4);
	assert_string_equal(text, "abcd");
	assert_int_equal(format_text(text, 1, "x"), 0);
	assert_string_equal(text, "");
}

static void a_number_is_all_digits_and_in_range(void **state)
{
	unsigned int value = 77;

	(void)state;
	assert_int_equal(number_parse("4294967295", 10, UINT_MAX, &value), 1);
	assert_true(value == UINT_MAX);
	assert_int_equal(number_parse("fF", 16, 255, &value), 1);
	assert_int_equal(value, 255);
	assert_int_equal(number_parse("256", 10, 255, &value), 0);
	assert_int_equal(number_parse("4294967296", 10, UINT_MAX, &value), 0);
	assert_int_equal(number_parse("99999999999999999999999999", 10, UINT_MAX, &value), 0);
	assert_int_equal(number_parse("", 10, 9, &value), 0);
	assert_int_equal(number_parse("a", 10, 99, &value), 0);
	assert_int_equal(number_parse("g", 16, 99, &value), 0);
	assert_int_equal(number_parse("1 ", 10, 99, &value), 0);
	assert_int_equal(value, 255);
}

static void a_word_is_found_where_strstr_finds_it(void **state)
{
	static const char *const texts[] = { "", "a", "aab", "aaab", "xaabaab", "baa", "aa" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			assert_ptr_equal(text_find(texts[i], texts[j]), strstr(texts[i], texts[j]));
}

static void errors_and_signals_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(error_name(ENOENT), "ENOENT");
	assert_string_equal(error_name(EKEYREJECTED), "EKEYREJECTED");
	assert_string_equal(error_name(0), "E?");
	assert_string_equal(error_name(-ENOENT), "E?");
	assert_string_equal(error_name(100000), "E?");
	for (int signal = 1; signal < 32; signal++)
		if (signal != SIGIO) /* glibc says POLL, another name of the same */
			assert_string_equal(signal_name(signal), sigabbrev_np(signal));
	assert_null(signal_name(0));
	assert_null(signal_name(-1));
	assert_null(signal_name(SIGRTMAX));
}

static void every_error_is_named_as_libc_names_it(void **state)
{
	(void)state;
	for (int error = 0; error < 200; error++) {
		const char *name = error ? strerrorname_np(error) : NULL;

		assert_string_equal(error_name(error), name ? name : "E?");
	}
}

static void a_hint_belongs_to_one_step_and_one_error(void **state)
{
	(void)state;
	assert_non_null(hint_find(hints_of_programs, "modules", ENOEXEC));
	assert_null(hint_find(hints_of_programs, "modules", 0));
	assert_null(hint_find(hints_of_programs, "settings", ENOEXEC));
}

/* --- packets --- */

static size_t make_stream(uint8_t *stream)
{
	size_t len = 0;

	packet_head(stream + len, PACKET_CREDIT, PACKET_CREDIT_MAX);
	len += PACKET_HEAD;
	packet_head(stream + len, PACKET_OUT, 5);
	memcpy(stream + len + PACKET_HEAD, "hello", 5);
	len += PACKET_HEAD + 5;
	packet_head(stream + len, PACKET_IN, 0);
	len += PACKET_HEAD;
	packet_head(stream + len, PACKET_ERR, 2);
	memcpy(stream + len + PACKET_HEAD, "no", 2);
	len += PACKET_HEAD + 2;
	packet_head(stream + len, PACKET_ROWS, 33);
	len += PACKET_HEAD;
	packet_head(stream + len, PACKET_COLUMNS, 97);
	len += PACKET_HEAD;
	packet_head(stream + len, PACKET_END, 0);
	return len + PACKET_HEAD;
}

/* What a reader made of it: heads as their kinds, data as it came. */
static void note(struct packet_reader *reader, struct span in, char *notes)
{
	struct packet_piece piece;
	size_t len = strlen(notes);

	while (packet_next(reader, &in, &piece) > 0) {
		if (piece.data.data)
			memcpy(notes + len, piece.data.data, piece.data.len);
		else
			notes[len] = (char)piece.kind;
		len += piece.data.data ? piece.data.len : 1;
		notes[len] = '\0';
	}
	assert_int_equal(in.len, 0);
}

static void packets_mean_the_same_wherever_they_are_cut(void **state)
{
	uint8_t stream[64];
	size_t len = make_stream(stream);

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		struct packet_reader reader = { .have = 0 };
		char notes[64] = "";

		note(&reader, (struct span){ stream, cut }, notes);
		note(&reader, (struct span){ stream + cut, len - cut }, notes);
		assert_string_equal(notes, "cohelloienohwx");
	}
}

static void a_stream_cut_off_yields_only_what_came(void **state)
{
	uint8_t stream[64];
	size_t len = make_stream(stream);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		struct packet_reader reader = { .have = 0 };
		uint8_t *copy = malloc(cut ? cut : 1);
		char notes[64] = "";

		assert_non_null(copy);
		memcpy(copy, stream, cut);
		note(&reader, (struct span){ copy, cut }, notes);
		free(copy);
		assert_int_equal(strncmp("cohelloienohwx", notes, strlen(notes)), 0);
		assert_true(strlen(notes) < 14);
	}
}

static void packets_of_no_kind_or_too_long_are_refused(void **state)
{
	static const uint8_t bad[][PACKET_HEAD] = {
		{ 'z', 0, 0 }, { 'o', 0xfe, 0x7f }, { 0, 0, 0 }, { 'i', 0xff, 0xff }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct packet_reader reader = { .have = 0 };
		struct span in = { bad[i], PACKET_HEAD };
		struct packet_piece piece;

		assert_int_equal(packet_next(&reader, &in, &piece), -EPROTO);
	}
}

static void a_port_and_a_line_are_told_apart(void **state)
{
	static const struct {
		const char *text, *port, *line;
	} rows[] = {
		{ "ttyS1", "", "ttyS1" },
		{ "virtio:org.rdinit", "org.rdinit", NULL },
		{ "virtio:a,ttyS1", "a", "ttyS1" },
		{ "virtio:a,", "a", NULL },
		{ "virtio:,ttyS1", "", "ttyS1" },
		{ "virtio", "", "virtio" },
		{ "", "", "" },
	};
	struct stdio_ports ports;
	char text[7 + STDIO_NAME_MAX + 1] = "virtio:";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		stdio_ports_parse(rows[i].text, &ports);
		assert_string_equal(ports.port, rows[i].port);
		assert_int_equal(!ports.line, !rows[i].line);
		if (rows[i].line)
			assert_string_equal(ports.line, rows[i].line);
	}
	memset(text + 7, 'n', STDIO_NAME_MAX);
	stdio_ports_parse(text, &ports);
	assert_int_equal(strlen(ports.port), STDIO_NAME_MAX - 1);
}

/* --- directories --- */

static size_t add_entry(uint8_t *buffer, size_t at, const char *name, uint8_t type)
{
	size_t len = (19 + strlen(name) + 1 + 7) / 8 * 8;

	memset(buffer + at, 0, len);
	buffer[at + 16] = (uint8_t)len;
	buffer[at + 18] = type;
	memcpy(buffer + at + 19, name, strlen(name) + 1);
	return at + len;
}

static void a_directory_is_listed_without_its_dots(void **state)
{
	uint8_t buffer[256];
	size_t len = add_entry(buffer, 0, ".", DT_DIR);
	struct dirent_view entry;
	struct span rest;

	(void)state;
	len = add_entry(buffer, len, "..", DT_DIR);
	len = add_entry(buffer, len, "...", DT_DIR);
	len = add_entry(buffer, len, ".a", DT_REG);
	rest = (struct span){ buffer, len };
	assert_int_equal(dirents_next(&rest, &entry), 1);
	assert_string_equal(entry.name, "...");
	assert_int_equal(entry.type, DT_DIR);
	assert_int_equal(dirents_next(&rest, &entry), 1);
	assert_string_equal(entry.name, ".a");
	assert_int_equal(entry.type, DT_REG);
	assert_int_equal(dirents_next(&rest, &entry), 0);
}

static void a_directory_cut_off_anywhere_ends_before_the_cut(void **state)
{
	uint8_t whole[64];
	size_t len = add_entry(whole, 0, "file", DT_REG);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);
		struct span rest = { copy, cut };
		struct dirent_view entry;

		assert_non_null(copy);
		memcpy(copy, whole, cut);
		assert_int_equal(dirents_next(&rest, &entry), 0);
		free(copy);
	}
}

static void a_size_is_rows_and_columns(void **state)
{
	static const char *const wrong[] = { "",     "24",     "24x",	 "x80",	    "0x80",
					     "24x0", "24x80 ", "24X80",	 "1x65536", "24x80x1",
					     "-1x2", "24x80,", "24,x80", ",a",	    "123456789x1" };
	struct window window;

	(void)state;
	assert_int_equal(window_parse("24x80", &window), 0);
	assert_true(window.rows == 24 && window.columns == 80);
	assert_null(window.port);
	assert_int_equal(window_parse("65535x65535,a.b", &window), 0);
	assert_string_equal(window.port, "a.b");
	assert_int_equal(window_parse("65535x1", &window), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(window_parse(wrong[i], &window), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_size_is_rows_and_columns),
		cmocka_unit_test(a_root_is_a_path_or_a_number),
		cmocka_unit_test(a_root_that_is_neither_is_refused),
		cmocka_unit_test(a_uevent_is_read_by_its_keys),
		cmocka_unit_test(a_message_that_is_no_uevent_is_refused),
		cmocka_unit_test(modules_are_read_line_by_line_with_their_options),
		cmocka_unit_test(a_word_of_the_line_is_an_option_of_its_module),
		cmocka_unit_test(a_module_is_named_and_its_compression_told_by_its_path),
		cmocka_unit_test(ext4_is_tried_before_ext3_and_ext2_and_vfat_before_msdos),
		cmocka_unit_test(asked_for_file_systems_keep_their_order),
		cmocka_unit_test(file_systems_beyond_the_limit_are_counted),
		cmocka_unit_test(mounts_are_read_and_their_escapes_undone),
		cmocka_unit_test(lines_of_an_fstab),
		cmocka_unit_test(the_line_of_a_folder_in_an_fstab),
		cmocka_unit_test(options_of_mount),
		cmocka_unit_test(a_program_names_its_interpreter),
		cmocka_unit_test(a_static_program_needs_none),
		cmocka_unit_test(a_program_cut_off_anywhere_is_never_misread),
		cmocka_unit_test(a_program_of_another_machine_is_refused),
		cmocka_unit_test(damaged_program_headers_are_refused),
		cmocka_unit_test(a_script_names_its_interpreter),
		cmocka_unit_test(a_format_writes_what_printf_would),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut_and_ended),
		cmocka_unit_test(a_number_is_all_digits_and_in_range),
		cmocka_unit_test(a_word_is_found_where_strstr_finds_it),
		cmocka_unit_test(errors_and_signals_have_their_names),
		cmocka_unit_test(every_error_is_named_as_libc_names_it),
		cmocka_unit_test(a_hint_belongs_to_one_step_and_one_error),
		cmocka_unit_test(packets_mean_the_same_wherever_they_are_cut),
		cmocka_unit_test(a_stream_cut_off_yields_only_what_came),
		cmocka_unit_test(packets_of_no_kind_or_too_long_are_refused),
		cmocka_unit_test(a_port_and_a_line_are_told_apart),
		cmocka_unit_test(a_directory_is_listed_without_its_dots),
		cmocka_unit_test(a_directory_cut_off_anywhere_ends_before_the_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
