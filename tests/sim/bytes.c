// SPDX-License-Identifier: MIT
/* bytes.c - what files are read from and written to: bytes that are made, the kernel's log, lines
 * to the host, pipes. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "init/pure/stdioports.h"
#include "tests/sim/kernel.h"

#define BUFFER_SIZE 64 /* of a terminal */

/* --- files whose bytes are made --- */

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
							 const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

static void make_partitions(char *text, size_t size)
{
	append(text, size, "major minor  #blocks  name\n\n");
	for (int i = 0; i < kernel->device_count; i++) {
		const struct block *device = &kernel->devices[i];

		if (device->stage == STAGE_READY && device->size)
			append(text, size, "%4u %8u %10lu %s\n", device->major, device->minor,
			       (unsigned long)(device->size / 1024), device->name);
	}
}

static void make_mounts(char *text, size_t size)
{
	char path[128];

	for (short i = 0; i < kernel->mount_count; i++) {
		const struct mount *mount = &kernel->mounts[i];

		if (mount->is_used)
			append(text, size, "%s %s %s rw 0 0\n", mount->source,
			       mount_path(i, path, sizeof(path)), kernel->fs[mount->fs].type);
	}
}

static void make_filesystems(char *text, size_t size)
{
	append(text, size, "nodev\tsysfs\nnodev\ttmpfs\n\tvfat\n");
	if (!module_is_needed("ext2"))
		append(text, size, "\text2\n");
	if (!module_is_needed("btrfs"))
		append(text, size, "\tbtrfs\n");
}

void file_make(struct file *file, enum made made)
{
	char *text = kernel->made[kernel->made_count++ % MADE_TEXTS];
	const size_t size = MADE_SIZE;

	text[0] = '\0';
	if (made == MADE_PARTITIONS)
		make_partitions(text, size);
	else if (made == MADE_MOUNTS)
		make_mounts(text, size);
	else if (made == MADE_FILESYSTEMS)
		make_filesystems(text, size);
	else
		append(text, size,
		       "MemTotal: 1048576 kB\nMemAvailable: %ld kB\nDirty: %d kB\nWriteback: 0 kB\n",
		       world_machine(&kernel->world, "memory", 131072), kernel->unsynced);
	file->len = strlen(text);
	file->bytes = text;
}

/* --- read(2) and write(2) --- */

static long read_bytes(struct file *file, void *buffer, size_t size)
{
	size_t left = file->len > file->at ? file->len - file->at : 0;

	if (kernel->nodes[file->spot.node].type == NODE_DIR)
		return -EISDIR;
	if (!file->bytes)
		return 0;
	if (left > size)
		left = size;
	memcpy(buffer, file->bytes + file->at, left);
	file->at += left;
	return (long)left;
}

static long read_uevent(void *buffer, size_t size)
{
	const struct uevent_text *text = &kernel->uevents[kernel->uevent_first];

	if (kernel->uevents_lost) {
		kernel->uevents_lost = false;
		return -ENOBUFS;
	}
	if (kernel->uevent_count == 0)
		return -EAGAIN;
	if (size > text->len)
		size = text->len;
	memcpy(buffer, text->bytes, size);
	kernel->uevent_first = (kernel->uevent_first + 1) % UEVENTS_MAX;
	kernel->uevent_count--;
	return (long)size;
}

static bool has_writer(short pipe)
{
	for (int i = 0; i < kernel->file_count; i++)
		if (kernel->files[i].users && kernel->files[i].kind == FILE_PIPE &&
		    kernel->files[i].pipe == pipe && kernel->files[i].is_write_end)
			return true;
	return false;
}

static long read_pipe(struct file *file, void *buffer, size_t size)
{
	struct pipe *pipe = &kernel->pipes[file->pipe];

	if (pipe->len == 0)
		return has_writer(file->pipe) ? -EAGAIN : 0;
	if (size > pipe->len)
		size = pipe->len;
	memcpy(buffer, pipe->bytes, size);
	pipe->len -= size;
	memmove(pipe->bytes, pipe->bytes + size, pipe->len);
	return (long)size;
}

