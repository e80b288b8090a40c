// SPDX-License-Identifier: MIT
/* resolver.c - the name servers of ip=, for the program. */
#include <errno.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/ip.h"
#include "init/sys/file.h"
#include "init/sys/log.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define TEXT_MAX (NAME_SERVERS_MAX * (sizeof("nameserver \n") + IP_TEXT_MAX))

int resolver_write(struct boot *boot)
{
	char text[TEXT_MAX] = "", address[IP_TEXT_MAX];
	int error;

	for (int i = 0; i < NAME_SERVERS_MAX; i++) {
		size_t used = strlen(text);

		if (!boot->ip.name_servers[i])
			continue;
		ip_format(boot->ip.name_servers[i], address);
		format_text(text + used, sizeof(text) - used, "nameserver %s\n", address);
	}
	error = text[0] ? file_replace(RESOLV_CONF, text) : 0;
	return error ? log_err(error, "write " RESOLV_CONF) : 0;
}
