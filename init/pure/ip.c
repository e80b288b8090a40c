// SPDX-License-Identifier: MIT
/* ip.c - the kernel's parameter ip=: the address of one interface. */
#include "init/pure/ip.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "init/pure/format.h"
#include "init/pure/number.h"

#define FIELDS 9

enum field { ADDRESS, SERVER, GATEWAY, NETMASK, HOSTNAME, DEVICE, AUTOCONF, DNS, SECOND_DNS };

/* One of the four numbers, with what follows it. */
static const char *parse_byte(const char *text, size_t len, uint8_t *byte)
{
	char digits[4] = "";
	size_t count = strspn(text, "0123456789");
	unsigned int value;

	if (count == 0 || count > 3 || count > len)
		return NULL;
	memcpy(digits, text, count);
	if (!number_parse(digits, 10, 255, &value))
		return NULL;
	*byte = (uint8_t)value;
	return text + count;
}

static bool parse_address(const char *text, size_t len, uint32_t *address)
{
	const char *at = text;
	uint8_t bytes[4];

	for (int i = 0; i < 4; i++) {
		at = parse_byte(at, len - (size_t)(at - text), &bytes[i]);
		if (!at || (i < 3 && *at++ != '.'))
			return false;
	}
	memcpy(address, bytes, sizeof(bytes));
	return at == text + len;
}

/* 10.x is a network of class A, 172.16.x of class B, and so on. */
static uint32_t netmask_of(uint32_t address)
{
	uint8_t first;
	uint32_t mask = 0;

	memcpy(&first, &address, 1);
	memset(&mask, 0xff, first < 128 ? 1 : first < 192 ? 2 : 3);
	return mask;
}

static bool is_off(const char *text, size_t len)
{
	return (len == 3 && memcmp(text, "off", 3) == 0) ||
	       (len == 4 && memcmp(text, "none", 4) == 0);
}

static int parse_field(enum field field, const char *text, size_t len, struct ip_settings *ip)
{
	uint32_t *const addresses[FIELDS] = {
		[ADDRESS] = &ip->address,
		[GATEWAY] = &ip->gateway,
		[NETMASK] = &ip->netmask,
		[DNS] = &ip->name_servers[0],
		[SECOND_DNS] = &ip->name_servers[1],
	};

	if (len == 0)
		return 0;
	if (field == AUTOCONF)
		return is_off(text, len) ? 0 : -EOPNOTSUPP;
	if (field == DEVICE && len < sizeof(ip->device) && !memchr(text, '/', len))
		memcpy(ip->device, text, len);
	else if (field == DEVICE ||
		 (addresses[field] && !parse_address(text, len, addresses[field])))
		return -EINVAL;
	return 0;
}

int ip_parse(const char *text, struct ip_settings *ip)
{
	int error = 0;

	memset(ip, 0, sizeof(*ip));
	if (is_off(text, strlen(text)))
		return 1;
	if (*text && !strchr(text, ':') && !strchr(text, '.'))
		return -EOPNOTSUPP; /* dhcp, on, any */
	for (int field = 0; field < FIELDS && !error; field++) {
		size_t len = strcspn(text, ":");

		error = parse_field((enum field)field, text, len, ip);
		text += len + (text[len] == ':');
	}
	if (!error && (*text || !ip->address))
		error = -EINVAL;
	if (!error && !ip->netmask)
		ip->netmask = netmask_of(ip->address);
	if (error)
		memset(ip, 0, sizeof(*ip));
	return error;
}

void ip_format(uint32_t address, char text[IP_TEXT_MAX])
{
	uint8_t bytes[4];

	memcpy(bytes, &address, sizeof(bytes));
	format_text(text, IP_TEXT_MAX, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}
