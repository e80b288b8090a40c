// SPDX-License-Identifier: MIT
/* test_modalias.c - modules for the devices that are there, once each, with what they need. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/module/module.h"
#include "init/module/queue.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static const char table[] =
	"/m/ring.ko -\n/m/virtio-pci.ko 0\n/m/virtio_blk.ko 0 queues=2\n/m/extra.ko -\n"
	"/m/odd.ko 7\n\n"
	"fs-xfs 3\n"
	"odd 4\n"
	"pci:v1AF4* 1\n"
	"virtio:2 2\n";

static struct boot boot;

static void add_file(const char *path, const char *text)
{
	fake_file(path, text, strlen(text));
}

static int reset(void **state)
{
	static const char *const devices[] = { "pci0/", "bridge/", "power/", "uevent", NULL };
	static const char *const pci[] = { "modalias", "virtio0/", NULL };
	static const char *const leaf[] = { "modalias", NULL };

	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_answer("clone_vm", 100, FAKE_ALWAYS);
	fake_dir("/sys/devices", devices);
	fake_dir("/sys/devices/bridge", leaf);
	fake_dir("/sys/devices/pci0", pci);
	fake_dir("/sys/devices/pci0/virtio0", leaf);
	add_file("/sys/devices/pci0/modalias", "pci:v1AF4d1bc01sc06\n");
	add_file("/sys/devices/bridge/modalias", "pci:v1d2bc06sc01\n");
	add_file("/sys/devices/pci0/virtio0/modalias", "virtio:2\n");
	add_file("/m/ring.ko", "");
	add_file("/m/virtio-pci.ko", "");
	add_file("/m/virtio_blk.ko", "");
	add_file("/m/extra.ko", "");
	return 0;
}

/* As the kernel would, of a device that came; NULL: messages were lost. */
static void report(const char *modalias)
{
	const struct uevent event = { .action = "add", .modalias = modalias };

	for (struct uevent_subscriber *to = boot.uevents.first; to; to = to->next) {
		to->on_event(to->owner, modalias ? &event : NULL);
		to->on_quiet(to->owner);
	}
}

static void each_device_gets_its_module_with_what_it_needs(void **state)
{
	(void)state;
	add_file("/etc/rdinit/drivers", table);
	drivers_load(&boot.modules);
	assert_string_equal(
		fake_calls,
		"clone_vm\nclose_all\nfinit_module /m/ring.ko \nfinit_module /m/virtio-pci.ko \n"
		"finit_module /m/virtio_blk.ko queues=2\n");
	assert_int_equal(boot.modules.loaded, 3);
	report("virtio:2");
	assert_true(module_queue_is_idle(&boot.modules));
	assert_int_equal(boot.modules.loaded, 3);
}

static void words_of_the_command_line_count(void **state)
{
	static char line[] = "modprobe.blacklist=x,virtio-blk modules-load=extra,y extra.a=1";

	(void)state;
	add_file("/etc/rdinit/drivers", table);
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(boot.settings.ignored_count, 0);
	drivers_load(&boot.modules);
	assert_string_equal(
		fake_calls,
		"clone_vm\nclose_all\nfinit_module /m/extra.ko  a=1\nfinit_module /m/ring.ko \n"
		"finit_module /m/virtio-pci.ko \n");
	assert_non_null(strstr(fake_console, "virtio_blk is blacklisted"));
}

static void what_the_kernel_has_is_not_loaded_again(void **state)
{
	(void)state;
	add_file("/etc/rdinit/drivers", table);
	add_file("/sys/module/virtio_pci", "");
	drivers_load(&boot.modules);
	assert_null(strstr(fake_calls, "virtio-pci"));
	assert_non_null(strstr(fake_calls, "virtio_blk"));
}

static void a_device_that_comes_later_is_heard(void **state)
{
	static const char event[] =
		"add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=odd\0MODALIAS=fs-xfs";

	(void)state;
	add_file("/etc/rdinit/drivers", table);
	fake_file("uevents", event, sizeof(event));
	fake_answer("open_uevents", 10 + 12, FAKE_ALWAYS);
	drivers_load(&boot.modules);
	assert_non_null(strstr(fake_calls, "extra.ko"));
}

static void when_words_were_lost_all_devices_are_looked_at(void **state)
{
	(void)state;
	add_file("/etc/rdinit/drivers", table);
	fake_file("uevents", "x", 1);
	fake_answer("open_uevents", 10 + 12, FAKE_ALWAYS);
	drivers_load(&boot.modules);
	memset(boot.modules.queue.state, 0, sizeof(boot.modules.queue.state));
	fake_calls[0] = '\0';
	report(NULL);
	assert_non_null(strstr(fake_calls, "finit_module /m/virtio_blk.ko"));
}

static void a_type_of_file_system_can_be_asked_for(void **state)
{
	(void)state;
	add_file("/etc/rdinit/drivers", table);
	drivers_load(&boot.modules);
	assert_int_equal(drivers_ask(&boot.modules, "fs-ext9"), 0);
	assert_int_equal(drivers_ask(&boot.modules, "fs-xfs"), 1);
	assert_non_null(strstr(fake_calls, "extra.ko"));
	assert_int_equal(drivers_ask(&boot.modules, "odd"), 1);
	assert_non_null(strstr(fake_console, "read the needs on line 5 of /etc/rdinit/drivers"));
}

static void a_table_that_is_none_is_said_and_harmless(void **state)
{
	(void)state;
	add_file("/etc/rdinit/drivers", "nonsense\n");
	drivers_load(&boot.modules);
	assert_string_equal(fake_calls, "");
	assert_non_null(
		strstr(fake_console, "read /etc/rdinit/drivers: Invalid argument (EINVAL)"));
	reset(NULL);
	fake_answer("map", -EIO, FAKE_ALWAYS);
	drivers_load(&boot.modules);
	assert_non_null(strstr(fake_console, "read /etc/rdinit/drivers: I/O error (EIO)"));
	reset(NULL);
	drivers_load(&boot.modules);
	assert_string_equal(fake_console, "");
}

static void devices_that_nothing_answers_are_named(void **state)
{
	(void)state;
	drivers_report(&boot.modules);
	assert_non_null(strstr(fake_console, "no driver for pci0: pci:v1AF4d1bc01sc06\n"));
	assert_non_null(strstr(fake_console, "no driver for virtio0: virtio:2\n"));
	assert_null(strstr(fake_console, "bridge")); /* never has one */
	reset(NULL);
	add_file("/sys/devices/pci0/driver", "");
	add_file("/etc/rdinit/drivers", table);
	drivers_load(&boot.modules);
	drivers_report(&boot.modules);
	assert_null(strstr(fake_console, "no driver"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_device_gets_its_module_with_what_it_needs, reset),
		cmocka_unit_test_setup(words_of_the_command_line_count, reset),
		cmocka_unit_test_setup(what_the_kernel_has_is_not_loaded_again, reset),
		cmocka_unit_test_setup(a_device_that_comes_later_is_heard, reset),
		cmocka_unit_test_setup(when_words_were_lost_all_devices_are_looked_at, reset),
		cmocka_unit_test_setup(a_type_of_file_system_can_be_asked_for, reset),
		cmocka_unit_test_setup(a_table_that_is_none_is_said_and_harmless, reset),
		cmocka_unit_test_setup(devices_that_nothing_answers_are_named, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
