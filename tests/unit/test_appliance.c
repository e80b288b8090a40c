// SPDX-License-Identifier: MIT
/* test_appliance.c - the program that is the machine: as whom, where, and what is told of
 * its end. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "init/device/links.h"
#include "init/sys/sys.h"
#include "init/pure/restart.h"
#include "init/pure/rlimit.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static struct boot boot;

static int made;

void links_make(struct links *links, struct devices *devices)
{
	(void)links, (void)devices;
	made++;
}

static int reset(void **state)
{
	(void)state;
	new_boot_of_app(&boot);
	fake_answer("clone_vm", 42, FAKE_ALWAYS);
	return 0;
}

static void runs_as_root_in_place(void **state)
{
	(void)state;
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "spawn_in_foreground\nexecve /app\n"));
	assert_null(strstr(fake_calls, "set_identity"));
	assert_non_null(strstr(fake_console, "exit status 0 (run: /app)"));
}

static void enters_the_folder_and_then_drops_its_rights(void **state)
{
	(void)state;
	boot.settings.user = "33:44,55,66";
	boot.settings.chdir = "/srv";
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(
		strstr(fake_calls,
		       "spawn_in_foreground\nchdir /srv\nset_identity 33:44+2\nexecve /app\n"));
}

/* The kernel's hard limit is 4096, which servers and compilers outgrow. It is no failure if it
 * stays: in a user namespace it must. */
static void files_have_the_usual_limits_unless_others_are_asked_for(void **state)
{
	char line[] = "rdinit.rlimit=nofile=64:1024";

	(void)state;
	fake_answer("set_limit 7 1024:524288", -EPERM, 1);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "set_limit 7 1024:524288\n"));
	assert_non_null(strstr(fake_calls, "execve /app\n"));
	assert_null(strstr(fake_console, "EPERM"));
	reset(NULL);
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(
		strstr(strstr(fake_calls, "set_limit 7 1024:524288\n"), "set_limit 7 64:1024\n"));
}

static void limits_are_set_before_root_is_given_up(void **state)
{
	char line[] = "rdinit.rlimit=nofile=64:1024 rdinit.rlimit=core=unlimited rdinit.user=1:2";

	(void)state;
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "spawn_in_foreground\nset_limit 4 -1:-1\n"
					   "set_limit 7 64:1024\nset_identity 1:2+0\n"));
}

static void rights_are_set_around_the_change_of_user(void **state)
{
	char line[] = "rdinit.caps=net_bind_service,kill rdinit.ambient=net_bind_service "
		      "rdinit.no_new_privs rdinit.umask=027 rdinit.oom_score_adj=-500 "
		      "rdinit.user=1:2";
	const char *at;

	(void)state;
	fake_file("/proc/self/oom_score_adj", "", 0);
	/* Linux 5.9 has 41 capabilities. */
	fake_answer("prctl 24 41 0", -EINVAL, 1);
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_asked, "umask 27\n"));
	assert_non_null(strstr(fake_calls, "spawn_in_foreground\n"
					   "write /proc/self/oom_score_adj -500\nprctl 24 0 0\n"));
	at = strstr(fake_calls, "prctl 24 4 0\nprctl 24 6 0\n");
	assert_non_null(at);
	assert_null(strstr(fake_calls, "prctl 24 10 0"));
	assert_non_null(strstr(at, "prctl 24 40 0\nprctl 24 41 0\nprctl 8 1 0\n"
				   "set_identity 1:2+0\nset_capabilities 400\n"
				   "prctl 47 2 10\nprctl 38 1 0\nexecve /app\n"));
}

static void rights_that_are_not_given_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(appliance(&boot), 0);
	assert_null(strstr(fake_calls, "prctl"));
	assert_null(strstr(fake_calls, "capabilities"));
	assert_null(strstr(fake_asked, "umask"));
	assert_null(strstr(fake_asked, "oom_score_adj"));
}

/* A list of capabilities without a value names none of them. */
static void no_capability_is_kept_by_mistake(void **state)
{
	char line[] = "rdinit.caps";

	(void)state;
	fake_answer("prctl 24 41 0", -EINVAL, 1);
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(appliance(&boot), 0);
	for (int i = 0; i <= 40; i++) {
		char call[32];

		snprintf(call, sizeof(call), "prctl 24 %d 0\n", i);
		assert_non_null(strstr(fake_calls, call));
	}
}

