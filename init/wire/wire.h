/* SPDX-License-Identifier: MIT */
/*
 * wire.h - telling the host, over QEMU's debug console port or a serial line.
 *
 * The port needs no driver, and each byte has reached the host when its instruction ends, so that
 * nothing can be lost at power off. A machine without it answers its address with 0xff; a kernel
 * without CONFIG_X86_IOPL_IOPERM, one in lockdown, or User-mode Linux, refuses it. Then a serial
 * line takes its place if one was named; else every call does nothing.
 */
#ifndef RDINIT_WIRE_WIRE_H
#define RDINIT_WIRE_WIRE_H

/* From now on lines that the port does not take go to /dev/NAME; NULL for none. The text must stay
 * where it is. */
void wire_tty(const char *name);

/* One line of the protocol, without its newline: "ready", "status TEXT", "exit 7", "signal SEGV",
 * "failed STEP ERRNO TEXT", "off", "reboot", "halt". Newlines inside become spaces. */
void wire_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
