// SPDX-License-Identifier: MIT
/* host_file.c - small files of the host. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/host/host.h"

#define TEXT_MAX ((size_t)16 << 20)

/* Files of /proc and /sys do not tell their size. */
char *host_text(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path), block[4096];
	int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = errno;
	struct buffer text = { NULL, 0, 0 };
	ssize_t len = -1;

	while (fd >= 0 && text.len < TEXT_MAX && (len = read(fd, block, sizeof(block))) > 0)
		buffer_add(&text, block, (size_t)len);
	if (fd >= 0) {
		err = len ? (len < 0 ? errno : EFBIG) : 0;
		close(fd);
	}
	free(full);
	if (err) {
		buffer_free(&text);
		errno = err;
		return NULL;
	}
	return text.data ? text.data : xstrdup("");
}

char *host_line(const char *root, const char *path)
{
	char *text = host_text(root, path);

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	if (*text)
		return text;
	free(text);
	return NULL;
}
