/* SPDX-License-Identifier: MIT */
/* port.h - a port of this machine that leads to one of the guest. */
#ifndef TOOLS_LIB_PORT_H
#define TOOLS_LIB_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/base/options.h"

/* The addresses of QEMU's network for one machine. */
#define GUEST_ADDRESS "10.0.2.15"
#define GUEST_IP GUEST_ADDRESS "::10.0.2.2:255.255.255.0:::off:10.0.2.3" /* for ip= */

struct port {
	char address[16]; /* of this machine */
	unsigned int host, guest;
	bool is_udp;
};

/* Parses [ADDRESS:]HOST:GUEST[/udp]; without an address it is 127.0.0.1. Checks that the port is
 * free now. Returns 0, or an exit status after reporting: 2 for what is no such text, 1 for a port
 * that cannot be had. */
int port_parse(const char *text, struct port *port);

/* Parses the port of --gdb, on 127.0.0.1; NULL: 1234. The same results. */
int port_parse_gdb(const char *text, unsigned int *port);

/* QEMU's -netdev for a guest with these ports. malloc'd. */
char *port_netdev(const struct port *ports, size_t count);

#endif
