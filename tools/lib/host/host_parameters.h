/* SPDX-License-Identifier: MIT */
/* host_parameters.h - the words by which /init mounts the root that a host has. */
#ifndef TOOLS_LIB_HOST_PARAMETERS_H
#define TOOLS_LIB_HOST_PARAMETERS_H

#include "tools/lib/base/mem.h"
#include "tools/lib/host/mountinfo.h"

/* The parameters of the root; the texts of `mount` point into `text`. */
struct host_root {
	const char *root; /* the directory in which the host's files are */
	char *text;
	struct mountinfo mount;
	char *name; /* of the block device: "sda2" */
};

/* Appends "root=... rootfstype=... [rootflags=...]" and a newline, by the host's fstab, else by the
 * links and bytes of its disks. 0, or -1 after reporting: a name that no command line can hold. */
int host_write_words(const struct host_root *host, struct buffer *out);

#endif
