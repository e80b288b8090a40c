// SPDX-License-Identifier: MIT
/* whole_file.c - a file of the host at once. */
#include "tools/lib/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"

int whole_file(const char *path, size_t max, const char *what, struct buffer *bytes)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	char chunk[65536];
	ssize_t more;
	int err;

	if (fd < 0)
		return error_errno(errno, "%s: cannot open", shown(path));
	while ((more = read(fd, chunk, sizeof(chunk))) > 0 && bytes->len <= max)
		buffer_add(bytes, chunk, (size_t)more);
	err = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	if (more < 0)
		return error_errno(err, "%s: cannot read", shown(path));
	if (more > 0 || bytes->len > max)
		return error("%s: a %s of more than %zu %s", shown(path), what,
			     max >> 20 ? max >> 20 : max >> 10, max >> 20 ? "MiB" : "KiB");
	return 0;
}