static void rights_that_are_none_run_nothing(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "rdinit.caps=kill,all", "parse rdinit.caps=kill,all: expected NAME[,NAME...]" },
		{ "rdinit.caps=,kill", "parse rdinit.caps=,kill: expected NAME[,NAME...]" },
		{ "rdinit.caps=CAP_KILL", "parse rdinit.caps=CAP_KILL: expected NAME[,NAME...]" },
		{ "rdinit.ambient=ki", "parse rdinit.ambient=ki: expected NAME[,NAME...]" },
		{ "rdinit.umask=8", "parse rdinit.umask=8: expected an octal number up to 777" },
		{ "rdinit.umask=1777", "parse rdinit.umask=1777: expected an octal number" },
		{ "rdinit.umask=", "parse rdinit.umask=: expected an octal number" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[64];

		reset(state);
		snprintf(line, sizeof(line), "%s", rows[i].line);
		settings_parse(&boot.settings, line, FROM_KERNEL);
		assert_int_equal(appliance(&boot), -EINVAL);
		assert_non_null(strstr(fake_console, rows[i].says));
		assert_null(strstr(fake_calls, "spawn"));
	}
}

static void sysctls_are_written_in_their_order(void **state)
{
	char line[] =
		"rdinit.sysctl=kernel.pid_max=4194304 \"rdinit.sysctl=net/ipv4/conf/eth0.1/x=0 0\" "
		"rdinit.sysctl=net.ipv4.conf.eth0/1.y=";

	(void)state;
	fake_file("/proc/sys/kernel/pid_max", "", 0);
	fake_file("/proc/sys/net/ipv4/conf/eth0.1/x", "", 0);
	fake_file("/proc/sys/net/ipv4/conf/eth0.1/y", "", 0);
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(sysctls_set(&boot), 0);
	assert_string_equal(fake_calls, "write /proc/sys/kernel/pid_max 4194304\n"
					"write /proc/sys/net/ipv4/conf/eth0.1/x 0 0\n"
					"write /proc/sys/net/ipv4/conf/eth0.1/y \n");
}

static void a_sysctl_that_is_none_is_named(void **state)
{
	static const struct {
		const char *line, *says;
		int error;
	} rows[] = {
		{ "rdinit.sysctl=kernel.x", "parse rdinit.sysctl=kernel.x: expected NAME=VALUE",
		  -EINVAL },
		{ "rdinit.sysctl==1", "parse rdinit.sysctl==1: expected NAME=VALUE", -EINVAL },
		{ "rdinit.sysctl=a/../../x=1", "expected NAME=VALUE", -EINVAL },
		{ "rdinit.sysctl=kernel.none=1",
		  "write 1 to /proc/sys/kernel/none: No such file or directory (ENOENT)", -ENOENT },
		{ "rdinit.sysctl=kernel.bad=x", "write x to /proc/sys/kernel/bad: Invalid argument",
		  -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[64];

		reset(state);
		fake_file("/proc/sys/kernel/bad", "", 0);
		fake_answer("write /proc/sys/kernel/bad", -EINVAL, FAKE_ALWAYS);
		snprintf(line, sizeof(line), "%s", rows[i].line);
		settings_parse(&boot.settings, line, FROM_KERNEL);
		assert_int_equal(sysctls_set(&boot), rows[i].error);
		assert_non_null(strstr(fake_console, rows[i].says));
	}
}

static void a_restart_is_decided_by_end_and_length_of_the_run(void **state)
{
	static const int64_t pauses[] = { 100,	200,   400,   800,   1600,  3200,
					  6400, 12800, 25600, 51200, 60000, 60000 };
	struct restart restart;

	(void)state;
	assert_int_equal(restart_parse("on-failure", &restart), 0);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++)
		assert_int_equal(restart_pause(&restart, true, 59999), pauses[i]);
	assert_int_equal(restart_pause(&restart, true, 60000), 100);
	assert_int_equal(restart_pause(&restart, true, 0), 200);
	assert_int_equal(restart_pause(&restart, false, 0), -1);

	assert_int_equal(restart_parse("on-failure:2", &restart), 0);
	assert_int_equal(restart_pause(&restart, true, 0), 100);
	assert_int_equal(restart_pause(&restart, true, 0), 200);
	assert_int_equal(restart_pause(&restart, true, 70000), 100);
	assert_int_equal(restart_pause(&restart, true, 0), 200);
	assert_int_equal(restart_pause(&restart, true, 0), -1);

	assert_int_equal(restart_parse("always", &restart), 0);
	assert_int_equal(restart_pause(&restart, false, 0), 100);
	assert_int_equal(restart_parse("never", &restart), 0);
	assert_int_equal(restart_pause(&restart, true, 0), -1);
}

