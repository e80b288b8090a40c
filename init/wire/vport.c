// SPDX-License-Identifier: MIT
/* vport.c - find a virtio-serial port by its name, which the hypervisor gives it. */
#include "init/wire/vport.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "init/pure/format.h"
#include "init/pure/stdioports.h"
#include "init/sys/file.h"
#include "init/sys/sys.h"

#define PATH_SIZE 64 /* bytes; the kernel calls ports "vport2p1" */

struct search {
	const char *name;
	int fd;
};

static int try_port(const struct dirent_view *entry, void *argument)
{
	struct search *search = argument;
	char path[PATH_SIZE], name[STDIO_NAME_MAX];

	format_text(path, sizeof(path), VPORTS "/%s/name", entry->name);
	if (!file_line(path, name, sizeof(name)) || strcmp(name, search->name) != 0)
		return 0;
	format_text(path, sizeof(path), "/dev/%s", entry->name);
	search->fd = sys_open(path, O_RDWR | O_NONBLOCK);
	return 1;
}

int vport_open(const char *name)
{
	struct search search = { name, -ENODEV };

	file_each(VPORTS, try_port, &search);
	return search.fd;
}
