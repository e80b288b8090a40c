// SPDX-License-Identifier: MIT
/* network.c - the machine's name, the loopback interface, and the address that ip= gives another
 * one. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/ip.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define INTERFACES "/sys/class/net"
#define LOOPBACK "lo"

/* The first by its name that is not the loopback. */
static int choose(const struct dirent_view *entry, void *argument)
{
	char *name = argument;

	if (strcmp(entry->name, LOOPBACK) != 0 && strlen(entry->name) < INTERFACE_NAME_MAX &&
	    (!name[0] || strcmp(entry->name, name) < 0))
		memcpy(name, entry->name, strlen(entry->name) + 1);
	return 0;
}

static bool is_there(void *argument)
{
	struct ip_settings *ip = argument;
	char path[sizeof(INTERFACES) + 1 + INTERFACE_NAME_MAX];

	if (!ip->device[0])
		file_each(INTERFACES, choose, ip->device);
	format_text(path, sizeof(path), INTERFACES "/%s", ip->device);
	return ip->device[0] && sys_access(path, F_OK) == 0;
}

static int set(int socket, const struct ip_settings *ip)
{
	char text[IP_TEXT_MAX];
	int error = sys_set_address(socket, ip->device, ip->address, ip->netmask);

	ip_format(ip->address, text);
	if (!error)
		error = sys_link_up(socket, ip->device);
	if (error)
		return log_err(error, "give %s the address %s", ip->device, text);
	log_print(LOG_INFO, "%s has the address %s", ip->device, text);
	if (!ip->gateway)
		return 0;
	ip_format(ip->gateway, text);
	error = sys_add_gateway(socket, ip->gateway);
	return error && error != -EEXIST ? log_err(error, "use the gateway %s", text) : 0;
}

static int set_up(struct boot *boot, int socket)
{
	struct ip_settings *ip = &boot->ip;

	uevents_open(&boot->uevents);
	if (uevents_wait(&boot->uevents, is_there, ip, loop_deadline(boot->settings.timeout_s),
			 NULL, NULL))
		return log_err(-ETIMEDOUT, "find the interface %s of ip=%s",
			       ip->device[0] ? ip->device : "(any)", boot->settings.ip);
	return set(socket, ip);
}

static void bring_up_loopback(int socket)
{
	int error = sys_link_up(socket, LOOPBACK);

	if (error)
		log_warn(error, "switch on the interface " LOOPBACK);
}

/* Returns 0; 1 if no interface is to be set up; or -errno, logged. */
static int parse(struct boot *boot)
{
	const char *text = boot->settings.ip;
	int error = text && text[0] ? ip_parse(text, &boot->ip) : 1;

	if (error == -EOPNOTSUPP)
		return log_err(error, "parse ip=%s: there is no DHCP: pass an address", text);
	return error < 0 ? log_err(error,
				   "parse ip=%s: expected "
				   "ADDRESS::GATEWAY:NETMASK::DEVICE:off:DNS",
				   text)
			 : error;
}

static void set_name(const char *name)
{
	int error = name ? sys_set_hostname(name) : 0;

	if (error)
		log_warn(error, "set the host name %s", name);
}

/* A kernel without CONFIG_INET is no error unless ip= is given. */
int network_up(struct boot *boot)
{
	int socket, error = parse(boot);
	bool is_asked_for = error != 1;

	set_name(boot->settings.hostname);
	if (boot->mode == MODE_HAND_OFF && !is_asked_for)
		return 0;
	socket = sys_inet_socket();
	if (socket < 0 && (is_asked_for || socket != -EAFNOSUPPORT))
		log_err(socket, "open a socket for the network");
	if (socket < 0)
		return socket;
	bring_up_loopback(socket);
	if (!error)
		error = set_up(boot, socket);
	sys_close(socket);
	return error < 0 ? error : 0;
}
