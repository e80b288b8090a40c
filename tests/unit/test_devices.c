// SPDX-License-Identifier: MIT
/* test_devices.c - block devices come, change and go, and what their probes say. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/wire/wire.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define HEADER "major minor  #blocks  name\n\n"
#define SIZE 8192

static struct boot boot;
static uint8_t image[SIZE];

void wire_report(const char *format, ...)
{
	(void)format;
}

/* An ext2 with this first letter of its label. */
static const uint8_t *ext2(char letter)
{
	memset(image, 0, sizeof(image));
	image[1024 + 4] = 8;
	image[1024 + 0x38] = 0x53;
	image[1024 + 0x39] = 0xef;
	image[1024 + 0x68] = 0x11;
	image[1024 + 0x78] = (uint8_t)letter;
	return image;
}

static void add_file(const char *path, const char *text)
{
	fake_file(path, text, strlen(text));
}

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.settings.timeout_s = 1;
	fake_answer("fork", 77, FAKE_ALWAYS);
	return 0;
}

static struct device *named(const char *name)
{
	for (int i = 0; i < boot.devices.count; i++)
		if (strcmp(boot.devices.all[i].name, name) == 0)
			return &boot.devices.all[i];
	return NULL;
}

static bool are_known(void *devices)
{
	return devices_are_known(devices);
}

static void probe_all(void)
{
	devices_probe_all(&boot.devices);
	loop_run(&boot.loop, are_known, &boot.devices, NO_DEADLINE);
}

static void partitions_know_their_disk(void **state)
{
	static const struct {
		const char *name, *disk;
		unsigned int part;
	} rows[] = {
		{ "sda", "", 0 },
		{ "sda1", "sda", 1 },
		{ "sdaa", "", 0 },
		{ "sdaa12", "sdaa", 12 },
		{ "nvme0n1", "", 0 },
		{ "nvme0n1p2", "nvme0n1", 2 },
		{ "dm-1", "", 0 },
		{ "dm-10", "", 0 },
		{ "mmcblk0", "", 0 },
		{ "mmcblk0boot0", "", 0 },
		{ "mmcblk0p1", "mmcblk0", 1 },
		{ "cciss/c0d0p3", "cciss/c0d0", 3 },
	};

	(void)state;
	add_file("/proc/partitions",
		 HEADER "   8 1 1 sda1\n   8 0 1 sda\n  65 0 1 sdaa\n  65 12 1 sdaa12\n"
			" 259 0 1 nvme0n1\n 259 1 1 nvme0n1p2\n 254 1 1 dm-1\n"
			" 254 10 1 dm-10\n 179 0 1 mmcblk0\n 179 1 1 mmcblk0p1\n"
			" 179 8 1 mmcblk0boot0\n 104 0 9 cciss/c0d0\n"
			" 104 3 9 cciss/c0d0p3\n not a line\n 1 2 3 4 5\n");
	devices_scan(&boot.devices);
	assert_int_equal(boot.devices.count, 13);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct device *device = named(rows[i].name);

		assert_non_null(device);
		if (strcmp(device->disk, rows[i].disk) || device->part != rows[i].part)
			fail_msg("%s is %u of %s", rows[i].name, device->part, device->disk);
	}
	devices_scan(&boot.devices);
	assert_int_equal(boot.devices.count, 13);
}

static void a_probe_tells_what_it_found(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n");
	fake_file("/dev/vda", ext2('A'), SIZE);
	devices_scan(&boot.devices);
	probe_all();
	assert_int_equal(named("vda")->state, DEVICE_KNOWN);
	assert_int_equal(named("vda")->finding.format, FORMAT_EXT2);
	assert_string_equal(named("vda")->finding.label, "A");
	assert_non_null(strstr(fake_calls, "fork\nclose_all\nconfine\n"));
	probe_all(); /* known: nobody looks again */
	assert_ptr_equal(strstr(strstr(fake_calls, "fork") + 1, "fork"), NULL);
}

