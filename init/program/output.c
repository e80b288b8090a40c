// SPDX-License-Identifier: MIT
/* output.c - what a program prints, as lines of the log. */
#include "init/program/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"

#define READS_MAX 64 /* of what a program left in its pipe, which holds 64 KiB */

static void log_line(struct output *output)
{
	if (!output->len)
		return;
	output->line[output->len] = '\0';
	log_print(LOG_INFO, "%s: %s", output->program, output->line);
	output->len = 0;
}

static void close_pipe(struct output *output)
{
	if (output->pipe.fd < 0)
		return;
	log_line(output);
	loop_remove_descriptor(output->loop, &output->pipe);
	sys_close(output->pipe.fd);
	output->pipe.fd = -1;
}

/* Control characters are left out: the console would obey them. Returns whether there may be more.
 */
static bool read_pipe(struct output *output)
{
	char bytes[OUTPUT_LINE_MAX];
	long len = output->pipe.fd < 0 ? 0 : sys_read(output->pipe.fd, bytes, sizeof(bytes));

	for (long i = 0; i < len; i++) {
		if (bytes[i] == '\n' || output->len == sizeof(output->line) - 1)
			log_line(output);
		if ((unsigned char)bytes[i] >= ' ' && bytes[i] != 0x7f)
			output->line[output->len++] = bytes[i];
	}
	if (len <= 0 && len != -EAGAIN && len != -EINTR)
		close_pipe(output);
	return len > 0;
}

static void on_output(void *owner, short revents)
{
	(void)revents;
	read_pipe(owner);
}

static void follow(struct output *output, int fd)
{
	output->pipe = (struct loop_descriptor){
		.node.owner = output, .fd = fd, .events = POLLIN, .ready = on_output
	};
	output->len = 0;
	output->line[0] = '\0';
	if (fd < 0)
		return;
	sys_set_nonblocking(fd);
	loop_add_descriptor(output->loop, &output->pipe);
}

void output_end(struct output *output)
{
	for (int i = 0; i < READS_MAX && read_pipe(output); i++)
		;
	close_pipe(output);
}

int output_start(struct output *output, struct child *child)
{
	int null = sys_open("/dev/null", O_RDWR), ends[2] = { -1, -1 };

	if (null < 0 && null != -ENOENT)
		return log_err(null, "open /dev/null for %s", child->argv[0]);
	if (sys_pipe(ends))
		ends[0] = ends[1] = -1;
	child->session = SESSION_WITHOUT_TERMINAL;
	child->stdio[0] = null;
	child->stdio[1] = child->stdio[2] = ends[1];
	child_start(child);
	if (null >= 0)
		sys_close(null);
	if (ends[1] >= 0)
		sys_close(ends[1]);
	output->loop = child->loop;
	output->program = child->argv[0];
	follow(output, ends[0]);
	if (!child->error)
		return child->pid;
	output_end(output);
	return child->error;
}