static void a_policy_that_is_none_runs_nothing(void **state)
{
	static const char *const wrong[] = {
		"",	  "on-failure:", "on-failure:0",  "on-failure:1x", "always:3",
		"never:", "on",		 "on-failure:-1", "never|always",  "on-failure:99999999999"
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		reset(state);
		boot.settings.restart = wrong[i];
		assert_int_equal(appliance(&boot), -EINVAL);
		assert_non_null(strstr(fake_console, "expected never, on-failure[:N] or always"));
		assert_string_equal(fake_calls, "");
	}
}

static int runs;

/* Fails twice, then succeeds. */
static void fail_twice(const char *line)
{
	(void)line;
	fake_status = runs++ < 2 ? 3 << 8 : 0;
}

static int count_of(const char *text, const char *word)
{
	int count = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		count++;
	}
	return count;
}

static void a_program_that_fails_is_started_again(void **state)
{
	(void)state;
	runs = 0;
	fake_program_runs = fail_twice;
	fake_child_ms = 1000;
	boot.settings.restart = "on-failure:5";
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(runs, 3);
	assert_int_equal(sys_clock_ms(), 3 * 1000 + 100 + 200);
	assert_int_equal(count_of(fake_calls, "execve /app\n"), 3);
	assert_non_null(strstr(fake_console, "/app exited with status 3 after 1 s: started again "
					     "in 100 ms (rdinit.restart=)"));
	assert_non_null(strstr(fake_console, "started again in 200 ms"));
	assert_int_equal(count_of(fake_console, "exit status "), 1);
	assert_non_null(strstr(fake_console, "exit status 0 (run: /app)"));
}

static void its_last_end_is_the_machines(void **state)
{
	(void)state;
	runs = 0;
	fake_program_runs = fail_twice;
	boot.settings.restart = "on-failure:1";
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(runs, 2);
	assert_int_equal(count_of(fake_console, "exit status "), 1);
	assert_non_null(strstr(fake_console, "exit status 3 (run: /app)"));
}

static void nothing_starts_again_after_a_request_to_end(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGPWR, SIGNAL_CTRL_ALT_DEL };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		reset(state);
		fake_status = 5 << 8;
		fake_answer("sigwait", signals[i], 1);
		boot.settings.restart = "always";
		assert_int_equal(appliance(&boot), 0);
		assert_int_equal(count_of(fake_calls, "execve /app\n"), 1);
		assert_null(strstr(fake_console, "started again"));
		assert_non_null(strstr(fake_console, "exit status 5 (run: /app)"));
	}
}

static void a_program_that_is_not_there_is_not_tried_again(void **state)
{
	(void)state;
	fake_answer("execve /app", -ENOENT, FAKE_ALWAYS);
	boot.settings.restart = "always";
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(count_of(fake_calls, "execve /app\n"), 1);
	assert_non_null(strstr(fake_console, "exit status 127 (run: /app)"));
}

static void a_limit_that_is_none_runs_nothing(void **state)
{
	char line[] = "rdinit.rlimit=files=64";

	(void)state;
	settings_parse(&boot.settings, line, FROM_KERNEL);
	assert_int_equal(appliance(&boot), -EINVAL);
	assert_non_null(strstr(fake_console, "parse rdinit.rlimit=files=64: expected NAME=SOFT"));
	assert_null(strstr(fake_calls, "spawn"));
}