/* The host sends five bytes for the program, and their end. */
static long read_tty(void *buffer, size_t size)
{
	static const char packets[] = "i\5\0hello"
				      "i\0\0";

	if (kernel->has_tty_answer && size > 2) { /* the guest's last packet has come */
		kernel->has_tty_answer = false;
		kernel->is_answered = true;
		memcpy(buffer, "x\0", 3);
		return 3;
	}
	if (!kernel->has_tty_input || size < sizeof(packets) - 1)
		return -EAGAIN;
	kernel->has_tty_input = false;
	memcpy(buffer, packets, sizeof(packets) - 1);
	return sizeof(packets) - 1;
}

/* Without a host at its other end it reads as ended. */
static long read_port(void *buffer, size_t size)
{
	return kernel->port_is_open ? read_tty(buffer, size) : 0;
}

static long read_message(void *buffer)
{
	static const char message[] = "READY=1\nSTATUS=it serves\n";

	if (kernel->readies_read == kernel->readies)
		return -EAGAIN;
	kernel->readies_read++;
	memcpy(buffer, message, sizeof(message) - 1);
	return sizeof(message) - 1;
}

static long read_any(struct file *file, void *buffer, size_t size)
{
	switch (file->kind) {
	case FILE_NODE:
		return read_bytes(file, buffer, size);
	case FILE_UEVENTS:
		return read_uevent(buffer, size);
	case FILE_PIPE:
		return read_pipe(file, buffer, size);
	case FILE_TTY:
		return read_tty(buffer, size);
	case FILE_PORT:
		return read_port(buffer, size);
	case FILE_MESSAGES:
		return read_message(buffer);
	case FILE_KMSG:
		return -EAGAIN;
	default:
		return 0;
	}
}

long sys_read(int fd, void *buffer, size_t size)
{
	long error = call_enter("read", file_name(fd));
	struct file *file = file_of(fd);

	if (!error && !file)
		error = -EBADF;
	return call_leave(error ? error : read_any(file, buffer, size));
}

static void keep(char *text, size_t *used, size_t size, const void *bytes, size_t len)
{
	if (len > size / 2)
		len = size / 2;
	if (*used + len >= size) { /* the older half goes */
		memmove(text, text + *used - size / 4, size / 4);
		*used = size / 4;
	}
	memcpy(text + *used, bytes, len);
	*used += len;
	text[*used] = '\0';
}

static bool file_is_stream(const struct file *file)
{
	const char *name = world_param(&kernel->world, "rdinit.stdio");
	struct stdio_ports ports;

	if (!name || file->kind == FILE_PORT)
		return name != NULL;
	stdio_ports_parse(name, &ports);
	return ports.line && strncmp(file->name, "/dev/", 5) == 0 &&
	       strcmp(ports.line, file->name + 5) == 0;
}

static bool file_is_host_line(const struct file *file)
{
	const char *name = world_param(&kernel->world, "rdinit.host");

	return name && strncmp(file->name, "/dev/", 5) == 0 &&
	       strcspn(name, " ") == strlen(file->name + 5) &&
	       strncmp(name, file->name + 5, strlen(file->name + 5)) == 0;
}

/* The program's streams have a key of their own: their host does not read at all. */
long terminal_room(const struct file *file)
{
	bool is_line = file->kind == FILE_TTY;
	long takes;

	if (file_is_stream(file))
		return world_machine(&kernel->world, "deaf-host", 0) ? 0 : LONG_MAX;
	takes = world_machine(&kernel->world, is_line ? "line-takes" : "console-takes", -1);
	return takes < 0 ? LONG_MAX : takes - kernel->taken[is_line];
}

/* What is in its buffer leaves no more. */
bool file_is_deaf(const struct file *file)
{
	return terminal_room(file) < BUFFER_SIZE;
}

/* Returns how many bytes it takes; -EAGAIN. A call that blocks does so until it took all. */
static long write_terminal(const struct file *file, const void *bytes, size_t len)
{
	bool is_line = file->kind == FILE_TTY;
	long room = terminal_room(file);

	if ((long)len > room && !file->is_nonblocking)
		proc_block(NEVER, "write");
	if (room == 0)
		return -EAGAIN;
	if ((long)len > room)
		len = (size_t)room;
	if (!file_is_stream(file))
		kernel->taken[is_line] += (long)len;
	if (file_is_stream(file))
		keep(kernel->stream, &kernel->stream_len, sizeof(kernel->stream), bytes, len);
	else if (file_is_host_line(file))
		keep(kernel->wire, &kernel->wire_len, sizeof(kernel->wire), bytes, len);
	if (file_is_stream(file) && len == 3 && memcmp(bytes, "x\0", 3) == 0)
		event_add(kernel->now + world_machine(&kernel->world, "answer", 1), EVENT_PORT,
			  PORT_ANSWERS, 0);
	return (long)len;
}