static void what_goes_wrong_with_a_probe_is_said_of_its_device(void **state)
{
	static const struct {
		const char *call;
		long result;
		int status;
		enum device_state state;
		const char *trouble;
	} rows[] = {
		{ "map_memory", -ENOMEM, 0, DEVICE_SILENT, "no probe: ENOMEM" },
		{ "fork", -ENOMEM, 0, DEVICE_SILENT, "no probe: ENOMEM" },
		{ "open /dev/vda", -EIO, 0, DEVICE_KNOWN, "" },
		{ "map_device /dev/vda", -EIO, 0, DEVICE_KNOWN, "" },
		{ "device_size", -ENOTTY, 0, DEVICE_KNOWN, "" },
		{ "confine", -EINVAL, 0, DEVICE_KNOWN, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		add_file("/proc/partitions", HEADER "254 0 8 vda\n");
		fake_file("/dev/vda", ext2('A'), SIZE);
		fake_answer(rows[i].call, rows[i].result, FAKE_ALWAYS);
		devices_scan(&boot.devices);
		probe_all();
		assert_int_equal(named("vda")->state, rows[i].state);
		assert_string_equal(named("vda")->trouble, rows[i].trouble);
		if (rows[i].state == DEVICE_KNOWN)
			assert_int_equal(named("vda")->finding.found,
					 strcmp(rows[i].call, "confine") ? FOUND_UNREADABLE
									 : FOUND_ONE);
	}
}

/* One failure in a boot is enough to wait for ever, where nobody tries again. */
static void a_child_that_could_not_be_started_is_tried_again(void **state)
{
	static const char *const calls[] = { "map_memory", "fork" };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		reset(NULL);
		add_file("/proc/partitions", HEADER "254 0 8 vda\n254 16 8 vdb\n");
		fake_file("/dev/vda", ext2('A'), SIZE);
		fake_file("/dev/vdb", ext2('B'), SIZE);
		fake_answer(calls[i], -EAGAIN, 3);
		devices_scan(&boot.devices);
		probe_all();
		assert_int_equal(named("vda")->state, DEVICE_KNOWN);
		assert_int_equal(named("vdb")->state, DEVICE_KNOWN);
		assert_int_equal(sys_clock_ms(), 300);
	}
}

static void a_child_that_can_never_be_started_is_given_up(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n254 16 8 vdb\n");
	fake_answer("fork", -EAGAIN, FAKE_ALWAYS);
	devices_scan(&boot.devices);
	probe_all();
	assert_string_equal(named("vda")->trouble, "no probe: EAGAIN");
	assert_string_equal(named("vdb")->trouble, "no probe: EAGAIN");
	assert_int_equal(sys_clock_ms(), 3000);
}

static void that_there_is_no_seccomp_is_said_once(void **state)
{
	const char *said;

	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n254 16 8 vdb\n");
	fake_file("/dev/vda", ext2('A'), SIZE);
	fake_file("/dev/vdb", ext2('B'), SIZE);
	fake_answer("confine", -EINVAL, FAKE_ALWAYS);
	devices_scan(&boot.devices);
	probe_all();
	assert_int_equal(named("vdb")->state, DEVICE_KNOWN);
	said = strstr(fake_console, "no seccomp for the probe of vda");
	assert_non_null(said);
	assert_null(strstr(said + 1, "no seccomp for"));
}

static void a_child_that_dies_is_one_line(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n");
	fake_answer("fork", FAKE_DIES, FAKE_ALWAYS);
	devices_scan(&boot.devices);
	probe_all();
	assert_int_equal(named("vda")->state, DEVICE_SILENT);
	assert_string_equal(named("vda")->trouble, "probe killed by SIGSEGV");
}

static void what_no_probe_leaves_is_not_believed(void **state)
{
	struct finding odd = { .found = 200 };
	struct probe *probe = &boot.devices.probes[0];

	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n");
	fake_answer("fork", FAKE_HANGS, 1);
	devices_scan(&boot.devices);
	devices_probe_all(&boot.devices);
	*probe->finding = odd;
	probe->child.ended(probe, 0);
	assert_int_equal(named("vda")->state, DEVICE_SILENT);
	assert_string_equal(named("vda")->trouble, "probe ended without a result");
}

static void probes_that_run_are_ended_and_waited_for(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n");
	fake_answer("fork", FAKE_HANGS, 1);
	devices_scan(&boot.devices);
	devices_probe_all(&boot.devices);
	devices_end(&boot.devices);
	loop_run(&boot.loop, are_known, &boot.devices, NO_DEADLINE);
	assert_non_null(strstr(fake_calls, "kill 900 9"));
	assert_int_equal(named("vda")->state, DEVICE_SILENT);
	named("vda")->state = DEVICE_NEW;
	devices_go_on(&boot.devices);
	assert_int_equal(named("vda")->state, DEVICE_NEW);
	assert_true(devices_are_known(&boot.devices));
}

static void a_child_that_hangs_is_given_up(void **state)
{
	const struct finding *shared;

	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n254 16 8 vdb\n");
	fake_file("/dev/vdb", ext2('A'), SIZE);
	fake_answer("fork", FAKE_HANGS, 1);
	devices_scan(&boot.devices);
	devices_probe_all(&boot.devices);
	shared = boot.devices.probes[0].finding;
	probe_all();
	assert_int_equal(sys_clock_ms(), 10000);
	assert_int_equal(named("vda")->state, DEVICE_SILENT);
	assert_string_equal(named("vda")->trouble, "no answer within 10 s");
	assert_int_equal(named("vdb")->state, DEVICE_KNOWN);
	assert_non_null(strstr(fake_calls, "kill 900 9"));
	/* It may still write there. */
	devices_probe_all(&boot.devices);
	assert_ptr_not_equal(boot.devices.probes[0].finding, shared);
}

