// SPDX-License-Identifier: MIT
/* files.c - open files: what can be opened, read, written and listed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "tests/sim/kernel.h"

#define KMSG_MAJOR 1
#define TTY_MAJOR 4

/* --- descriptors --- */

struct file *file_of(int fd)
{
	struct proc *proc = proc_current();

	return fd >= 0 && fd < FDS_MAX && proc->fds[fd] >= 0 ? &kernel->files[proc->fds[fd]] : NULL;
}

const char *file_name(int fd)
{
	const struct file *file = file_of(fd);

	return file ? file->name : "-";
}

static short file_free(void)
{
	short number = 0;

	while (number < kernel->file_count && kernel->files[number].users)
		number++;
	if (number == FILES_MAX)
		return -1;
	if (number == kernel->file_count)
		kernel->file_count++;
	return number;
}

static int fd_free(void)
{
	const struct proc *proc = proc_current();
	int fd = 0;

	while (fd < FDS_MAX && proc->fds[fd] >= 0)
		fd++;
	return fd < FDS_MAX ? fd : -EMFILE;
}

/* Its descriptor, or -errno. */
int file_add(struct file file)
{
	short number = file_free();
	int fd = fd_free();

	if (number < 0)
		return -ENFILE;
	if (fd < 0)
		return fd;
	file.users = 1;
	kernel->files[number] = file;
	proc_current()->fds[fd] = number;
	return fd;
}

void file_drop(short number)
{
	struct file *file = &kernel->files[number];

	if (--file->users == 0 && file->kind == FILE_UEVENTS)
		kernel->uevents_listeners--;
}

int sys_close(int fd)
{
	struct proc *proc = proc_current();
	struct file *file = file_of(fd);

	if (!file) {
		if (proc->pid == 1)
			break_rule("PID 1 closes descriptor %d, which is not open", fd);
		return -EBADF;
	}
	file_drop(proc->fds[fd]);
	proc->fds[fd] = -1;
	proc->inherited &= ~(UINT64_C(1) << fd);
	return 0;
}

void sys_close_all(void)
{
	struct proc *proc = proc_current();

	call_leave(call_enter("close_all", ""));
	for (int fd = 0; fd < FDS_MAX; fd++) {
		if (proc->fds[fd] >= 0)
			file_drop(proc->fds[fd]);
		proc->fds[fd] = -1;
	}
}

int sys_dup2(int from, int to)
{
	long error = call_enter("dup2", file_name(from));
	struct proc *proc = proc_current();
	short number;

	if (error)
		return (int)call_leave(error);
	if (!file_of(from) || to < 0 || to >= FDS_MAX)
		return (int)call_leave(-EBADF);
	number = proc->fds[from];
	if (from != to) {
		kernel->files[number].users++;
		if (proc->fds[to] >= 0)
			file_drop(proc->fds[to]);
		proc->fds[to] = number;
	}
	proc->inherited |= UINT64_C(1) << to;
	return (int)call_leave(to);
}

/* --- open(2) --- */

static int open_char(struct file file, const struct node *node)
{
	unsigned int minor_number = node->minor;

	if (node->major == 5 && minor_number == 1) {
		if (world_machine(&kernel->world, "console", 1) == 0)
			return -ENODEV;
		file.kind = FILE_CONSOLE;
	} else if (node->major == KMSG_MAJOR) {
		file.kind = minor_number == 11 ? FILE_KMSG : FILE_NULL;
	} else if (node->major == 10) {
		if (module_is_needed("loop"))
			return -ENODEV;
		file.kind = FILE_LOOP_CONTROL;
	} else if (node->major == PORT_MAJOR) {
		file.kind = FILE_PORT;
	} else if (node->major == TTY_MAJOR && minor_number >= 64) {
		file.kind = FILE_TTY;
	} else {
		file.kind = FILE_NULL;
	}
	return file_add(file);
}

static int open_block(struct file file, const struct node *node)
{
	int device = device_find(node->major, node->minor), error;

	if (device < 0)
		return -ENXIO;
	error = device_open(&kernel->devices[device]);
	if (error)
		return error;
	file.kind = FILE_BLOCK;
	file.device = (short)device;
	file.len = kernel->devices[device].size;
	return file_add(file);
}

