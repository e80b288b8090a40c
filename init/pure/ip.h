/* SPDX-License-Identifier: MIT */
/* ip.h - the kernel's parameter ip=: the address of one interface. */
#ifndef RDINIT_PURE_IP_H
#define RDINIT_PURE_IP_H

#include <stdint.h>

#define INTERFACE_NAME_MAX 16 /* bytes with the NUL: the kernel's IFNAMSIZ */
#define NAME_SERVERS_MAX 2 /* as many as ip= has fields for */

/* Addresses are in network byte order; 0: none. */
struct ip_settings {
	uint32_t address, gateway, netmask;
	uint32_t name_servers[NAME_SERVERS_MAX];
	char device[INTERFACE_NAME_MAX]; /* "": the first one */
};

/*
 * Parses ADDRESS:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS:DNS, of which any may be empty
 * or missing but the address. Without a netmask it is that of the address's class. SERVER and
 * HOSTNAME are ignored. Returns 0; or all zeros in *ip, and 1 for "off" and "none"; -EOPNOTSUPP
 * where the address is to be asked for (dhcp, on, any); -EINVAL. Source:
 * Documentation/admin-guide/nfs/nfsroot.rst of the kernel.
 */
int ip_parse(const char *text, struct ip_settings *ip);

#define IP_TEXT_MAX 16 /* bytes: "255.255.255.255" and a NUL */
void ip_format(uint32_t address, char text[IP_TEXT_MAX]);

#endif