static long write_pipe(struct file *file, const void *bytes, size_t len)
{
	struct pipe *pipe = &kernel->pipes[file->pipe];

	if (len > PIPE_SIZE - pipe->len)
		len = PIPE_SIZE - pipe->len;
	if (len == 0)
		return -EAGAIN;
	memcpy(pipe->bytes + pipe->len, bytes, len);
	pipe->len += len;
	return (long)len;
}

/* What was to be said counts, whether it could be said or not. */
static long write_any(struct file *file, const void *bytes, size_t len)
{
	switch (file->kind) {
	case FILE_KMSG:
		keep(kernel->log, &kernel->log_len, sizeof(kernel->log), (const char *)bytes + 3,
		     len - 3);
		return (long)len;
	case FILE_PORT:
		if (!kernel->port_is_open)
			return -EAGAIN;
		/* fallthrough */
	case FILE_TTY:
	case FILE_CONSOLE:
		return write_terminal(file, bytes, len);
	case FILE_PIPE:
		return write_pipe(file, bytes, len);
	case FILE_PATH:
		return -EBADF;
	default:
		return (long)len;
	}
}

/* A line that was not accepted in full is tried again from there on: that says nothing new. */
static bool is_tried_again(const void *bytes, size_t len)
{
	return len <= kernel->log_len &&
	       memcmp(kernel->log + kernel->log_len - len, bytes, len) == 0;
}

long sys_write(int fd, const void *buffer, size_t size)
{
	const char *name = fd == 2 ? "console" : file_name(fd);
	long error = call_enter("write", name);
	struct file *file = file_of(fd);

	if (kernel->transcript)
		trace("\t%.*s\n", (int)strcspn(buffer, "\n"), (const char *)buffer);
	if (fd == 2 && file && kernel->faults_hit < 2 && file->kind != FILE_CONSOLE &&
	    file->kind != FILE_NULL && file->kind != FILE_PATH && file->kind != FILE_KMSG &&
	    ((file->kind != FILE_TTY && file->kind != FILE_PORT) || file_is_stream(file)))
		break_rule("the log is written to %s", file->name);
	if (fd == 2 && !is_tried_again(buffer, size))
		keep(kernel->log, &kernel->log_len, sizeof(kernel->log), buffer, size);
	if (!file)
		error = -EBADF;
	return call_leave(error ? error : write_any(file, buffer, size));
}

/* --- the rest of what descriptors can do --- */

int sys_pipe(int ends[2])
{
	long error = call_enter("pipe", "");
	struct file file = { .kind = FILE_PIPE, .device = -1, .name = "pipe" };

	while (file.pipe < PIPES_MAX && kernel->pipes[file.pipe].is_used)
		file.pipe++;
	if (!error && file.pipe == PIPES_MAX)
		error = -ENFILE;
	if (error)
		return (int)call_leave(error);
	kernel->pipes[file.pipe].is_used = true;
	kernel->pipes[file.pipe].len = 0;
	ends[0] = file_add(file);
	file.is_write_end = true;
	ends[1] = file_add(file);
	return (int)call_leave(ends[1] < 0 ? ends[1] : 0);
}

short pipe_events(const struct file *file)
{
	const struct pipe *pipe = &kernel->pipes[file->pipe];

	if (file->is_write_end)
		return pipe->len < PIPE_SIZE ? POLLOUT : 0;
	return (short)((pipe->len ? POLLIN : 0) | (has_writer(file->pipe) ? 0 : POLLHUP));
}

int sys_set_nonblocking(int fd)
{
	long error = call_enter("set_nonblocking", file_name(fd));

	if (!error && file_of(fd))
		file_of(fd)->is_nonblocking = true;
	return (int)call_leave(error);
}
