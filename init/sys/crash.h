/* SPDX-License-Identifier: MIT */
/* crash.h - handle a fault of this process: SIGSEGV, SIGBUS, SIGFPE, SIGILL. */
#ifndef RDINIT_SYS_CRASH_H
#define RDINIT_SYS_CRASH_H

/* Makes the first fault of PID 1 call handler(signal), on a separate stack. Ignores the same
 * signals if a process sent them. Returns 0 or -errno. */
int crash_catch(void (*handler)(int));

/* Restores the default action. For children, which inherit the handlers. */
void crash_release(void);

#endif
