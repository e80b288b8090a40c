/* SPDX-License-Identifier: MIT */
/*
 * wire.h - report to the hypervisor, over the first of these wires that the machine has:
 *
 * 1. QEMU's debug console port. It needs no driver, and each byte has reached the hypervisor when
 *    its instruction ends, so that power off loses nothing. A machine without it reads 0xff there;
 *    a kernel without CONFIG_X86_IOPL_IOPERM, in lockdown, or User-mode Linux, refuses access.
 * 2. The virtio-serial port named WIRE_PORT. What is written waits in a queue, so the host answers
 *    each line with "ack"; wire_drain() waits for the answers.
 * 3. The serial line that wire_tty() named.
 *
 * A line for which there is no wire yet is kept, and sent on the first virtio-serial port that
 * comes. There is room for the newest 1024 bytes.
 */
#ifndef RDINIT_WIRE_WIRE_H
#define RDINIT_WIRE_WIRE_H

struct loop;

#define WIRE_PORT "rdinit"
#define NO_TERMINAL (-1)

/* Sets the serial line, /dev/NAME, for machines without the port; NULL: none. `name` must stay
 * valid. */
void wire_tty(const char *name);

/* Sends a line of the protocol, given without its newline: "ready", "status TEXT", "exit 7",
 * "signal SEGV", "failed STEP ERRNO TEXT", "off", "reboot", "halt". Newlines inside become spaces.
 */
void wire_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits until the host has acknowledged all that was reported on a virtio-serial port, for two
 * seconds; then until the serial line has sent all that was reported, and the terminal on
 * descriptor `fd` (or NO_TERMINAL) all that was written to it; for five seconds, and logs if that
 * was not enough.
 */
void wire_drain(struct loop *loop, int fd);

#endif
