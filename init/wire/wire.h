/* SPDX-License-Identifier: MIT */
/*
 * wire.h - report to the hypervisor over QEMU's debug console port, or over a serial line.
 *
 * The port needs no driver, and each byte has reached the hypervisor when its instruction ends, so
 * that power off loses nothing. A machine without the port reads 0xff there; a kernel without
 * CONFIG_X86_IOPL_IOPERM, in lockdown, or User-mode Linux, refuses access. Then /init uses the
 * serial line if wire_tty() named one; otherwise the calls do nothing.
 */
#ifndef RDINIT_WIRE_WIRE_H
#define RDINIT_WIRE_WIRE_H

struct loop;

#define NO_TERMINAL (-1)

/* Sets the serial line, /dev/NAME, for machines without the port; NULL: none. `name` must stay
 * valid. */
void wire_tty(const char *name);

/* Sends a line of the protocol, given without its newline: "ready", "status TEXT", "exit 7",
 * "signal SEGV", "failed STEP ERRNO TEXT", "off", "reboot", "halt". Newlines inside become spaces.
 */
void wire_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits until the serial line has sent all that was reported, and the terminal on descriptor `fd`
 * (or NO_TERMINAL) all that was written to it; for five seconds, and logs if that was not enough.
 */
void wire_drain(struct loop *loop, int fd);

#endif
