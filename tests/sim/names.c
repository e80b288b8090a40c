// SPDX-License-Identifier: MIT
/* names.c - what is made, deleted and looked up by its name. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/sim/kernel.h"

static int find(const char *path, struct spot *at)
{
	const struct proc *proc = proc_current();

	return tree_walk(proc->root, proc->cwd, path, WALK_FOLLOW, at);
}

static bool is_read_only(struct spot at)
{
	return kernel->mounts[at.mount].flags & 1; /* MS_RDONLY */
}

static int make_in(struct spot root, struct spot from, const char *path, enum node_type type,
		   unsigned int mode, short *made)
{
	const char *name;
	struct spot dir;
	int error = tree_walk_parent(root, from, path, &dir, &name);
	short fs;

	if (error)
		return error;
	if (!*name || tree_find(dir.node, name, strlen(name)) >= 0)
		return -EEXIST;
	fs = kernel->mounts[dir.mount].fs;
	if (fs == FS_PROC || fs == FS_SYS)
		return -EPERM;
	if (is_read_only(dir))
		return -EROFS;
	*made = tree_add(dir.node, arena_text(name, strlen(name)), type, mode);
	if (*made < 0)
		return -ENOSPC;
	kernel->nodes[*made].is_new = true;
	return 0;
}

static int make(const char *path, enum node_type type, unsigned int mode, short *made)
{
	const struct proc *proc = proc_current();

	return make_in(proc->root, proc->cwd, path, type, mode, made);
}

int sys_mkdir(const char *path, mode_t mode)
{
	long error = call_enter("mkdir", path);
	short made;

	return (int)call_leave(error ? error : make(path, NODE_DIR, mode, &made));
}

int sys_mkdirat(int dir, const char *path, mode_t mode)
{
	long error = call_enter("mkdirat", path);
	const struct file *top = file_of(dir);
	short made;

	if (!error && !top)
		error = -EBADF;
	return (int)call_leave(error ? error
				     : make_in(top->spot, top->spot, path, NODE_DIR, mode, &made));
}

int sys_mknod(const char *path, mode_t mode, unsigned int major_number, unsigned int minor_number)
{
	long error = call_enter("mknod", path);
	enum node_type type = S_ISBLK(mode) ? NODE_BLOCK : S_ISCHR(mode) ? NODE_CHAR : NODE_FILE;
	short made;

	if (!error)
		error = make(path, type, mode & 07777, &made);
	if (!error) {
		kernel->nodes[made].major = (unsigned short)major_number;
		kernel->nodes[made].minor = minor_number;
	}
	return (int)call_leave(error);
}

int sys_symlink(const char *target, const char *path)
{
	long error = call_enter("symlink", path);
	short made;

	if (!error)
		error = make(path, NODE_LINK, 0777, &made);
	if (!error)
		kernel->nodes[made].bytes = arena_text(target, strlen(target));
	return (int)call_leave(error);
}

int sys_chown(const char *path, unsigned int uid, unsigned int gid)
{
	(void)uid, (void)gid;
	return (int)call_leave(call_enter("chown", path));
}

mode_t sys_umask(mode_t mask)
{
	return mask;
}

int sys_readlink(const char *path, char *text, size_t size)
{
	long error = call_enter("readlink", path);
	const struct proc *proc = proc_current();
	const struct node *node = NULL;
	struct spot at;

	text[0] = '\0';
	if (!error)
		error = tree_walk(proc->root, proc->cwd, path, 0, &at);
	if (!error) {
		node = &kernel->nodes[at.node];
		error = node->type != NODE_LINK		 ? -EINVAL
			: strlen(node->bytes) + 1 > size ? -ENAMETOOLONG
							 : 0;
	}
	if (!error)
		strcpy(text, node->bytes);
	return (int)call_leave(error);
}

static bool is_mounted_on(struct spot at)
{
	struct spot top = mount_cross(at);

	return top.mount != at.mount || top.node != at.node;
}

static int unlink_in(struct spot from, const char *path, int flags)
{
	const char *name;
	struct spot dir;
	int error = tree_walk_parent(proc_current()->root, from, path, &dir, &name);
	short node;

	if (error)
		return error;
	node = tree_find(dir.node, name, strlen(name));
	if (node < 0)
		return -ENOENT;
	if (is_read_only(dir))
		return -EROFS;
	if (!(flags & AT_REMOVEDIR) != (kernel->nodes[node].type != NODE_DIR))
		return flags & AT_REMOVEDIR ? -ENOTDIR : -EISDIR;
	if (is_mounted_on((struct spot){ dir.mount, node }))
		return -EBUSY;
	if (kernel->nodes[node].child >= 0)
		return -ENOTEMPTY;
	judge_delete(&dir, node);
	tree_remove(node);
	return 0;
}

int sys_unlinkat(int dir, const char *name, int flags)
{
	long error = call_enter("unlink", name);
	const struct file *top = file_of(dir);

	return (int)call_leave(
		error ? error : unlink_in(top ? top->spot : proc_current()->cwd, name, flags));
}

static void fill_stat(struct stat *st, struct spot at)
{
	static const unsigned int types[] = {
		[NODE_DIR] = S_IFDIR,	[NODE_FILE] = S_IFREG, [NODE_LINK] = S_IFLNK,
		[NODE_BLOCK] = S_IFBLK, [NODE_CHAR] = S_IFCHR,
	};
	const struct node *node = &kernel->nodes[at.node];

	memset(st, 0, sizeof(*st));
	st->st_dev = (dev_t)(kernel->mounts[at.mount].fs + 1);
	st->st_mode = types[node->type] | node->mode;
	st->st_rdev = makedev(node->major, node->minor);
	st->st_nlink = 1;
	st->st_size = (off_t)node->len;
}

int sys_stat(const char *path, struct stat *st)
{
	long error = call_enter("stat", path);
	struct spot at;

	if (!error)
		error = find(path, &at);
	if (!error)
		fill_stat(st, at);
	return (int)call_leave(error);
}

int sys_fstat(int fd, struct stat *st)
{
	long error = call_enter("size", file_name(fd));
	const struct file *file = file_of(fd);

	if (!error && !file)
		error = -EBADF;
	if (!error) {
		fill_stat(st, file->spot);
		st->st_size = (off_t)file->len;
	}
	return (int)call_leave(error);
}

int sys_access(const char *path, int mode)
{
	long error = call_enter("access", path);
	struct spot at;

	if (!error)
		error = find(path, &at);
	if (!error && (mode & X_OK) && kernel->nodes[at.node].type != NODE_DIR &&
	    !(kernel->nodes[at.node].mode & 0111))
		error = -EACCES;
	return (int)call_leave(error);
}

static int enter_spot(struct spot at, struct spot *which)
{
	if (kernel->nodes[at.node].type != NODE_DIR)
		return -ENOTDIR;
	*which = at;
	return 0;
}

int sys_chdir(const char *path)
{
	long error = call_enter("chdir", path);
	struct spot at;

	if (!error)
		error = find(path, &at);
	return (int)call_leave(error ? error : enter_spot(at, &proc_current()->cwd));
}

int sys_fchdir(int fd)
{
	long error = call_enter("fchdir", file_name(fd));

	if (!error && !file_of(fd))
		error = -EBADF;
	return (int)call_leave(error ? error : enter_spot(file_of(fd)->spot, &proc_current()->cwd));
}

int sys_chroot(const char *path)
{
	long error = call_enter("chroot", path);
	struct spot at;

	if (!error)
		error = find(path, &at);
	return (int)call_leave(error ? error : enter_spot(at, &proc_current()->root));
}
