// SPDX-License-Identifier: MIT
/* crash.c - handle a fault of this process. */
#include "init/sys/crash.h"

#include <signal.h>
#include <stddef.h>

#include "init/pure/count.h"
#include "init/sys/sys.h"

#define CRASH_STACK 32768 /* bytes: give_up() and all that power() calls, with room */

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

static void (*handle)(int);

/* Only the kernel sends a signal with a code over 0 (rt_sigqueueinfo(2)); other signals come from
 * kill(2) and are ignored. A child that still has these handlers may share the memory of PID 1: a
 * core dump of it would end PID 1, too. */
static void caught(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code <= 0)
		return;
	crash_release();
	if (sys_getpid() == 1)
		handle(signal);
	else
		sys_kill(sys_getpid(), SIGKILL);
}

int crash_catch(void (*handler)(int))
{
	static _Alignas(16) char stack[CRASH_STACK];
	int error = sys_sigaltstack(stack, sizeof(stack));

	handle = handler;
	for (size_t i = 0; i < COUNT(crashes) && !error; i++)
		error = sys_catch(crashes[i], caught);
	return error;
}

void crash_release(void)
{
	for (size_t i = 0; i < COUNT(crashes); i++)
		sys_sigaction(crashes[i], SIG_DFL, 0);
}
