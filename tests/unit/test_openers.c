// SPDX-License-Identifier: MIT
/*
 * test_openers.c - devices made of devices, by a false program, to any depth and in any order.
 *
 * The test has its own table of layers and its own kernel: a list of devices, when each appears,
 * how long its probe takes, and what the program makes of it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "init/layer/layer.h"
#include "init/layer/program.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define OPEN "/sbin/open"
#define JOIN "/sbin/join"
#define SECONDS 1000
#define NEVER (-1)

/* --- a table of its own --- */

const struct layer layer_table[] = {
	{ FORMAT_LUKS2, FORMAT_LUKS2, LAYER_CONTAINER, 1,
	  "a box\0" OPEN "\0rd.box\0/dev/box/\0a box" },
	{ FORMAT_MD, FORMAT_MD, LAYER_POOL, 2, "a pool\0" JOIN "\0rd.pool\0\0" },
	{ FORMAT_LVM2, FORMAT_LVM2, LAYER_POOL, 0, "volumes\0\0\0\0" },
	{ FORMAT_NONE, FORMAT_NONE, LAYER_ON_REQUEST, 3, "a file\0\0rdinit.loop\0\0" },
};
const unsigned int layer_count = 4;

static void add_device(const struct device *device, struct opener_words *words)
{
	(void)device;
	words->argv[1] = words->device;
}

static int open_file(struct layers *of, const struct source *source, int *file);
static const struct opener loop_file = { .carry = open_file };
static const struct opener box = PROGRAM_OPENER(add_device), pool = PROGRAM_OPENER(add_device);
const struct opener *const layer_openers[] = { &box, &pool, &loop_file };
const unsigned int layer_event_count = 2;

/* --- a kernel of its own --- */

enum fate { ENDS, DIES, FAILS, HANGS };

static struct block {
	const char *name;
	unsigned int minor;
	enum format format;
	const char *uuid;
	int members;
	/* ms of the clock; NEVER: what the program makes */
	int64_t appears, probe_ms;
	/* what the program makes of it: a name; how long it runs, and how long after its start the
	 * device appears */
	const char *product, *link; /* link: another path of it */
	const char *prints;
	enum fate fate;
	int64_t program_ms, product_ms;
	/* what happened */
	bool is_there;
	int openings;
	struct loop_timer probe;
	struct device *device;
	struct devices *devices;
} blocks[8];
static int block_count;

static struct boot boot;

static struct block *block_of(const char *name)
{
	for (int i = 0; i < block_count; i++)
		if (strcmp(blocks[i].name, name) == 0)
			return &blocks[i];
	return NULL;
}

static struct block *add_block(const char *name, enum format format, const char *uuid,
			       const char *product)
{
	struct block *block = &blocks[block_count];

	*block = (struct block){ .name = name,
				 .minor = (unsigned int)block_count++,
				 .format = format,
				 .uuid = uuid,
				 .probe_ms = 5,
				 .product = product,
				 .program_ms = 20,
				 .product_ms = 10 };
	return block;
}

static void appear(struct block *block)
{
	char line[64], event[200];
	int len = snprintf(line, sizeof(line), "254 %u 8 %s\n", block->minor, block->name);

	block->is_there = true;
	if (block->link)
		fake_file(block->link, "", 0);
	fake_append("/proc/partitions", line, (size_t)len);
	len = snprintf(event, sizeof(event),
		       "add@/block/%s%cACTION=add%cDEVPATH=/block/%s%cSUBSYSTEM=block%cMAJOR=254%c"
		       "MINOR=%u%cDEVNAME=%s%cDEVTYPE=disk",
		       block->name, 0, 0, block->name, 0, 0, 0, block->minor, 0, block->name, 0);
	fake_append("uevents", event, (size_t)len + 1);
}

static int64_t appear_all(int64_t now)
{
	int64_t next = INT64_MAX;

	for (int i = 0; i < block_count; i++) {
		if (blocks[i].is_there || blocks[i].appears == NEVER)
			continue;
		if (blocks[i].appears <= now)
			appear(&blocks[i]);
		else if (blocks[i].appears < next)
			next = blocks[i].appears;
	}
	return next;
}

