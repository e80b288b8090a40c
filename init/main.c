// SPDX-License-Identifier: MIT
/*
 * main.c - runs the steps of its list in their order.
 *
 * There are two: steps.def, and steps_run.def of an /init that only runs programs. That one is this
 * file with another list, linked to the same objects: the linker drops what no step calls.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "init/boot.h"
#include "init/pure/count.h"
#include "init/pure/hints.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#ifdef INIT_RUN
#define STEPS "init/steps_run.def"
enum { FINDS_ROOTS = false };
#else
#define STEPS "init/steps.def"
enum { FINDS_ROOTS = true };
#endif

enum on_failure { STOP, GO_ON };

struct boot_step {
	const char *name; /* shown in every message of the step */
	int (*run)(struct boot *boot); /* returns 0, or -errno (already logged) */
	unsigned char modes; /* enum in_modes */
	unsigned char on_failure; /* enum on_failure */
};

static const struct boot_step steps[] = {
#define STEP(name, function, modes, on_failure) { name, function, modes, on_failure },
#include STEPS
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

static void make_links(struct boot *boot)
{
	links_make(&boot->links, &boot->devices);
}

static void make_no_links(struct boot *boot)
{
	(void)boot;
}

static void begin_roots(struct boot *boot)
{
	boot->finish_settings = settings_finish;
	boot->make_links = make_links;
	log_hints(hints_of_roots);
	devices_watch(&boot->devices);
	layers_follow(&boot->layers);
}

static void begin(struct boot *boot, char **argv, char **envp)
{
	boot->argv = argv;
	boot->envp = envp;
	settings_defaults(&boot->settings);
	loop_open(&boot->loop);
	stop_init(&boot->stop, &boot->loop, &boot->settings.grace_s);
	uevents_init(&boot->uevents, &boot->loop);
	devices_init(&boot->devices, &boot->loop, &boot->uevents);
	modules_init(&boot->modules, &boot->settings, &boot->devices);
	layers_init(&boot->layers, &boot->modules, boot->env);
	root_init(&boot->root, &boot->settings, &boot->layers, &boot->links);
	boot->make_links = make_no_links;
	if (FINDS_ROOTS)
		begin_roots(boot);
	crash_guard(boot);
}

int main(int argc, char **argv, char **envp)
{
	static struct boot boot;

	(void)argc;
	if (sys_getpid() != 1) {
		log_print(LOG_ERROR,
			  "the kernel starts this as PID 1: put rdinit=/init on its command "
			  "line (rdinit-init(8))");
		return 2;
	}
	begin(&boot, argv, envp);
	for (size_t i = 0; i < COUNT(steps); i++)
		run_step(&boot, &steps[i]);
	give_up(&boot, "power", -EIO); /* not reached: the last step of each mode does not return */
}
