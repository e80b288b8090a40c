// SPDX-License-Identifier: MIT
/* port.c - a port of this machine that leads to one of the guest. */
#include "tools/lib/machine/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init/pure/number.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"

#define LOOPBACK "127.0.0.1"
#define GDB_PORT 1234 /* as QEMU's -s */

static int usage(const char *text)
{
	return error_usage("run", "-p %s: expected [ADDRESS:]PORT:PORT[/udp], as 8080:80",
			   shown(text));
}

static bool is_number(const char *text, unsigned int *number)
{
	return number_parse(text, 10, 65535, number) && *number;
}

/* The last two parts are numbers; what comes before them is an address. */
static bool split(char *text, struct port *port)
{
	char *slash = strchr(text, '/'), *guest, *host;
	struct in_addr address;

	port->is_udp = slash && strcmp(slash, "/udp") == 0;
	if (slash && !port->is_udp && strcmp(slash, "/tcp") != 0)
		return false;
	if (slash)
		*slash = '\0';
	guest = strrchr(text, ':');
	if (!guest)
		return false;
	*guest++ = '\0';
	host = strrchr(text, ':');
	if (host)
		*host++ = '\0';
	strcpy(port->address, LOOPBACK);
	if (host &&
	    (strlen(text) >= sizeof(port->address) || inet_pton(AF_INET, text, &address) != 1))
		return false;
	if (host)
		strcpy(port->address, text);
	return is_number(host ? host : text, &port->host) && is_number(guest, &port->guest);
}

/* QEMU would say it, too, but not how to go on. */
static int check_free(const char *option, const struct port *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port->host) };
	int fd = socket(AF_INET, (port->is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0),
	    on = 1;
	int result = 0;

	if (fd < 0)
		return 0;
	inet_pton(AF_INET, port->address, &address.sin_addr);
	if (!port->is_udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		result = error("%s: port %u of %s: %s%s", option, port->host, port->address,
			       strerror(errno), errno == EADDRINUSE ? "; choose another one" : "");
	close(fd);
	return result ? 1 : 0;
}

int port_parse(const char *text, struct port *port)
{
	char *copy = xstrdup(text);
	bool is_one = split(copy, port);

	free(copy);
	return is_one ? check_free("-p", port) : usage(text);
}

int port_parse_gdb(const char *text, unsigned int *number)
{
	struct port port = { .address = LOOPBACK, .host = GDB_PORT };

	if (text && !is_number(text, &port.host))
		return error_usage("run", "--gdb=%s: expected a port, as --gdb=1234", shown(text));
	*number = port.host;
	return check_free("--gdb", &port);
}

char *port_netdev(const struct port *ports, size_t count)
{
	struct buffer text = { 0 };

	buffer_text(&text, "user,id=net");
	for (size_t i = 0; i < count; i++)
		buffer_printf(&text, ",hostfwd=%s:%s:%u-" GUEST_ADDRESS ":%u",
			      ports[i].is_udp ? "udp" : "tcp", ports[i].address, ports[i].host,
			      ports[i].guest);
	return text.data;
}
