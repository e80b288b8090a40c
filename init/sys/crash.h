/* crash.h - the signals that a process brings on itself: SIGSEGV, SIGBUS, SIGFPE, SIGILL,
 * SIGABRT. */
#ifndef RDINIT_SYS_CRASH_H
#define RDINIT_SYS_CRASH_H

/* From now on each of them calls handler(signal), once, on a stack of its own. 0 or -errno. */
int crash_catch(void (*handler)(int));

/* They end the process, as those of any other: for children, who inherit what was caught. */
void crash_release(void);

#endif
