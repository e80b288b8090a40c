// SPDX-License-Identifier: MIT
/* test_network.c - the loopback, and the interface that ip= is about. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/ip.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define FULL "10.0.2.15::10.0.2.2:255.255.255.0::eth0:off:10.0.2.3:1.1.1.1"

static struct boot boot;

static int reset(void **state)
{
	static const char *const interfaces[] = { "lo", "eth1", "eth0", NULL };

	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_file("inet", "", 0);
	fake_dir("/sys/class/net", interfaces);
	fake_file("/sys/class/net/eth0", "", 0);
	fake_file("/sys/class/net/eth1", "", 0);
	return 0;
}

static void reads_what_the_kernel_reads(void **state)
{
	static const struct {
		const char *text;
		int result;
		const char *address, *gateway, *netmask, *device;
	} rows[] = {
		{ FULL, 0, "10.0.2.15", "10.0.2.2", "255.255.255.0", "eth0" },
		{ "192.168.7.1", 0, "192.168.7.1", "0.0.0.0", "255.255.255.0", "" },
		{ "172.16.0.9:::::eth1", 0, "172.16.0.9", "0.0.0.0", "255.255.0.0", "eth1" },
		{ "10.1.2.3::10.1.2.1", 0, "10.1.2.3", "10.1.2.1", "255.0.0.0", "" },
		{ "10.1.2.3:9.9.9.9:::host name:::", 0, "10.1.2.3", "0.0.0.0", "255.0.0.0", "" },
		{ "off", 1, NULL, NULL, NULL, NULL },
		{ "none", 1, NULL, NULL, NULL, NULL },
		{ "dhcp", -EOPNOTSUPP, NULL, NULL, NULL, NULL },
		{ "on", -EOPNOTSUPP, NULL, NULL, NULL, NULL },
		{ "10.0.2.15::::::dhcp", -EOPNOTSUPP, NULL, NULL, NULL, NULL },
		{ ":::::eth0:dhcp", -EOPNOTSUPP, NULL, NULL, NULL, NULL },
		{ "", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.256", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.1.", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.1x", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.0001", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.15::x", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.15:::::interface-of-15", 0, "10.0.2.15", "0.0.0.0", "255.0.0.0",
		  "interface-of-15" },
		{ "10.0.2.15:::::interface-of-16b", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.15:::::../eth0", -EINVAL, NULL, NULL, NULL, NULL },
		{ "10.0.2.15:::::::::x", -EINVAL, NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_settings ip;
		char text[IP_TEXT_MAX];

		print_message("%s\n", rows[i].text);
		assert_int_equal(ip_parse(rows[i].text, &ip), rows[i].result);
		if (rows[i].result) {
			assert_int_equal(ip.address | ip.netmask | ip.name_servers[0], 0);
			continue;
		}
		ip_format(ip.address, text);
		assert_string_equal(text, rows[i].address);
		ip_format(ip.gateway, text);
		assert_string_equal(text, rows[i].gateway);
		ip_format(ip.netmask, text);
		assert_string_equal(text, rows[i].netmask);
		assert_string_equal(ip.device, rows[i].device);
	}
}

static void the_loopback_is_always_up(void **state)
{
	(void)state;
	assert_int_equal(network_up(&boot), 0);
	assert_string_equal(fake_calls, "link_up lo\n");
	boot.mode = MODE_HAND_OFF; /* but for a real root, whose init does it */
	fake_calls[0] = '\0';
	assert_int_equal(network_up(&boot), 0);
	assert_string_equal(fake_calls, "");
}

static void an_interface_gets_its_address_and_gateway(void **state)
{
	(void)state;
	boot.settings.ip = FULL;
	assert_int_equal(network_up(&boot), 0);
	assert_non_null(strstr(fake_calls, "link_up lo\n"));
	assert_non_null(strstr(fake_calls, "set_address eth0 0a00020f ffffff00\nlink_up eth0\n"
					   "add_gateway 0a000202\n"));
	assert_non_null(strstr(fake_console, "eth0 has the address 10.0.2.15"));
}

static void without_a_name_it_is_the_first_interface(void **state)
{
	(void)state;
	boot.settings.ip = "10.0.2.15";
	assert_int_equal(network_up(&boot), 0);
	assert_non_null(strstr(fake_calls, "set_address eth0 0a00020f ff000000\nlink_up eth0\n"));
	assert_null(strstr(fake_calls, "add_gateway"));
}

static void an_interface_that_does_not_come_is_named(void **state)
{
	(void)state;
	boot.settings.ip = "10.0.2.15:::::eth7";
	boot.settings.timeout_s = 3;
	assert_int_equal(network_up(&boot), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), 3000);
	assert_non_null(strstr(fake_console, "find the interface eth7 of ip=10.0.2.15:::::eth7: "));
}

static void what_is_no_address_is_named(void **state)
{
	(void)state;
	boot.settings.ip = "dhcp";
	assert_int_equal(network_up(&boot), -EOPNOTSUPP);
	assert_non_null(strstr(fake_console, "parse ip=dhcp: there is no DHCP: pass an address"));
	boot.settings.ip = "10";
	assert_int_equal(network_up(&boot), -EOPNOTSUPP);
	boot.settings.ip = "1.2.3";
	assert_int_equal(network_up(&boot), -EINVAL);
	assert_non_null(strstr(fake_console, "parse ip=1.2.3: expected ADDRESS::GATEWAY"));
}

static void a_kernel_without_a_network_is_one_of_which_nobody_asked_for_it(void **state)
{
	(void)state;
	fake_answer("inet_socket", -EAFNOSUPPORT, FAKE_ALWAYS);
	network_up(&boot);
	assert_string_equal(fake_console, "");
	boot.settings.ip = FULL;
	assert_int_equal(network_up(&boot), -EAFNOSUPPORT);
	assert_non_null(strstr(fake_console, "open a socket for the network: "));
}

static void the_name_servers_are_written(void **state)
{
	(void)state;
	assert_int_equal(resolver_write(&boot), 0);
	assert_string_equal(fake_calls, "");
	fake_file("/etc/resolv.conf", "", 0);
	boot.settings.ip = FULL;
	assert_int_equal(network_up(&boot), 0);
	assert_int_equal(resolver_write(&boot), 0);
	assert_non_null(strstr(fake_calls, "unlink /etc/resolv.conf\nmknod /etc/resolv.conf"));
	assert_non_null(strstr(fake_calls, "nameserver 10.0.2.3\nnameserver 1.1.1.1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_kernel_reads),
		cmocka_unit_test_setup(the_loopback_is_always_up, reset),
		cmocka_unit_test_setup(an_interface_gets_its_address_and_gateway, reset),
		cmocka_unit_test_setup(without_a_name_it_is_the_first_interface, reset),
		cmocka_unit_test_setup(an_interface_that_does_not_come_is_named, reset),
		cmocka_unit_test_setup(what_is_no_address_is_named, reset),
		cmocka_unit_test_setup(
			a_kernel_without_a_network_is_one_of_which_nobody_asked_for_it, reset),
		cmocka_unit_test_setup(the_name_servers_are_written, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
