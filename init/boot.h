/* SPDX-License-Identifier: MIT */
/* boot.h - the state of one boot, its steps, and give_up(). */
#ifndef RDINIT_BOOT_H
#define RDINIT_BOOT_H

#include <stdint.h>

#include "init/device/devices.h"
#include "init/device/links.h"
#include "init/layer/layers.h"
#include "init/loop/loop.h"
#include "init/module/module.h"
#include "init/program/stdio.h"
#include "init/program/window.h"
#include "init/program/stop.h"
#include "init/pure/ip.h"
#include "init/pure/limits.h"
#include "init/pure/mode.h"
#include "init/pure/settings.h"
#include "init/root/root.h"

/* What resets the machine unless it is fed, which happens at half of its time. */
struct watchdog {
	struct loop *loop;
	struct loop_timer timer;
	int fd;
	int seconds;
	const struct stop *stop; /* whose program runs */
	int pid; /* the process that sent, or for which another one sent, what follows */
	int64_t alive_until; /* the next WATCHDOG=1 comes by then; 0: there was none */
	bool is_open;
	bool has_failed; /* WATCHDOG=trigger */
	char usec[32]; /* "WATCHDOG_USEC=30000000" */
};

/* The socket of sd_notify(3), while the program runs. */
struct notify {
	struct watchdog *watchdog; /* NULL: there is none */
	struct loop *loop;
	struct loop_descriptor socket;
	struct stop *stop;
	bool is_open;
	bool has_logged; /* that a message was bad */
};

struct boot {
	char **argv, **envp; /* as the kernel passed them to /init */
	struct settings settings;
	int settings_known; /* read, as far as possible */
	enum mode mode;
	char *program[RUN_WORDS_MAX +
		      1]; /* MODE_RUN: the program and its arguments; NULL at the end */
	const char *env[ENVIRONMENT_MAX + 1]; /* its environment; NULL at the end */
	int env_count;
	enum power_action power_action; /* requested by a signal or by a failure */
	int modules_done; /* the step "modules" has run */
	struct loop loop;
	struct uevents uevents;
	struct devices devices;
	struct links links;
	/* What an /init that only runs programs does not have, and the linker drops from it: */
	void (*finish_settings)(struct settings *settings); /* settings_finish(), or NULL */
	void (*make_links)(struct boot *boot); /* links_make(), or nothing */
	struct layers layers;
	struct modules modules;
	struct root root;
	struct ip_settings ip; /* of ip=; all zero without */
	struct stdio stdio;
	struct window_port window;
	struct stop stop;
	struct notify notify;
	struct watchdog watchdog;
	char cmdline[COMMAND_LINE_MAX]; /* settings points into these */
	char image_words[IMAGE_WORDS_MAX];
	size_t image_words_used;
	char run_file[RUN_FILE_MAX];
	char env_file[ENV_FILE_MAX];
};

/* The steps, in the order of the boot. Each returns 0, or -errno (already logged). */
int early_mounts(struct boot *boot);
int console_open(struct boot *boot);
int settings_read(struct boot *boot);
int late_mounts(struct boot *boot);
int keymap_load(struct boot *boot);
int modules_load(struct boot *boot);
int modules_load_listed(struct boot *boot); /* without drivers */
int order_receive(struct boot *boot);
int network_up(struct boot *boot);
int window_set(struct boot *boot);
int scope_check(struct boot *boot); /* of an /init that only runs programs */
int resume(struct boot *boot);
int root_find(struct boot *boot);
int root_mount(struct boot *boot);
int root_usr(struct boot *boot);
int root_switch(struct boot *boot); /* returns only on failure */
int reroot(struct boot *boot);
int mounts_make(struct boot *boot);
int resolver_write(struct boot *boot);
int sysctls_set(struct boot *boot);
int hooks_run(struct boot *boot);
int stdio_connect(struct boot *boot);
int notify_open(struct boot *boot);
int watchdog_open(struct boot *boot);
int power_button_watch(struct boot *boot);
int appliance(struct boot *boot);
int stay(struct boot *boot);
int power(struct boot *boot); /* never returns */

/* Reads only the kernel's command line, for a failure before the step settings. Returns 0, or
 * -errno (already logged). */
int settings_read_kernel_line(struct boot *boot);

/* Every fatal failure ends here: reports it to the host, then does what rdinit.onfail= and panic=
 * ask for. `error`: -errno of the step, already logged. Never returns. */
_Noreturn void give_up(struct boot *boot, const char *step, int error);

/* Replaces or adds NAME=VALUE, which must stay valid, in the program's environment. Returns 0, or
 * -E2BIG (already logged). */
int settings_set_env(struct boot *boot, const char *word);

/* watchdog.c: what the program says of its health. */
struct notice;
void watchdog_accept(struct watchdog *watchdog, const struct notice *notice);
/* Stops it, for the machine ends in order. Does nothing if it is not open. */
void watchdog_close(struct watchdog *watchdog);

/* notify.c: the program has ended. Without a socket it does nothing. */
void notify_close(struct boot *boot);

/* root_mount.c: root_check(); ends the machine if the program asked for a restart. */
int check_source(struct boot *boot, const struct source *source, const char *types);

/* become.c: ends the children that the next init does not know, and reports "handoff" to the host.
 * A child that hangs stays; that was logged. */
void become_prepare(struct boot *boot);
/* Executes `path` as PID 1. Returns only on failure: -errno (already logged). */
int become_init(struct boot *boot, const char *path, char *const *env);

/* Makes the signals of crash.h call give_up(). Returns 0 or -errno. */
int crash_guard(struct boot *boot);

#endif