static void make_product(const struct block *block)
{
	static char paths[8][64];
	const char *const holders[] = { block->product, NULL };
	struct block *product = block_of(block->product);
	char *path = paths[block - blocks];

	snprintf(path, sizeof(paths[0]), "/sys/class/block/%s/holders", block->name);
	fake_dir(path, holders);
	if (product->appears == NEVER)
		product->appears = sys_clock_ms() + block->product_ms;
}

/* "execve /sbin/open /dev/vda" */
static void program_runs(const char *line)
{
	struct block *block = block_of(strrchr(line, '/') + 1);

	block->openings++;
	if (block->prints)
		fake_append("pipe", block->prints, strlen(block->prints));
	fake_child_ms = block->fate == HANGS ? 1000 * SECONDS : block->program_ms;
	fake_status = block->fate == DIES ? SIGSEGV : block->fate == FAILS ? 2 << 8 : 0;
	if (block->fate == ENDS && block->product)
		make_product(block);
}

static void probed(void *owner)
{
	struct block *block = owner;
	struct device *device = devices_find(block->devices, 254, block->minor);
	struct finding *finding = &device->finding;

	device->state = DEVICE_KNOWN;
	finding->found = FOUND_ONE;
	finding->format = (uint8_t)block->format;
	finding->members = (uint8_t)block->members;
	snprintf(finding->uuid, sizeof(finding->uuid), "%s", block->uuid);
	devices_go_on(block->devices);
}

/* In place of init/device/probe.c. */
int probe_start(struct devices *devices, struct probe *probe, struct device *device)
{
	struct block *block = block_of(device->name);

	(void)probe;
	block->devices = devices;
	block->probe = (struct loop_timer){ .node.owner = block,
					    .due = sys_clock_ms() + block->probe_ms,
					    .expired = probed };
	loop_add_timer(devices->loop, &block->probe);
	device->state = DEVICE_PROBING;
	return 0;
}

void wire_report(const char *format, ...)
{
	(void)format;
}

void wire_tty(const char *name)
{
	(void)name;
}

void wire_drain(struct loop *loop, int fd)
{
	(void)loop, (void)fd;
}

static int reset(void **state)
{
	static const char header[] = "major minor  #blocks  name\n\n";

	(void)state;
	fake_reset();
	block_count = 0;
	new_boot(&boot);
	settings_finish(&boot.settings);
	boot.settings.timeout_s = 5;
	log_step("root-find");
	fake_program_runs = program_runs;
	fake_time_passed = appear_all;
	fake_file("/proc/partitions", header, sizeof(header) - 1);
	fake_file("uevents", "", 0);
	fake_file("/dev/null", "", 0);
	fake_file(OPEN, "", 0);
	fake_file(JOIN, "", 0);
	fake_answer("open_uevents", sys_open("uevents", 0), FAKE_ALWAYS);
	fake_answer("spawn", 77, FAKE_ALWAYS);
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("execve", 0, FAKE_ALWAYS);
	return 0;
}

static int find_root(const char *root)
{
	appear_all(0);
	boot.settings.root = root;
	return root_find(&boot);
}

static bool is_logged(const char *text)
{
	return strstr(fake_console, text) != NULL;
}

/* --- what is found --- */

/* A box, in which there is a half of a pool, in which there is a box, in which there is the root.
 */
