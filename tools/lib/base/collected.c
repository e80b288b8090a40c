// SPDX-License-Identifier: MIT
/* collected.c - bytes that come in pieces and are read as a whole. */
#include "tools/lib/base/collected.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/temporary_file.h"

#define HELD_MAX ((size_t)1 << 20) /* bytes that all collections together have in memory */

static int file = -1; /* of all collections */
static int64_t file_len;
static size_t held;
static bool is_full; /* no temporary file could be written */

/* The file ends here again. */
static void give_back(int64_t end)
{
	file_len = end;
	if (ftruncate(file, end) < 0)
		errno = 0; /* then it only keeps its room */
}

/* What was in memory goes to the file, at a place that can be mapped. 0, or -1. */
static int move_out(struct collected *collected)
{
	int64_t page = sysconf(_SC_PAGESIZE), at = (file_len + page - 1) / page * page;

	if (file < 0)
		file = temporary_open();
	if (file < 0 || ftruncate(file, at) < 0)
		return -1;
	file_len = at;
	if (temporary_write(file, collected->memory.data, collected->memory.len, &file_len) < 0) {
		give_back(at);
		return -1;
	}
	held -= collected->memory.len;
	buffer_free(&collected->memory);
	collected->at = at + 1;
	return 0;
}

/* The way back, where the file system is full: it goes on in memory. */
static void move_in(struct collected *collected)
{
	char *data = buffer_space(&collected->memory, collected->len);

	for (size_t done = 0; done < collected->len;) {
		ssize_t len = pread(file, data + done, collected->len - done,
				    collected->at - 1 + (int64_t)done);

		if (!len || (len < 0 && errno != EINTR)) {
			error_errno(len ? errno : EIO, "%s: cannot read a temporary file",
				    shown(temporary_dir()));
			exit(2);
		}
		done += len > 0 ? (size_t)len : 0;
	}
	held += collected->len;
	give_back(collected->at - 1);
	collected->at = 0;
	is_full = true;
}

int collect(void *argument, const void *data, size_t len)
{
	struct collected *collected = argument;

	if (!collected->at && !is_full && held + len > HELD_MAX && move_out(collected) < 0)
		is_full = true;
	if (collected->at && temporary_write(file, data, len, &file_len) < 0)
		move_in(collected);
	if (!collected->at) {
		buffer_add(&collected->memory, data, len);
		held += len;
	}
	collected->len += len;
	return 0;
}

void collect_end(struct collected *collected)
{
	void *map = MAP_FAILED;

	if (collected->at && collected->len)
		map = mmap(NULL, collected->len, PROT_READ, MAP_SHARED, file, collected->at - 1);
	if (collected->at && map == MAP_FAILED)
		move_in(collected);
	if (collected->at)
		collected->bytes = (struct span){ map, collected->len };
	else
		collected->bytes = buffer_span(&collected->memory);
}

void collect_forget(const struct collected *collected)
{
	if (collected->at && collected->bytes.data)
		madvise((void *)(uintptr_t)collected->bytes.data, collected->len, MADV_DONTNEED);
}

void collect_free(struct collected *collected)
{
	if (collected->at && collected->bytes.data)
		munmap((void *)(uintptr_t)collected->bytes.data, collected->len);
	if (collected->at && collected->at - 1 + (int64_t)collected->len == file_len)
		give_back(collected->at - 1);
	held -= collected->memory.len;
	buffer_free(&collected->memory);
	*collected = (struct collected){ .len = 0 };
}
