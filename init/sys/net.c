// SPDX-License-Identifier: MIT
/* net.c - the system calls of sys.h about network interfaces, and the socket of uevents. */
#include <linux/netlink.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "init/sys/raw.h"
#include "init/sys/sys.h"

int sys_set_hostname(const char *name)
{
	return (int)CALL2(sethostname, name, strlen(name));
}

int sys_inet_socket(void)
{
	return (int)CALL3(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void name_interface(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, name, strlen(name) + 1); /* INTERFACE_NAME_MAX */
}

int sys_link_up(int socket, const char *name)
{
	struct ifreq request;
	int error;

	name_interface(&request, name);
	error = (int)CALL3(ioctl, socket, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	return error ? error : (int)CALL3(ioctl, socket, SIOCSIFFLAGS, &request);
}

static void set_sockaddr(void *to, uint32_t address)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = address };

	memcpy(to, &in, sizeof(in));
}

int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask)
{
	struct ifreq request;
	int error;

	name_interface(&request, name);
	set_sockaddr(&request.ifr_addr, address);
	error = (int)CALL3(ioctl, socket, SIOCSIFADDR, &request);
	if (error)
		return error;
	set_sockaddr(&request.ifr_netmask, netmask);
	return (int)CALL3(ioctl, socket, SIOCSIFNETMASK, &request);
}

int sys_add_gateway(int socket, uint32_t gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };

	set_sockaddr(&route.rt_dst, 0);
	set_sockaddr(&route.rt_genmask, 0);
	set_sockaddr(&route.rt_gateway, gateway);
	return (int)CALL3(ioctl, socket, SIOCADDRT, &route);
}

static int open_bound(int family, int protocol, const void *address, size_t size)
{
	int fd = (int)CALL3(socket, family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol),
	    error;

	if (fd < 0)
		return fd;
	error = (int)CALL3(bind, fd, address, size);
	if (error) {
		sys_close(fd);
		return error;
	}
	return fd;
}

int sys_open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 /* the kernel's */ };

	return open_bound(AF_NETLINK, NETLINK_KOBJECT_UEVENT, &address, sizeof(address));
}

/* An abstract name begins with a NUL, and ends where the address ends. */
int sys_open_messages(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	memcpy(address.sun_path + 1, name, len);
	return open_bound(AF_UNIX, 0, &address, offsetof(struct sockaddr_un, sun_path) + 1 + len);
}