static int open_spot(struct spot at, const char *path, int flags)
{
	const struct node *node = &kernel->nodes[at.node];
	struct file file = { .spot = at, .device = -1, .pipe = -1 };

	strncpy(file.name, path, sizeof(file.name) - 1);
	if ((flags & O_DIRECTORY) && node->type != NODE_DIR)
		return -ENOTDIR;
	file.kind = flags & O_PATH ? FILE_PATH : FILE_NODE;
	file.is_nonblocking = flags & O_NONBLOCK;
	if (flags & O_PATH)
		return file_add(file);
	if (node->type == NODE_CHAR)
		return open_char(file, node);
	if (node->type == NODE_BLOCK)
		return open_block(file, node);
	if (node->type == NODE_LINK)
		return -ELOOP;
	if (node->type == NODE_DIR && (flags & O_ACCMODE))
		return -EISDIR;
	if ((flags & O_ACCMODE) && (kernel->mounts[at.mount].flags & 1 /* MS_RDONLY */))
		return -EROFS;
	file.bytes = node->bytes;
	file.len = node->len;
	file.next_child = node->child;
	if (node->made)
		file_make(&file, (enum made)node->made);
	return file_add(file);
}

static int open_in(struct spot root, struct spot from, const char *path, int flags, int how)
{
	struct spot at;
	int error = tree_walk(root, from, path, how | (flags & O_NOFOLLOW ? 0 : WALK_FOLLOW), &at);

	return error ? error : open_spot(at, path, flags);
}

/* Opens what the descriptor is of once more. */
static int open_again(const struct file *file, int flags)
{
	struct file again = file ? *file : (struct file){ .kind = FILE_PATH };

	if (!file || file->kind == FILE_PATH)
		return -ENOENT;
	again.is_nonblocking = flags & O_NONBLOCK;
	return file_add(again);
}

int sys_open(const char *path, int flags)
{
	long error = call_enter("open", path);
	const struct proc *proc = proc_current();

	if (!error && strcmp(path, "/proc/self/fd/1") == 0)
		return (int)call_leave(open_again(file_of(1), flags));
	return (int)call_leave(error ? error : open_in(proc->root, proc->cwd, path, flags, 0));
}

int sys_open_in_root(int dir, const char *path, int flags)
{
	long error = call_enter("open", path);
	const struct file *top = file_of(dir);

	if (!error && !top)
		error = -EBADF;
	return (int)call_leave(error ? error : open_in(top->spot, top->spot, path, flags, 0));
}

int sys_open_same_mount(int dir, const char *name, int flags)
{
	long error = call_enter("open", name);
	const struct file *top = file_of(dir);

	if (!error && !top)
		error = -EBADF;
	return (int)call_leave(
		error ? error
		      : open_in(proc_current()->root, top->spot, name, flags, WALK_ONE_MOUNT));
}

int sys_open_uevents(void)
{
	long error = call_enter("open_uevents", "");
	struct file file = { .kind = FILE_UEVENTS, .device = -1, .pipe = -1, .name = "uevents" };

	if (!error && world_machine(&kernel->world, "net", 1) == 0)
		error = -EAFNOSUPPORT;
	if (error)
		return (int)call_leave(error);
	kernel->uevents_listeners++;
	return (int)call_leave(file_add(file));
}

int sys_open_messages(const char *name)
{
	long error = call_enter("open_messages", name);
	struct file file = { .kind = FILE_MESSAGES, .device = -1, .pipe = -1, .name = "messages" };

	return (int)call_leave(error ? error : file_add(file));
}

/* --- directories --- */

static const unsigned char dirent_types[] = {
	[NODE_DIR] = DT_DIR,   [NODE_FILE] = DT_REG, [NODE_LINK] = DT_LNK,
	[NODE_BLOCK] = DT_BLK, [NODE_CHAR] = DT_CHR,
};

/* A name that was deleted in the meantime leads to the next all the same. */
long sys_getdents(int fd, void *buffer, size_t size)
{
	long error = call_enter("getdents", file_name(fd));
	struct file *file = file_of(fd);
	uint8_t *bytes = buffer;
	size_t used = 0;

	if (error || !file)
		return call_leave(error ? error : -EBADF);
	while (file->next_child >= 0) {
		const struct node *node = &kernel->nodes[file->next_child];
		size_t len = strlen(node->name), all = (19 + len + 8) / 8 * 8;

		if (used + all > size)
			break;
		memset(bytes + used, 0, all);
		bytes[used + 16] = (uint8_t)all;
		bytes[used + 18] = dirent_types[node->type];
		memcpy(bytes + used + 19, node->name, len);
		used += all;
		file->next_child = node->next;
	}
	return call_leave((long)used);
}
