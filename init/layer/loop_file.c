// SPDX-License-Identifier: MIT
/* loop_file.c - rdinit.loop=: a file on the device that was found becomes the root. */
#include <fcntl.h>
#include <sys/mount.h>

#include "init/layer/layer.h"
#include "init/mount/mount.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static int open_file(struct layers *layers, const struct source *source, bool is_read_only)
{
	int top = sys_open(CARRIER, O_PATH | O_DIRECTORY), file;

	if (top < 0)
		return log_err(top, "open " CARRIER);
	file = sys_open_in_root(top, layers->settings->loop, is_read_only ? O_RDONLY : O_RDWR);
	sys_close(top);
	return file < 0 ? log_err(file, "open rdinit.loop=%s on %s", layers->settings->loop,
				  source->device)
			: file;
}

static int carry(struct layers *layers, const struct source *source, int *file)
{
	/* What is copied to memory is only read. */
	bool is_read_only =
		layers->settings->toram || layer_access(layers->settings) == MOUNT_READ_ONLY;
	const struct mount_attempt carrier = { .modules = layers->modules,
					       .source = source,
					       .target = CARRIER,
					       .flags = is_read_only ? MS_RDONLY : 0,
					       .writing = WRITING_NEEDED };
	int error = mount_as_any(&carrier), fd;

	if (error)
		return error;
	fd = open_file(layers, source, is_read_only);
	if (fd >= 0)
		*file = fd;
	return fd < 0 ? fd : 0;
}

const struct opener loop_file_opener = { .carry = carry };