#define EVENT(action, name, minor)                                                            \
	action "@/devices/x/block/vda\0ACTION=" action "\0DEVPATH=/devices/x/block/vda/" name \
	       "\0SUBSYSTEM=block\0MAJOR=254\0MINOR=" minor "\0DEVNAME=" name

static bool never(void *unused)
{
	(void)unused;
	return false;
}

static void hear(const char *event, size_t len)
{
	fake_reset();
	fake_answer("open_uevents", 10, FAKE_ALWAYS);
	fake_file("uevents", event, len);
	devices_open(&boot.devices);
	devices_wait(&boot.devices, never, NULL, sys_clock_ms() + 1);
}

#define HEAR(event) hear(event, sizeof(event))

static void devices_come_change_and_go(void **state)
{
	(void)state;
	HEAR(EVENT("add", "vda", "0"));
	HEAR(EVENT("add", "vda1", "1") "\0DEVTYPE=partition");
	assert_int_equal(boot.devices.count, 2);
	assert_string_equal(named("vda1")->disk, "vda");
	assert_int_equal(named("vda1")->part, 1);
	named("vda")->state = named("vda1")->state = DEVICE_KNOWN;
	HEAR(EVENT("add", "vda", "0"));
	assert_int_equal(named("vda")->state, DEVICE_KNOWN);
	HEAR(EVENT("change", "vda", "0"));
	assert_int_equal(named("vda")->state, DEVICE_NEW);
	named("vda")->state = DEVICE_PROBING;
	boot.devices.probes[0].device = named("vda");
	boot.devices.probes[1].device = named("vda1");
	HEAR(EVENT("change", "vda", "0"));
	assert_int_equal(named("vda")->changed, CHANGED);
	HEAR(EVENT("remove", "vda", "0"));
	assert_null(named("vda"));
	assert_null(boot.devices.probes[0].device);
	assert_ptr_equal(boot.devices.probes[1].device, named("vda1"));
}

static void more_devices_than_there_is_room_for_are_said_once(void **state)
{
	static char text[8000];
	size_t used = 0;

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		char line[] = "254 000 8 d000\n";

		for (int digit = 0, rest = (int)i; digit < 3; digit++, rest /= 10)
			line[6 - digit] = line[13 - digit] = (char)('0' + rest % 10);
		memcpy(text + used, line, sizeof(line));
		used += sizeof(line) - 1;
	}
	fake_file("/proc/partitions", text, used);
	devices_scan(&boot.devices);
	assert_int_equal(boot.devices.count, DEVICES_MAX);
	assert_true(boot.devices.is_full_logged);
	assert_non_null(strstr(fake_console, "d256 and later ones are ignored"));
}

/* Its number says what a probe found on it: unknown, it could be a member. */
static void a_device_whose_number_is_unknown_is_not_taken(void **state)
{
	(void)state;
	boot.settings.root = "/dev/vda";
	add_file("/proc/partitions", HEADER "254 0 8 vda\n");
	fake_file("/dev/vda", ext2('A'), SIZE);
	fake_answer("stat /dev/vda", -EIO, FAKE_ALWAYS);
	assert_int_equal(root_find(&boot), -EIO);
	assert_non_null(strstr(fake_console, "stat /dev/vda: "));
}

static void the_lower_number_is_taken_whatever_the_order(void **state)
{
	static const char *const orders[] = { HEADER "254 0 8 vda\n254 16 8 vdb\n",
					      HEADER "254 16 8 vdb\n254 0 8 vda\n" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		reset(NULL);
		add_file("/proc/partitions", orders[i]);
		fake_file("/dev/vda", ext2('A'), SIZE);
		fake_file("/dev/vdb", ext2('A'), SIZE);
		boot.settings.root = "LABEL=A";
		assert_int_equal(root_find(&boot), 0);
		assert_string_equal(boot.root.source.device, "/dev/vda");
		assert_non_null(strstr(fake_console, "LABEL=A is vda, and vdb, too"));
	}
}

