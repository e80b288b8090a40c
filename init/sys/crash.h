/* SPDX-License-Identifier: MIT */
/* crash.h - the signals that a process brings on itself: SIGSEGV, SIGBUS, SIGFPE, SIGILL. */
#ifndef RDINIT_SYS_CRASH_H
#define RDINIT_SYS_CRASH_H

/* From now on a fault of PID 1 calls handler(signal), once, on a stack of its own. The same signals
 * sent by a process are ignored. 0 or -errno. */
int crash_catch(void (*handler)(int));

/* They end the process, as those of any other: for children, who inherit what was caught. */
void crash_release(void);

#endif
