// SPDX-License-Identifier: MIT
/* preload.c - a library that the next program loads before its own. */
#include "tools/lib/base/preload.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* LD_PRELOAD is a list that ends a path at a blank or a colon, without a way to quote them. A
 * descriptor that stays open over the exec has a name without either. */
int preload_set(const char *path)
{
	char name[32];
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (!setenv("LD_PRELOAD", name, 1))
		return 0;
	close(fd);
	return -1;
}