static void a_number_is_called_by_its_name_where_there_is_a_node(void **state)
{
	static const struct {
		long stat;
		const char *device;
	} rows[] = { { 0, "/dev/vda" }, { -ENOENT, "/dev/root-254:0" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		reset(NULL);
		add_file("/proc/partitions", HEADER "254 0 8 vda\n");
		fake_file("/dev/vda", ext2('A'), SIZE);
		fake_file("/dev/root-254:0", ext2('A'), SIZE);
		fake_answer("stat /dev/vda", rows[i].stat, FAKE_ALWAYS);
		boot.settings.root = "254:0";
		assert_int_equal(root_find(&boot), 0);
		assert_string_equal(boot.root.source.device, rows[i].device);
		assert_non_null(strstr(fake_calls, "mknod /dev/root-254:0 254:0\n"));
		assert_int_equal(!strstr(fake_calls, "unlink /dev/root-254:0\n"), i);
	}
}

static void a_node_that_cannot_be_made_is_said(void **state)
{
	(void)state;
	fake_answer("mknod", -EPERM, FAKE_ALWAYS);
	boot.settings.root = "254:0";
	assert_int_equal(root_find(&boot), -EPERM);
	assert_non_null(strstr(fake_console, "make the node /dev/root-254:0: "));
}

static void a_partition_of_a_member_is_not_taken(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n254 1 8 vda1\n");
	memset(image, 0, sizeof(image));
	memcpy(image, "LUKS\xba\xbe\0\1", 8);
	fake_file("/dev/vda", image, SIZE);
	fake_file("/dev/vda1", ext2('A'), SIZE);
	boot.settings.root = "LABEL=A";
	assert_int_equal(root_find(&boot), -ETIMEDOUT);
	assert_non_null(strstr(fake_console,
			       "LABEL=A: not opened: its disk is a part of something larger"));
}

/* As an old kernel tells it: the partition's table is read all the same. */
static void a_partition_may_come_before_its_disk(void **state)
{
	(void)state;
	HEAR(EVENT("add", "vda1", "1") "\0DEVTYPE=partition");
	ext2('A');
	image[510] = 0x55;
	image[511] = 0xaa;
	memcpy(image + 440, "\xef\xbe\xad\xde", 4);
	image[446 + 4] = 0x83;
	image[446 + 8] = 8;
	fake_file("/dev/vda", image, SIZE);
	fake_file("/dev/vda1", ext2('A'), SIZE);
	add_file("/sys/class/block/vda1/start", "8\n");
	fake_answer("fork", 77, FAKE_ALWAYS);
	probe_all();
	assert_string_equal(named("vda1")->finding.part_uuid, "deadbeef-01");
}

static void what_is_not_found_is_reported_with_what_is_there(void **state)
{
	(void)state;
	add_file("/proc/partitions", HEADER "254 0 8 vda\n254 16 8 vdb\n");
	fake_file("/dev/vda", ext2('A'), SIZE);
	fake_answer("open /dev/vdb", -EIO, FAKE_ALWAYS);
	boot.settings.root = "LABEL=a";
	assert_int_equal(root_find(&boot), -ETIMEDOUT);
	assert_non_null(strstr(fake_console, "find root=LABEL=a: "));
	assert_non_null(strstr(fake_console,
			       "vda: ext2 UUID=11000000-0000-0000-0000-000000000000 LABEL=A\n"));
	assert_non_null(strstr(fake_console, "vdb: cannot be read: "));
	assert_non_null(strstr(fake_console, "hint: or is it root=LABEL=A (vda)?\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(partitions_know_their_disk, reset),
		cmocka_unit_test_setup(a_probe_tells_what_it_found, reset),
		cmocka_unit_test_setup(what_goes_wrong_with_a_probe_is_said_of_its_device, reset),
		cmocka_unit_test_setup(a_child_that_could_not_be_started_is_tried_again, reset),
		cmocka_unit_test_setup(a_child_that_can_never_be_started_is_given_up, reset),
		cmocka_unit_test_setup(that_there_is_no_seccomp_is_said_once, reset),
		cmocka_unit_test_setup(a_child_that_dies_is_one_line, reset),
		cmocka_unit_test_setup(a_child_that_hangs_is_given_up, reset),
		cmocka_unit_test_setup(what_no_probe_leaves_is_not_believed, reset),
		cmocka_unit_test_setup(devices_come_change_and_go, reset),
		cmocka_unit_test_setup(more_devices_than_there_is_room_for_are_said_once, reset),
		cmocka_unit_test_setup(a_device_whose_number_is_unknown_is_not_taken, reset),
		cmocka_unit_test_setup(the_lower_number_is_taken_whatever_the_order, reset),
		cmocka_unit_test_setup(a_number_is_called_by_its_name_where_there_is_a_node, reset),
		cmocka_unit_test_setup(a_node_that_cannot_be_made_is_said, reset),
		cmocka_unit_test_setup(a_partition_of_a_member_is_not_taken, reset),
		cmocka_unit_test_setup(a_partition_may_come_before_its_disk, reset),
		cmocka_unit_test_setup(probes_that_run_are_ended_and_waited_for, reset),
		cmocka_unit_test_setup(what_is_not_found_is_reported_with_what_is_there, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
