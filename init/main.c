// SPDX-License-Identifier: MIT
/* main.c - runs the steps of steps.def in their order. */
#include <errno.h>
#include <stddef.h>

#include "init/boot.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

enum on_failure { STOP, GO_ON };

struct boot_step {
	const char *name; /* shown in every message of the step */
	int (*run)(struct boot *boot); /* returns 0, or -errno (already logged) */
	unsigned char modes; /* enum in_modes */
	unsigned char on_failure; /* enum on_failure */
};

static const struct boot_step steps[] = {
#define STEP(name, function, modes, on_failure) { name, function, modes, on_failure },
#include "init/steps.def"
#undef STEP
};

/* The step "settings" chooses the mode. The steps before it run in all modes. */
static void run_step(struct boot *boot, const struct boot_step *step)
{
	int error;

	if (!(step->modes & 1u << boot->mode))
		return;
	log_step(step->name);
	error = step->run(boot);
	if (error && step->on_failure == STOP)
		give_up(boot, step->name, error);
}

static void begin(struct boot *boot, char **argv, char **envp)
{
	boot->argv = argv;
	boot->envp = envp;
	settings_defaults(&boot->settings);
	loop_open(&boot->loop);
	devices_init(&boot->devices, &boot->loop, &boot->uevents);
	modules_init(&boot->modules, &boot->settings, &boot->devices);
	layers_init(&boot->layers, &boot->modules, boot->env);
	root_init(&boot->root, &boot->settings, &boot->layers, &boot->links);
	crash_guard(boot);
}

int main(int argc, char **argv, char **envp)
{
	static struct boot boot;

	(void)argc;
	if (sys_getpid() != 1) {
		log_say(LOG_ERROR,
			"the kernel starts this as PID 1: put rdinit=/init on its command "
			"line (rdinit-init(8))");
		return 2;
	}
	begin(&boot, argv, envp);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		run_step(&boot, &steps[i]);
	give_up(&boot, "power", -EIO); /* not reached: the last step of each mode does not return */
}
