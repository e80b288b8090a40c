// SPDX-License-Identifier: MIT
/* give_up.c - reports a fatal failure, then does what rdinit.onfail= asks for. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/paths.h"
#include "init/program/child.h"
#include "init/device/links.h"
#include "init/pure/format.h"
#include "init/pure/names.h"
#include "init/sys/crash.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* For the crash handler, which gets no argument. */
static struct boot *guarded;

/* Without rdinit.onfail= does what the kernel's panic= asks for; else starts a shell; else waits,
 * so that the report can be read. */
static enum onfail choose(const struct boot *boot)
{
	if (boot->settings.onfail)
		return (enum onfail)boot->settings.onfail;
	if (boot->settings.has_panic && boot->settings.panic_s != 0)
		return ONFAIL_REBOOT;
	return sys_access(SHELL, X_OK) == 0 ? ONFAIL_SHELL : ONFAIL_WAIT;
}

static void shell(struct boot *boot, int error)
{
	char *argv[] = { (char *)SHELL, NULL };
	struct child child = { .loop = &boot->loop,
			       .argv = argv,
			       .env = boot->env,
			       .signals = SIGNALS_TO_INIT,
			       .stdio = { -1, -1, -1 } };

	/* Not if the boot failed before devices appeared, nor after a crash, which the links may
	 * have caused. */
	if (boot->modules_done && error != -EFAULT)
		boot->make_links(boot);
	log_print(LOG_ERROR, "starting a shell: the machine ends when it exits");
	child_run(&child);
	boot->power_action = child.request;
}

static _Noreturn void wait_for_ever(struct boot *boot)
{
	log_print(LOG_ERROR, "waiting: nothing more will happen (rdinit.onfail=wait)");
	boot->power_action = child_wait_for_request(&boot->loop);
	power(boot);
	for (;;)
		loop_run(&boot->loop, NULL, NULL, NO_DEADLINE);
}

_Noreturn void give_up(struct boot *boot, const char *step, int error)
{
	char reason[LOG_LINE_MAX];
	enum onfail what;

	/* What is read now may fail for the same reason, and is not the step's. */
	format_text(reason, sizeof(reason), "%s", log_last_error());
	if (!boot->settings_known)
		settings_read_kernel_line(boot);
	what = choose(boot);
	log_step(step);
	wire_report("failed %s %s %s", step, error_name(-error), reason);
	log_last("exit status 125 (failed: %s)", step);
	if (what == ONFAIL_SHELL)
		shell(boot, error);
	if (what == ONFAIL_WAIT)
		wait_for_ever(boot);
	if (what == ONFAIL_REBOOT && !boot->settings.onfail && boot->settings.panic_s > 0)
		loop_run(&boot->loop, NULL, NULL, loop_deadline(boot->settings.panic_s));
	if (what == ONFAIL_REBOOT)
		boot->power_action = POWER_REBOOT;
	if (what == ONFAIL_HALT)
		boot->power_action = POWER_HALT;
	power(boot);
	for (;;)
		loop_run(&boot->loop, NULL, NULL, NO_DEADLINE);
}

/* A second crash has no handler: the kernel panics, and panic= decides. */
static void crashed(int signal)
{
	/* The nodes of the loop may be corrupt, or on the corrupt stack. */
	memset(&guarded->loop, 0, sizeof(guarded->loop));
	guarded->stdio.loop = NULL;
	loop_open(&guarded->loop);
	log_err(-EFAULT, "PID 1 crashed by SIG%s", signal_name(signal));
	give_up(guarded, log_current_step(), -EFAULT);
}

int crash_guard(struct boot *boot)
{
	guarded = boot;
	return crash_catch(crashed);
}
