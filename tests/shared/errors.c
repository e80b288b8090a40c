// SPDX-License-Identifier: MIT
/* errors.c - how the system calls of sys.h may fail. */
#include "tests/shared/errors.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "init/pure/names.h"

#define ERRORS_MAX 8

static const struct errors {
	const char *call;
	long list[ERRORS_MAX]; /* ended by 0 */
} errors[] = {
	{ "access", { -ENOENT, -EACCES, -EIO } },
	{ "add_entropy", { -EPERM, -ENOMEM } },
	{ "add_gateway", { -ENETUNREACH, -ENOMEM } },
	{ "chdir", { -EIO, -ENOMEM } },
	{ "chown", { -EROFS, -ENOMEM } },
	{ "chroot", { -EPERM, -ENOMEM } },
	{ "device_size", { -EIO } },
	{ "drain", { -EIO } },
	{ "dup2", { -EBUSY, -EMFILE } },
	{ "execve", { -ENOENT, -EACCES, -ENOEXEC, -ENOMEM, -EIO } },
	{ "fchdir", { -EACCES, -EIO } },
	{ "finit_module",
	  { -ENOMEM, -EINVAL, -ENODEV, -EEXIST, -ENOEXEC, CHILD_DIES, CHILD_HANGS } },
	{ "fork", { -EAGAIN, -ENOMEM, CHILD_DIES, CHILD_HANGS } },
	{ "clone_vm", { -EAGAIN, -ENOMEM, CHILD_DIES, CHILD_HANGS } },
	{ "fs_magic", { -EIO } },
	{ "get_termios", { -EIO, -ENOTTY } },
	{ "getdents", { -EIO, -ENOENT } },
	{ "inet_socket", { -EMFILE, -ENOMEM } },
	{ "ioperm", { -EPERM, -ENOMEM } },
	{ "is_tty", { -EIO } },
	{ "kill", { -ESRCH, -EPERM } },
	{ "link_up", { -EPERM, -ENOMEM } },
	{ "loop_attach", { -EBUSY, -EINVAL, -ENOMEM } },
	{ "loop_free", { -ENOSPC, -ENOMEM } },
	{ "map", { -EIO, -ENOMEM, -EMFILE } },
	{ "map_device", { -ENOMEM, -ENODEV } },
	{ "open_messages", { -EAFNOSUPPORT, -EMFILE, -EADDRINUSE } },
	{ "map_memory", { -ENOMEM } },
	{ "mkdir", { -ENOSPC, -EROFS, -ENOMEM } },
	{ "mkdirat", { -ENOSPC, -EROFS } },
	{ "mknod", { -EPERM, -ENOSPC } },
	{ "mount", { -EPERM, -EBUSY, -ENODEV, -EINVAL, -EIO, -ENOMEM, -ENOENT } },
	{ "open", { -EIO, -EMFILE, -EAGAIN, -ENOENT, -ENXIO, -EACCES, -ENOMEM } },
	{ "open_uevents", { -EMFILE, -ENOBUFS } },
	{ "pipe", { -EMFILE, -ENFILE } },
	{ "poll", { -EINTR, -ENOMEM } },
	{ "prctl", { -EPERM } }, /* EINVAL ends the list of capabilities */
	{ "processors", { -ENOMEM } },
	{ "read", { -EIO, -EINTR, -EAGAIN } },
	{ "readlink", { -EIO, -EINVAL } },
	{ "reboot", { -EPERM, -EINVAL } },
	{ "confine", { -EINVAL } },
	{ "sendfile", { -EIO, -EINTR, -ENOSPC } },
	{ "set_capabilities", { -EPERM } },
	{ "set_clock", { -EPERM, -EINVAL } },
	{ "set_address", { -EPERM, -ENOMEM } },
	{ "set_hostname", { -EPERM, -EINVAL } },
	{ "set_identity", { -EPERM } },
	{ "set_limit", { -EPERM, -EINVAL } },
	{ "set_key", { -EINVAL, -EPERM } },
	{ "set_termios", { -EIO } },
	{ "set_watchdog", { -EINVAL, -EOPNOTSUPP, -EIO } },
	{ "set_window", { -ENOTTY, -EIO } },
	{ "sigwait", { -EINTR, -EAGAIN } },
	{ "signalfd", { -ENOSYS, -EMFILE } },
	{ "size", { -EIO } },
	{ "spawn", { -EAGAIN, -ENOMEM } },
	{ "spawn_in_foreground", { -EAGAIN, -ENOMEM } },
	{ "stat", { -ENOENT, -EIO, -ENOMEM } },
	{ "symlink", { -EROFS, -ENOSPC, -EEXIST } },
	{ "umount", { -EBUSY, -EINVAL } },
	{ "unlink", { -EBUSY, -EROFS, -EIO } },
	{ "unsent", { -EIO, -ENOTTY } },
	{ "wait", { -EINTR } },
	{ "write", { -EIO, -EINTR, -EAGAIN } },
	/* What cannot fail. */
	{ "close_all", { 0 } },
	{ "umask", { 0 } },
	{ "getpid", { 0 } },
	{ "inb", { 0 } },
	{ "outb", { 0 } },
	{ "setsid", { 0 } },
	{ "set_nonblocking", { 0 } },
	{ "sync", { 0 } },
};

const long *errors_of(const char *line)
{
	size_t len = strcspn(line, " ");

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strlen(errors[i].call) == len && strncmp(errors[i].call, line, len) == 0)
			return errors[i].list;
	return NULL;
}

const char *errors_name(long result)
{
	return result == CHILD_DIES    ? "DIES"
	       : result == CHILD_HANGS ? "HANGS"
				       : error_name((int)-result);
}
