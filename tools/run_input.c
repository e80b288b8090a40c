// SPDX-License-Identifier: MIT
/* run_input.c - the standard input of a program, where its way to the guest is slow. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/whole_file.h"
#include "tools/run.h"

/* A serial port that QEMU emulates takes 15 to 60 KB in a second: an hour for this much. In the
 * image it costs two and a half times its size in memory. */
#define INPUT_MAX ((off_t)64 << 20)

/* Bytes of stdin between here and its end; 0: not a file. */
static off_t bytes_left(void)
{
	struct stat st;
	off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);

	if (at < 0 || fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode))
		return 0;
	return st.st_size > at ? st.st_size - at : 0;
}

/* With --memory, only what a machine of that size has room for. */
static off_t most(const struct run *run)
{
	off_t eighth = (off_t)run->machine.memory_mib << 17;

	return eighth && eighth < INPUT_MAX ? eighth : INPUT_MAX;
}

/* The virtio-serial port is as fast as a file; a root of this machine has no place for one; what
 * the user keeps is to be an image without it. */
static bool is_slow(const struct run *run)
{
	return !run->image_path && run->machine.stdio == STDIO_PIPE && !run->machine.has_port &&
	       run->machine.type != MACHINE_UML && !run->image.is_in_root && !run->keep;
}

int run_pack_input(struct run *run)
{
	off_t left = is_slow(run) ? bytes_left() : 0;
	int null;

	if (!left || left > most(run))
		return 0;
	if (whole_file("-", (size_t)most(run), "standard input", &run->input))
		return -1;
	/* The guest has it: what is still sent is the end of the input. */
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return error_errno(errno, "/dev/null");
	close(null);
	run->image.input = &run->input;
	return 0;
}
