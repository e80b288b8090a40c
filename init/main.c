// SPDX-License-Identifier: MIT
/* main.c - the boot, as a table of steps. */
#include <errno.h>
#include <stddef.h>

#include "init/boot.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

enum on_failure { STOP, GO_ON };

struct boot_step {
	const char *name; /* shown in every message of the step */
	int (*run)(struct boot *boot); /* 0, or -errno already reported */
	enum on_failure on_failure;
};

/* Reading down these tables is reading the boot. */
static const struct boot_step first_steps[] = {
	{ "early-mounts", early_mounts, STOP },
	{ "console", console_open, GO_ON },
	{ "settings", settings_read, STOP },
	{ "late-mounts", late_mounts, STOP },
	{ "keymap", keymap_load, GO_ON },
	{ "modules", modules_load, GO_ON },
	{ NULL, NULL, STOP },
};

static const struct boot_step run_steps[] = {
	{ "appliance", appliance, STOP },
	{ "power", power, STOP },
	{ NULL, NULL, STOP },
};

static const struct boot_step hand_off_steps[] = {
	{ "resume", resume, GO_ON },
	{ "root-find", root_find, STOP },
	{ "root-mount", root_mount, STOP },
	{ "root-usr", root_usr, STOP },
	{ "root-switch", root_switch, STOP }, /* does not return */
	{ NULL, NULL, STOP },
};

static const struct boot_step stay_steps[] = {
	{ "stay", stay, STOP },
	{ "power", power, STOP },
	{ NULL, NULL, STOP },
};

static const struct boot_step *const steps_of_mode[] = {
	[MODE_RUN] = run_steps,
	[MODE_HAND_OFF] = hand_off_steps,
	[MODE_STAY] = stay_steps,
};

static void take(struct boot *boot, const struct boot_step *step)
{
	for (; step->name; step++) {
		int error;

		log_step(step->name);
		error = step->run(boot);
		if (error && step->on_failure == STOP)
			give_up(boot, step->name, error);
	}
}

static void begin(struct boot *boot, char **argv, char **envp)
{
	boot->argv = argv;
	boot->envp = envp;
	settings_defaults(&boot->settings);
	loop_open(&boot->loop);
	devices_init(&boot->devices, &boot->loop, &boot->uevents);
	crash_guard(boot);
}

int main(int argc, char **argv, char **envp)
{
	static struct boot boot;

	(void)argc;
	if (sys_getpid() != 1) {
		log_say(LOG_ERROR, "this is the first process of a machine: rdinit=/init on the "
				   "kernel's command line starts it (rdinit-init(8))");
		return 2;
	}
	begin(&boot, argv, envp);
	take(&boot, first_steps);
	take(&boot, steps_of_mode[boot.mode]);
	give_up(&boot, "power",
		-EIO); /* not reached: the last step of each table does not return */
}