static void limits_are_read_as_docker_has_them(void **state)
{
	static const struct {
		const char *text;
		int result;
		unsigned int given;
		uint64_t soft, hard;
	} rows[] = {
		{ "cpu=0", 0, 1, 0, 0 },
		{ "rttime=5:unlimited", 0, 1 << 15, 5, UINT64_MAX },
		{ "memlock=-1", 0, 1 << 8, UINT64_MAX, UINT64_MAX },
		{ "as=17179869184:17179869185", 0, 1 << 9, 17179869184, 17179869185 },
		{ "nofile=2:1", -EINVAL, 0, 0, 0 },
		{ "nofile=unlimited:1", -EINVAL, 0, 0, 0 },
		{ "nofile=", -EINVAL, 0, 0, 0 },
		{ "nofile", -EINVAL, 0, 0, 0 },
		{ "nofile=1:", -EINVAL, 0, 0, 0 },
		{ "nofile=1:2:3", -EINVAL, 0, 0, 0 },
		{ "nofile=1k", -EINVAL, 0, 0, 0 },
		{ "nofil=1", -EINVAL, 0, 0, 0 },
		{ "=1", -EINVAL, 0, 0, 0 },
		{ "cpu|fsize=1", -EINVAL, 0, 0, 0 },
		{ "nofile=99999999999999999999", -EINVAL, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rlimits limits = { 0 };
		unsigned int number = 0;

		assert_int_equal(rlimit_parse(rows[i].text, &limits), rows[i].result);
		assert_int_equal(limits.given, rows[i].given);
		while (number < RLIMITS - 1 && !(limits.given & 1u << number))
			number++;
		assert_true(limits.of[number].soft == rows[i].soft);
		assert_true(limits.of[number].hard == rows[i].hard);
	}
}

/* Each ends with status 126, and nothing is run. */
static void runs_nothing_where_it_cannot_be_as_asked(void **state)
{
	static const struct {
		const char *call, *says;
	} rows[] = {
		{ "set_limit 4 0:0", "set the resource limits to run /app: " },
		{ "chdir /srv", "enter /srv to run /app: " },
		{ "open /proc/self/oom_score_adj", "set oom_score_adj to 5 to run /app: " },
		{ "prctl 24 0 0", "set the capabilities to run /app: " },
		{ "prctl 8 1 0", "set the capabilities to run /app: " },
		{ "set_capabilities 20", "set the capabilities to run /app: " },
		{ "prctl 38 1 0", "set the capabilities to run /app: " },
		{ "set_identity 33:44+0", "become user 33 to run /app: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		reset(state);
		boot.settings.user = "33:44";
		boot.settings.chdir = "/srv";
		boot.settings.rlimits = (struct text_list){ { "core=0" }, 1 };
		boot.settings.caps = boot.settings.ambient = "kill";
		boot.settings.no_new_privs = 1;
		boot.settings.oom_score_adj = "5";
		fake_file("/proc/self/oom_score_adj", "", 0);
		fake_answer("prctl 24 41 0", -EINVAL, 1);
		fake_answer(rows[i].call, -EPERM, 1);
		assert_int_equal(appliance(&boot), 0);
		assert_null(strstr(fake_calls, "execve"));
		assert_non_null(strstr(fake_console, rows[i].says));
		assert_non_null(strstr(fake_console, "EPERM"));
		assert_non_null(strstr(fake_console, "exit status 126 (run: /app)"));
	}
}

static void is_never_root_by_mistake(void **state)
{
	static const char *const wrong[] = { "",
					     "web",
					     "0",
					     "1:",
					     ":1",
					     "1:2,",
					     "1:2,x",
					     "4294967295:1",
					     "-1:0",
					     "1:2:3",
					     "99999999999:1",
					     "1 :2" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		reset(state);
		boot.settings.user = wrong[i];
		assert_int_equal(appliance(&boot), -EINVAL);
		assert_string_equal(fake_calls, "");
	}
}

static void count(void *owner)
{
	++*(int *)owner;
}

static void ignore(void *owner, const struct uevent *event)
{
	(void)owner, (void)event;
}

static void the_loop_goes_on_while_it_runs(void **state)
{
	int quiet = 0, expired = 0;
	struct uevent_subscriber subscriber = { NULL, ignore, count, &quiet };
	struct loop_timer timer = { .node.owner = &expired, .due = 10000, .expired = count };

	(void)state;
	fake_file("uevents", "x", 1);
	fake_answer("open_uevents", 10, FAKE_ALWAYS);
	fake_child_ms = 20000;
	uevents_subscribe(&boot.uevents, &subscriber);
	devices_open(&boot.devices);
	loop_add_timer(&boot.loop, &timer);
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(quiet, 1);
	assert_int_equal(expired, 1);
	assert_int_equal(sys_clock_ms(), 20000);
}

static void has_its_links_before_it_runs_where_they_are_asked_for(void **state)
{
	(void)state;
	made = 0;
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(made, 0);
	boot.settings.links = 1;
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(made, 1);
}

static void takes_no_more_groups_than_fit(void **state)
{
	char text[4 + 2 * 34] = "1:2";

	for (int i = 0; i < 33; i++)
		strcat(text, ",3");
	reset(state);
	boot.settings.user = text;
	assert_int_equal(appliance(&boot), -E2BIG);
	text[strlen(text) - 2] = '\0';
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "set_identity 1:2+32\n"));
}

static void a_start_that_fails_is_reported(void **state)
{
	(void)state;
	fake_answer("execve /app", -ENOENT, 1);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_console, "run /app: "));
	assert_non_null(strstr(fake_console, "exit status 127 (run: /app)"));
}

static void is_in_the_foreground_of_the_console(void **state)
{
	(void)state;
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "setsid\nspawn_in_foreground\nexecve /app\n"));
}

