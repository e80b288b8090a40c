/* SPDX-License-Identifier: MIT */
/* tty.h - the user's terminal in raw mode, and back. */
#ifndef TOOLS_LIB_TTY_H
#define TOOLS_LIB_TTY_H

/* Makes terminal `fd` pass every byte on, Ctrl-C included; at exit(3) it is as before. Nothing for
 * what is no terminal. */
void tty_raw(int fd);

/* Puts it back now. Safe to call at any time, as often as wanted. */
void tty_restore(void);

#endif
