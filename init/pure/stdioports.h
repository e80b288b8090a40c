/* SPDX-License-Identifier: MIT */
/* stdioports.h - parse rdinit.stdio=: which ports may carry a program's standard streams. */
#ifndef RDINIT_PURE_STDIOPORTS_H
#define RDINIT_PURE_STDIOPORTS_H

#define STDIO_NAME_MAX 64 /* bytes of a port's name, with its NUL */

/* The first that can be opened is used. */
struct stdio_ports {
	char port[STDIO_NAME_MAX]; /* the name of a virtio-serial port; "": none */
	const char *line; /* a serial line, /dev/NAME; NULL: none */
};

/* Parses "ttyS1", "virtio:NAME" or "virtio:NAME,ttyS1". `line` points into `text`. A name that is
 * too long is cut off: no port has it. */
void stdio_ports_parse(const char *text, struct stdio_ports *ports);

#endif
