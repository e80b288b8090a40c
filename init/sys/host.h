/*
 * host.h - telling the host, over QEMU's debug console port.
 *
 * The port needs no driver, and each byte has reached the host when its instruction ends, so that
 * nothing can be lost at power off. A machine without it answers its address with 0xff; a kernel
 * without CONFIG_X86_IOPL_IOPERM, or one in lockdown, refuses it. Then every call does nothing.
 */
#ifndef RDINIT_SYS_HOST_H
#define RDINIT_SYS_HOST_H

/* One line of the protocol, without its newline: "ready", "status TEXT", "exit 7", "signal SEGV",
 * "failed STEP ERRNO TEXT", "off", "reboot". Newlines inside become spaces. */
void host_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