static void add_three_layers(void)
{
	add_block("vda", FORMAT_LUKS2, "1", "vdb");
	add_block("vdb", FORMAT_MD, "2", "vdd")->appears = NEVER;
	add_block("vdc", FORMAT_MD, "2", "vdd");
	add_block("vdd", FORMAT_LUKS2, "3", "vde")->appears = NEVER;
	add_block("vde", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	blocks[1].members = blocks[2].members = 2;
}

static void what_is_in_three_layers_is_found(void **state)
{
	(void)state;
	add_three_layers();
	assert_int_equal(find_root("UUID=R"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vde");
	assert_int_equal(blocks[0].openings, 1);
	assert_int_equal(blocks[1].openings + blocks[2].openings, 1);
	assert_int_equal(blocks[3].openings, 1);
	assert_true(is_logged("/dev/vde: ext4 UUID=R\n"));
}

/* Whatever comes first, is probed first, or is made after its program has ended. */
static void the_order_never_matters(void **state)
{
	for (unsigned int seed = 1; seed <= 2000; seed++) {
		reset(state);
		srand(seed);
		add_three_layers();
		for (int i = 0; i < block_count; i++) {
			if (blocks[i].appears != NEVER)
				blocks[i].appears = rand() % 3 * 150;
			blocks[i].probe_ms = rand() % 3 * 90;
			blocks[i].program_ms = rand() % 300;
			blocks[i].product_ms = rand() % 400;
		}
		if (find_root("UUID=R") || strcmp(boot.root.source.device, "/dev/vde"))
			fail_msg("seed %u: %s", seed, fake_console);
		for (int i = 0; i < block_count; i++)
			assert_in_range(blocks[i].openings, 0, 1);
		assert_int_equal(blocks[1].openings + blocks[2].openings, 1);
	}
}

/* The same where the kernel reports no devices, which are looked for instead. */
static void a_kernel_without_uevents_finds_it_too(void **state)
{
	(void)state;
	fake_answer("open_uevents", -EAFNOSUPPORT, FAKE_ALWAYS);
	add_three_layers();
	assert_int_equal(find_root("UUID=R"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vde");
}

static void nothing_is_opened_that_nobody_asked_for(void **state)
{
	static const char *const roots[] = { "UUID=R", "/dev/vdb" };

	for (size_t i = 0; i < 2; i++) {
		reset(state);
		add_block("vdb", FORMAT_EXT4, "R", NULL);
		add_block("vda", FORMAT_LUKS2, "1", NULL);
		fake_file("/dev/vdb", "", 0);
		assert_int_equal(find_root(roots[i]), 0);
		assert_string_equal(boot.root.source.device, "/dev/vdb");
		assert_null(strstr(fake_calls, "execve"));
	}
}

/* A path that no layer makes is no reason to open any. */
static void a_path_that_is_missing_opens_nothing(void **state)
{
	(void)state;
	add_block("vda", FORMAT_LUKS2, "1", NULL);
	fake_answer("open /dev/vdz", -ENOENT, FAKE_ALWAYS);
	assert_int_equal(find_root("/dev/vdz"), -ETIMEDOUT);
	assert_null(strstr(fake_calls, "execve"));
}

static void what_the_command_line_names_is_opened_whatever_the_root_is(void **state)
{
	(void)state;
	add_block("vdb", FORMAT_EXT4, "R", NULL);
	add_block("vda", FORMAT_LUKS2, "1", "vdd");
	add_block("vdc", FORMAT_LUKS2, "2", NULL);
	add_block("vdd", FORMAT_EXT4, "4", NULL)->appears = NEVER;
	fake_file("/dev/vdb", "", 0);
	boot.settings.modules[boot.settings.module_count++] = "rd.box.uuid=1";
	assert_int_equal(find_root("UUID=R"), 0);
	assert_int_equal(block_of("vda")->openings, 1);
	assert_int_equal(block_of("vdc")->openings, 0);
}

static void a_box_that_is_the_root_is_opened_and_replaced(void **state)
{
	static const char *const roots[] = { "UUID=1", "/dev/vda" };

	for (size_t i = 0; i < 2; i++) {
		reset(state);
		add_block("vda", FORMAT_LUKS2, "1", "vdb");
		blocks[0].product_ms = 300; /* long after the program's end */
		add_block("vdb", FORMAT_LUKS2, "2", "vdc")->appears = NEVER;
		add_block("vdc", FORMAT_EXT4, "R", NULL)->appears = NEVER;
		blocks[2].probe_ms = 200;
		add_block("vdd", FORMAT_LUKS2, "4", NULL);
		fake_file("/dev/vda", "", 0);
		assert_int_equal(find_root(roots[i]), 0);
		assert_string_equal(boot.root.source.device, "/dev/vdc");
		assert_int_equal(boot.root.source.format, FORMAT_EXT4);
		assert_int_equal(block_of("vdd")->openings, 0);
	}
}

/* Only the member that was named is asked for, and it came first. */
static void a_member_that_is_the_root_waits_for_the_others(void **state)
{
	(void)state;
	add_block("vda", FORMAT_MD, "1", "vdc")->members = 2;
	add_block("vdc", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	add_block("vdb", FORMAT_MD, "1", "vdc")->members = 2;
	blocks[2].appears = 2 * SECONDS;
	fake_file("/dev/vda", "", 0);
	assert_int_equal(find_root("/dev/vda"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vdc");
	assert_int_equal(blocks[0].openings + blocks[2].openings, 1);
}

/* A box may have the name of what is in it: that is one device, not two. */
static void what_is_open_is_no_candidate(void **state)
{
	(void)state;
	add_block("vda", FORMAT_LUKS2, "1", "vdb");
	add_block("vdb", FORMAT_EXT4, "1", NULL)->appears = NEVER;
	boot.settings.modules[boot.settings.module_count++] = "rd.box.uuid=1";
	boot.settings.unique = 1;
	/* The search begins when all is known: the box is open then. */
	appear_all(0);
	layers_watch(&boot.layers);
	loop_run(&boot.loop, NULL, NULL, SECONDS);
	assert_int_equal(find_root("UUID=1"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vdb");
	assert_int_equal(blocks[0].openings, 1);
}

static void a_path_of_a_product_is_waited_for(void **state)
{
	(void)state;
	add_block("dm-0", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	blocks[0].link = "/dev/box/root";
	add_block("vda", FORMAT_LUKS2, "1", "dm-0");
	assert_int_equal(find_root("/dev/box/root"), 0);
	assert_int_equal(block_of("vda")->openings, 1);
	assert_string_equal(boot.root.source.device, "/dev/box/root");
	assert_int_equal(boot.root.source.format, FORMAT_EXT4);
}

/* What is made of the file: the fake kernel calls every device 254:0. */
static int open_file(struct layers *of, const struct source *source, int *file)
{
	assert_string_equal(source->device, "/dev/vdc");
	blocks[0].appears = sys_clock_ms();
	appear_all(sys_clock_ms());
	*file = sys_open(of->settings->loop, 0);
	return 0;
}

/* The root's file is in a box, and is a box itself. */
static void what_is_asked_for_on_top_may_be_a_layer_again(void **state)
{
	(void)state;
	add_block("loop3", FORMAT_LUKS2, "2", "vdd")->appears = NEVER;
	add_block("vda", FORMAT_LUKS2, "1", "vdc");
	add_block("vdc", FORMAT_EXT4, "C", NULL)->appears = NEVER;
	add_block("vdd", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	fake_file("/f", "", 0);
	fake_file("/dev/loop-control", "", 0);
	fake_file("/dev/loop3", "", 0);
	fake_answer("loop_free", 3, FAKE_ALWAYS);
	boot.settings.loop = "/f";
	assert_int_equal(find_root("UUID=C"), 0);
	assert_non_null(strstr(fake_calls, "loop_attach /f "));
	assert_string_equal(boot.root.source.device, "/dev/vdd");
}

/* --- what goes wrong --- */

static void an_opener_that_fails_is_one_line_and_keeps_nobody(void **state)
{
	static const struct {
		enum fate fate;
		const char *says;
	} rows[] = {
		{ DIES, "killed by SIGSEGV" },
		{ FAILS, "exited with status 2" },
	};

	for (size_t i = 0; i < 2; i++) {
		reset(state);
		add_block("vda", FORMAT_LUKS2, "1", NULL)->fate = rows[i].fate;
		add_block("vdb", FORMAT_LUKS2, "2", "vdc");
		add_block("vdc", FORMAT_EXT4, "R", NULL)->appears = NEVER;
		assert_int_equal(find_root("UUID=R"), 0);
		assert_string_equal(boot.root.source.device, "/dev/vdc");
		assert_true(is_logged("init: root-find: open vda: " OPEN ": "));
		assert_true(is_logged(rows[i].says));
	}
}

static void the_report_names_what_failed(void **state)
{
	(void)state;
	add_block("vda", FORMAT_LUKS2, "1", NULL)->fate = DIES;
	add_block("vdb", FORMAT_MD, "2", NULL)->members = 2;
	add_block("vdc", FORMAT_LVM2, "3", NULL);
	add_block("vdd", FORMAT_LUKS2, "4", "vde");
	add_block("vde", FORMAT_EXT4, "5", NULL)->appears = NEVER;
	assert_int_equal(find_root("UUID=R"), -ETIMEDOUT);
	assert_true(is_logged("vda: LUKS2 UUID=1: not opened: killed by SIGSEGV\n"));
	assert_true(is_logged("vdb: RAID member UUID=2 (one of 2 devices): not opened: other "
			      "devices of it are missing\n"));
	assert_true(is_logged("vdc: LVM2 member UUID=3: not opened: a part of volumes, which"));
	assert_true(is_logged("vdd: LUKS2 UUID=4\n"));
	assert_true(is_logged("vde: ext4 UUID=5\n"));
}

static void the_root_itself_that_fails_is_named(void **state)
{
	static const struct {
		enum fate fate;
		bool has_product;
		int error;
		const char *says;
	} rows[] = {
		{ DIES, true, -ENXIO, "open root=UUID=1 on /dev/vda: killed by SIGSEGV: " },
		{ HANGS, true, -ETIMEDOUT,
		  "open root=UUID=1 on /dev/vda: its program does not end: " },
		{ ENDS, false, -ETIMEDOUT, "open root=UUID=1 on /dev/vda: no device came of it: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		add_block("vda", FORMAT_LUKS2, "1", rows[i].has_product ? "vdb" : NULL)->fate =
			rows[i].fate;
		add_block("vdb", FORMAT_EXT4, "R", NULL)->appears = NEVER;
		assert_int_equal(find_root("UUID=1"), rows[i].error);
		if (!is_logged(rows[i].says))
			fail_msg("%s", fake_console);
	}
}

static void an_opener_that_hangs_is_killed_and_keeps_nobody(void **state)
{
	int64_t found_ms;

	(void)state;
	boot.settings.timeout_s = 30;
	add_block("vda", FORMAT_LUKS2, "1", NULL)->fate = HANGS;
	add_block("vdb", FORMAT_LUKS2, "2", "vdc");
	add_block("vdc", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	assert_int_equal(find_root("UUID=R"), 0);
	found_ms = sys_clock_ms();
	assert_in_range(found_ms, 10 * SECONDS, 11 * SECONDS);
	assert_true(is_logged("open vda: " OPEN " still runs after 10 s\n"));
	assert_null(strstr(fake_calls, "kill"));
	loop_run(&boot.loop, NULL, NULL, found_ms + 51 * SECONDS);
	assert_non_null(strstr(fake_calls, "kill -77 9\n"));
	assert_true(is_logged("open vda: " OPEN ": no answer within 60 s\n"));
	assert_int_equal(boot.devices.all[0].state, DEVICE_FAILED);
}

/* What is named on the command line may be still on its way when the root is there. */
static void the_next_init_gets_no_child(void **state)
{
	static const struct {
		enum fate fate;
		int64_t program_ms, ends_ms;
	} rows[] = { { ENDS, 3 * SECONDS, 3 * SECONDS }, { HANGS, 0, 11 * SECONDS } };

	for (size_t i = 0; i < 2; i++) {
		struct block *block;

		reset(state);
		add_block("vdb", FORMAT_EXT4, "R", NULL);
		block = add_block("vda", FORMAT_LUKS2, "1", "vdc");
		block->fate = rows[i].fate;
		block->program_ms = rows[i].program_ms;
		add_block("vdc", FORMAT_EXT4, "4", NULL)->appears = NEVER;
		boot.settings.modules[boot.settings.module_count++] = "rd.box.uuid=1";
		fake_file("/dev/vdb", "", 0);
		assert_int_equal(find_root("/dev/vdb"), 0);
		assert_in_range(sys_clock_ms(), 0, 100);
		become_prepare(&boot);
		assert_in_range(sys_clock_ms(), rows[i].ends_ms, rows[i].ends_ms + 100);
		/* after the child that opened /dev/vdb */
		assert_int_equal(strstr(fake_calls, "kill -78 9\n") != NULL, rows[i].fate == HANGS);
	}
}

static void a_program_that_is_missing_or_does_not_run_is_named(void **state)
{
	static const struct {
		const char *call;
		int error;
		const char *says, *reported;
	} rows[] = {
		{ "access " OPEN, -ENOENT,
		  "open vda: the image has no " OPEN " (rdinit pack --program " OPEN ")\n",
		  "vda: LUKS2 UUID=1: not opened: the image has no program for it\n" },
		{ "open /dev/null", -ENFILE, "open /dev/null for " OPEN ": ",
		  "vda: LUKS2 UUID=1: not opened: not started: ENFILE\n" },
		{ "execve", -ENOEXEC, "run " OPEN ": Exec format error (ENOEXEC)",
		  "vda: LUKS2 UUID=1: not opened: not started: ENOEXEC\n" },
	};

	for (volatile size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct fake_sweep sweep = { .limit_ms = 100 * SECONDS };

		reset(state);
		fake_sweep(&sweep); /* it looks after what is closed */
		if (setjmp(fake_end))
			fail_msg("%s: what is not open is closed", rows[i].call);
		add_block("vda", FORMAT_LUKS2, "1", NULL);
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		assert_int_equal(find_root("UUID=R"), -ETIMEDOUT);
		assert_true(is_logged(rows[i].says));
		assert_true(is_logged(rows[i].reported));
	}
}

static void a_device_may_go_while_it_is_opened(void **state)
{
	static const char event[] = "remove@/block/vda\0ACTION=remove\0DEVPATH=/block/vda\0"
				    "SUBSYSTEM=block\0MAJOR=254\0MINOR=0\0DEVNAME=vda";

	(void)state;
	add_block("vda", FORMAT_LUKS2, "1", NULL)->program_ms = 100;
	add_block("vdb", FORMAT_LUKS2, "2", "vdc");
	add_block("vdc", FORMAT_EXT4, "R", NULL)->appears = NEVER;
	appear_all(0);
	fake_append("uevents", event, sizeof(event));
	assert_int_equal(find_root("UUID=R"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vdc");
}

/* Control characters would be obeyed by the console. */
static void what_a_program_prints_is_logged_line_by_line(void **state)
{
	struct block *block = add_block("vda", FORMAT_LUKS2, "1", NULL);
	static char text[450];

	(void)state;
	snprintf(text, sizeof(text), "one\n\n\033[2Jtwo\r\n%300c\nlast", 'x');
	block->prints = text;
	block->fate = FAILS;
	fake_answer("pipe", 0, FAKE_ALWAYS);
	assert_int_equal(find_root("UUID=R"), -ETIMEDOUT);
	assert_true(is_logged(OPEN ": one\ninit: root-find: " OPEN
				   ": [2Jtwo\ninit: root-find: " OPEN ":   "));
	assert_true(is_logged("x\ninit: root-find: " OPEN ": last\n"));
	assert_true(is_logged("open vda: " OPEN ": exited with status 2, after last\n"));
}

/* --- who else asks --- */

static void resume_opens_what_it_names(void **state)
{
	(void)state;
	add_block("vda", FORMAT_LUKS2, "1", "vdb");
	add_block("vdb", FORMAT_HIBERNATION, "S", NULL)->appears = NEVER;
	fake_file("/sys/power/resume", "", 0);
	boot.settings.resume = "UUID=S";
	appear_all(0);
	assert_int_equal(resume(&boot), 0);
	assert_non_null(strstr(fake_calls, "write /sys/power/resume 254:0\n"));
	assert_true(is_logged("did not resume from /dev/vdb"));
}

static void usr_is_opened_for_its_line_of_the_fstab(void **state)
{
	static const char fstab[] = "UUID=U /usr ext4 defaults 0 0\n";

	(void)state;
	add_block("vdb", FORMAT_EXT4, "R", NULL);
	add_block("vda", FORMAT_LUKS2, "1", "vdc");
	add_block("vdc", FORMAT_EXT4, "U", NULL)->appears = NEVER;
	fake_file("/newroot", "", 0);
	fake_file("root:/usr", "", 0);
	fake_file("root:/etc/fstab", fstab, sizeof(fstab) - 1);
	assert_int_equal(find_root("UUID=R"), 0);
	assert_int_equal(block_of("vda")->openings, 0);
	assert_int_equal(root_usr(&boot), 0);
	assert_int_equal(block_of("vda")->openings, 1);
	assert_non_null(strstr(fake_calls, "mount /dev/vdc .\n"));
}

static void an_overlay_has_its_device_opened(void **state)
{
	(void)state;
	add_block("vdb", FORMAT_EXT4, "R", NULL);
	add_block("vda", FORMAT_LUKS2, "1", "vdc");
	add_block("vdc", FORMAT_EXT4, "O", NULL)->appears = NEVER;
	boot.settings.overlay = "UUID=O";
	assert_int_equal(find_root("UUID=R"), 0);
	assert_string_equal(boot.root.source.device, "/dev/vdb");
	assert_string_equal(boot.root.upper.device, "/dev/vdc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_in_three_layers_is_found, reset),
		cmocka_unit_test_setup(the_order_never_matters, reset),
		cmocka_unit_test_setup(a_kernel_without_uevents_finds_it_too, reset),
		cmocka_unit_test_setup(nothing_is_opened_that_nobody_asked_for, reset),
		cmocka_unit_test_setup(a_path_that_is_missing_opens_nothing, reset),
		cmocka_unit_test_setup(what_the_command_line_names_is_opened_whatever_the_root_is,
				       reset),
		cmocka_unit_test_setup(a_box_that_is_the_root_is_opened_and_replaced, reset),
		cmocka_unit_test_setup(a_member_that_is_the_root_waits_for_the_others, reset),
		cmocka_unit_test_setup(what_is_open_is_no_candidate, reset),
		cmocka_unit_test_setup(a_path_of_a_product_is_waited_for, reset),
		cmocka_unit_test_setup(what_is_asked_for_on_top_may_be_a_layer_again, reset),
		cmocka_unit_test_setup(an_opener_that_fails_is_one_line_and_keeps_nobody, reset),
		cmocka_unit_test_setup(the_report_names_what_failed, reset),
		cmocka_unit_test_setup(the_root_itself_that_fails_is_named, reset),
		cmocka_unit_test_setup(an_opener_that_hangs_is_killed_and_keeps_nobody, reset),
		cmocka_unit_test_setup(the_next_init_gets_no_child, reset),
		cmocka_unit_test_setup(a_program_that_is_missing_or_does_not_run_is_named, reset),
		cmocka_unit_test_setup(a_device_may_go_while_it_is_opened, reset),
		cmocka_unit_test_setup(what_a_program_prints_is_logged_line_by_line, reset),
		cmocka_unit_test_setup(resume_opens_what_it_names, reset),
		cmocka_unit_test_setup(usr_is_opened_for_its_line_of_the_fstab, reset),
		cmocka_unit_test_setup(an_overlay_has_its_device_opened, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
