/* crash.c - the signals that a process brings on itself. */
#include "init/sys/crash.h"

#include <signal.h>
#include <stddef.h>

#include "init/sys/sys.h"

#define CRASH_STACK 32768 /* bytes: give_up() and all that power() calls, with room */

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

int crash_catch(void (*handler)(int))
{
	static _Alignas(16) char stack[CRASH_STACK];
	int error = sys_sigaltstack(stack, sizeof(stack));

	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]) && !error; i++)
		error = sys_sigaction(crashes[i], handler, SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
	return error;
}

void crash_release(void)
{
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sys_sigaction(crashes[i], SIG_DFL, 0);
}
