// SPDX-License-Identifier: MIT
/* whole_file.c - a whole file to be read, without a copy in memory where it can be mapped. */
#include "tools/lib/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"

static int add(void *buffer, const void *data, size_t len)
{
	buffer_add(buffer, data, len);
	return 0;
}

/* Hands on all bytes of `path`, in pieces. */
static int read_all(const char *path, size_t max, const char *what,
		    int (*hand_on)(void *context, const void *data, size_t len), void *context)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
	char chunk[65536];
	size_t len = 0;
	ssize_t more;
	int err;

	if (fd < 0)
		return error_errno(errno, "%s: cannot open", shown(path));
	while ((more = read(fd, chunk, sizeof(chunk))) > 0 && len <= max) {
		hand_on(context, chunk, (size_t)more);
		len += (size_t)more;
	}
	err = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	if (more < 0)
		return error_errno(err, "%s: cannot read", shown(path));
	if (more > 0 || len > max)
		return error("%s: a %s of more than %zu %s", shown(path), what,
			     max >> 20 ? max >> 20 : max >> 10, max >> 20 ? "MiB" : "KiB");
	return 0;
}

int whole_file(const char *path, size_t max, const char *what, struct buffer *bytes)
{
	return read_all(path, max > bytes->len ? max - bytes->len : 0, what, add, bytes);
}

static void end_on_bus_error(int number)
{
	static const char text[] = "rdinit: a file became shorter while it was read\n";

	(void)number;
	_exit(write(STDERR_FILENO, text, sizeof(text) - 1) < 0 ? 2 : 2);
}

/* The size of a regular file, or 0 if it must be read to be known. Other files are not opened: a
 * pipe would lose its writer. */
static size_t size_of(const char *path, size_t max)
{
	struct stat st;

	if (!strcmp(path, "-") || stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return 0;
	return (uint64_t)st.st_size <= max ? (size_t)st.st_size : 0;
}

static bool map(const char *path, size_t max, struct mapped_file *file)
{
	size_t size = size_of(path, max);
	int fd = size ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
	void *bytes = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (fd >= 0)
		close(fd);
	if (bytes == MAP_FAILED)
		return false;
	signal(SIGBUS, end_on_bus_error);
	file->bytes = (struct span){ bytes, size };
	file->mapped = size;
	return true;
}

int mapped_file_open(const char *path, size_t max, const char *what, struct mapped_file *file)
{
	*file = (struct mapped_file){ .mapped = 0 };
	if (map(path, max, file))
		return 0;
	if (read_all(path, max, what, collect, &file->copy) < 0) {
		collect_free(&file->copy);
		return -1;
	}
	collect_end(&file->copy);
	file->bytes = file->copy.bytes;
	return 0;
}

void mapped_file_close(struct mapped_file *file)
{
	if (file->mapped)
		munmap((void *)(uintptr_t)file->bytes.data, file->mapped);
	collect_free(&file->copy);
	*file = (struct mapped_file){ .mapped = 0 };
}

void mapped_file_forget(const struct mapped_file *file)
{
	if (file->mapped)
		madvise((void *)(uintptr_t)file->bytes.data, file->mapped, MADV_DONTNEED);
	collect_forget(&file->copy);
}