/* Ctrl-Alt-Del, SIGPWR, and what processes send. */
static void a_request_ends_the_program_after_its_grace(void **state)
{
	static const struct {
		int signal;
		const char *calls, *says;
	} rows[] = {
		{ SIGNAL_CTRL_ALT_DEL, "kill 42 15\nkill 42 18\nkill 42 9\n", "Ctrl-Alt-Del: " },
		{ SIGPWR, "kill 42 15\nkill 42 18\nkill 42 9\n", "SIGPWR: the machine ends" },
		{ SIGINT, "kill 42 2\n", "" },
		{ SIGTERM, "kill 42 15\n", "" },
		{ SIGHUP, "kill 42 1\n", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		reset(state);
		fake_child_ms = 5500;
		fake_answer("sigwait", rows[i].signal, 1);
		assert_int_equal(appliance(&boot), 0);
		assert_string_equal(strstr(fake_calls, "kill "), rows[i].calls);
		assert_non_null(strstr(fake_console, rows[i].says));
		assert_int_equal(boot.stop.requests, rows[i].says[0] != '\0');
	}
}

static void a_program_that_ends_in_its_grace_is_not_killed(void **state)
{
	(void)state;
	fake_child_ms = 4500;
	fake_answer("sigwait", SIGPWR, 1);
	assert_int_equal(appliance(&boot), 0);
	assert_null(strstr(fake_calls, "kill 42 9"));
	loop_run(&boot.loop, NULL, NULL, 60000);
	assert_null(strstr(fake_calls, "kill 42 9"));
}

static void a_second_request_shortens_the_grace_to_a_second(void **state)
{
	(void)state;
	fake_child_ms = 1500;
	fake_answer("sigwait", SIGPWR, 2);
	assert_int_equal(appliance(&boot), 0);
	assert_string_equal(strstr(fake_calls, "kill "), "kill 42 15\nkill 42 18\nkill 42 9\n");
	assert_non_null(strstr(fake_console, "/app has not ended after SIGTERM: killed"));
}

/* The grace is shorter than that second. */
static void a_second_request_never_makes_the_grace_longer(void **state)
{
	(void)state;
	boot.settings.grace_s = 0;
	fake_child_ms = 500;
	fake_answer("sigwait", SIGPWR, 2);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_calls, "kill 42 9\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(runs_as_root_in_place, reset),
		cmocka_unit_test_setup(enters_the_folder_and_then_drops_its_rights, reset),
		cmocka_unit_test_setup(files_have_the_usual_limits_unless_others_are_asked_for,
				       reset),
		cmocka_unit_test_setup(limits_are_set_before_root_is_given_up, reset),
		cmocka_unit_test_setup(rights_are_set_around_the_change_of_user, reset),
		cmocka_unit_test_setup(rights_that_are_not_given_are_left_alone, reset),
		cmocka_unit_test_setup(no_capability_is_kept_by_mistake, reset),
		cmocka_unit_test_setup(rights_that_are_none_run_nothing, reset),
		cmocka_unit_test_setup(sysctls_are_written_in_their_order, reset),
		cmocka_unit_test_setup(a_sysctl_that_is_none_is_named, reset),
		cmocka_unit_test_setup(a_restart_is_decided_by_end_and_length_of_the_run, reset),
		cmocka_unit_test_setup(a_policy_that_is_none_runs_nothing, reset),
		cmocka_unit_test_setup(a_program_that_fails_is_started_again, reset),
		cmocka_unit_test_setup(its_last_end_is_the_machines, reset),
		cmocka_unit_test_setup(nothing_starts_again_after_a_request_to_end, reset),
		cmocka_unit_test_setup(a_program_that_is_not_there_is_not_tried_again, reset),
		cmocka_unit_test_setup(a_limit_that_is_none_runs_nothing, reset),
		cmocka_unit_test_setup(limits_are_read_as_docker_has_them, reset),
		cmocka_unit_test_setup(runs_nothing_where_it_cannot_be_as_asked, reset),
		cmocka_unit_test_setup(is_never_root_by_mistake, reset),
		cmocka_unit_test_setup(takes_no_more_groups_than_fit, reset),
		cmocka_unit_test_setup(a_start_that_fails_is_reported, reset),
		cmocka_unit_test_setup(is_in_the_foreground_of_the_console, reset),
		cmocka_unit_test_setup(the_loop_goes_on_while_it_runs, reset),
		cmocka_unit_test_setup(a_request_ends_the_program_after_its_grace, reset),
		cmocka_unit_test_setup(a_program_that_ends_in_its_grace_is_not_killed, reset),
		cmocka_unit_test_setup(a_second_request_shortens_the_grace_to_a_second, reset),
		cmocka_unit_test_setup(a_second_request_never_makes_the_grace_longer, reset),
		cmocka_unit_test_setup(has_its_links_before_it_runs_where_they_are_asked_for,
				       reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
