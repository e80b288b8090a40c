// SPDX-License-Identifier: MIT
/* mounts.c - what is mounted where: mount(2), umount(2), and what statfs(2) says. */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "tests/sim/kernel.h"

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* The last one on top. */
struct spot mount_cross(struct spot at)
{
	for (short i = 0; i < kernel->mount_count; i++) {
		const struct mount *mount = &kernel->mounts[i];

		if (mount->is_used && mount->parent == at.mount && mount->point == at.node) {
			at = (struct spot){ i, mount->root };
			i = -1;
		}
	}
	return at;
}

short mount_add(short fs, struct spot point, unsigned long flags, const char *source)
{
	short number = 0;

	while (number < kernel->mount_count && kernel->mounts[number].is_used)
		number++;
	if (number == MOUNTS_MAX || fs < 0)
		return -1;
	if (number == kernel->mount_count)
		kernel->mount_count++;
	kernel->mounts[number] = (struct mount){ .is_used = true,
						 .fs = fs,
						 .root = kernel->fs[fs].root,
						 .parent = point.mount,
						 .point = point.node,
						 .flags = flags };
	strncpy(kernel->mounts[number].source, source ? source : "none",
		sizeof(kernel->mounts[0].source) - 1);
	return number;
}

static size_t path_of(struct spot at, char *text, size_t size)
{
	const struct mount *mount = &kernel->mounts[at.mount];
	size_t used;

	if (at.node == mount->root) {
		if (mount->parent < 0)
			return text[0] = '\0', 0;
		return path_of((struct spot){ mount->parent, mount->point }, text, size);
	}
	used = path_of((struct spot){ at.mount, kernel->nodes[at.node].parent }, text, size);
	return used +
	       (size_t)snprintf(text + used, size - used, "/%s", kernel->nodes[at.node].name);
}

const char *mount_path(short mount, char *text, size_t size)
{
	if (!path_of((struct spot){ mount, kernel->mounts[mount].root }, text, size))
		strcpy(text, "/");
	return text;
}

static int find(const char *path, struct spot *found)
{
	const struct proc *proc = proc_current();

	return tree_walk(proc->root, proc->cwd, path, WALK_FOLLOW, found);
}

/* --- new ones --- */

static const struct memory_type {
	const char *type;
	short fs; /* the only one of its kind; -1: each is new */
} memories[] = {
	{ "proc", FS_PROC }, { "sysfs", FS_SYS }, { "devtmpfs", FS_DEV },
	{ "tmpfs", -1 },     { "devpts", -1 },	  { "cgroup2", -1 },
};

static int mount_memory(const struct memory_type *memory, struct spot on, unsigned long flags)
{
	short fs = memory->fs;

	if (world_machine(&kernel->world, memory->type, 1) == 0)
		return -ENODEV;
	if (fs < 0)
		fs = fs_add(memory->type, -1);
	else if (kernel->mounts[on.mount].fs == fs)
		return -EBUSY; /* the kernel, or we, mounted it there already */
	return mount_add(fs, on, flags, memory->type) < 0 ? -ENOMEM : 0;
}

/* The lower layer's tree serves for both: what the device has is all that anybody looks at. */
static int mount_overlay(const char *options, struct spot on, unsigned long flags)
{
	const char *lower = options ? strstr(options, "lowerdir=") : NULL;
	char path[64];
	struct spot found;
	short mount;
	int error;

	if (module_is_needed("overlay"))
		return -ENODEV;
	if (!lower || sscanf(lower + 9, "%63[^,]", path) != 1)
		return -EINVAL;
	error = find(path, &found);
	if (error)
		return error;
	mount = mount_add(kernel->mounts[found.mount].fs, on, flags, "overlay");
	if (mount < 0)
		return -ENOMEM;
	strcpy(kernel->mounts[mount].lower, kernel->mounts[found.mount].source);
	return 0;
}

static int mount_block(const char *source, struct spot on, const char *type, unsigned long flags)
{
	struct spot at;
	const struct node *node;
	short fs;
	int error, device;

	error = source ? find(source, &at) : -ENOENT;
	if (error)
		return error;
	node = &kernel->nodes[at.node];
	if (node->type != NODE_BLOCK)
		return -ENOTBLK;
	device = device_find(node->major, node->minor);
	if (device < 0)
		return -ENXIO;
	error = device_mount(device, type, flags, &fs);
	if (!error && mount_add(fs, on, flags, source) < 0)
		error = -ENOMEM;
	return error;
}

static int mount_new(const char *source, struct spot on, const char *type, unsigned long flags,
		     const char *options)
{
	for (size_t i = 0; type && i < sizeof(memories) / sizeof(memories[0]); i++)
		if (strcmp(type, memories[i].type) == 0)
			return mount_memory(&memories[i], on, flags);
	if (!type)
		return -EINVAL;
	if (strcmp(type, "overlay") == 0)
		return mount_overlay(options, on, flags);
	if (strcmp(type, "efivarfs") == 0)
		return mount_add(fs_add(type, -1), on, flags, type) < 0 ? -ENOMEM : 0;
	if (source && share_is_type(type))
		return share_mount(source, type, on, flags);
	return mount_block(source, on, type, flags);
}

static int move(const char *source, struct spot to)
{
	struct spot from;
	int error = find(source, &from);
	struct mount *mount;

	if (error)
		return error;
	mount = &kernel->mounts[from.mount];
	if (mount->root != from.node || mount->parent < 0)
		return -EINVAL;
	for (short above = to.mount; above >= 0; above = kernel->mounts[above].parent)
		if (above == from.mount)
			return -ELOOP;
	mount->parent = to.mount;
	mount->point = to.node;
	return 0;
}

/* Another mount of the same files, without what is mounted below them. */
static int bind(const char *source, struct spot on, unsigned long flags)
{
	struct spot from;
	short mount;
	int error = find(source, &from);

	if (error)
		return error;
	mount = mount_add(kernel->mounts[from.mount].fs, on, flags & ~(unsigned long)MS_BIND,
			  kernel->mounts[from.mount].source);
	if (mount < 0)
		return -ENOMEM;
	kernel->mounts[mount].root = from.node;
	return 0;
}

static int remount(struct spot at, unsigned long flags)
{
	struct mount *mount = &kernel->mounts[at.mount];

	if (mount->root != at.node)
		return -EINVAL;
	mount->flags = (mount->flags & ~(unsigned long)MS_RDONLY) | (flags & MS_RDONLY);
	return 0;
}

static int mount_any(const char *source, const char *target, const char *type, unsigned long flags,
		     const char *options)
{
	struct spot on;
	int error = find(target, &on);

	if (error)
		return error;
	/* A path that leads to "/" itself leads to what is mounted below it: path_init(). */
	if (kernel->nodes[on.node].type != NODE_DIR)
		return -ENOTDIR;
	if (flags & MS_MOVE)
		return move(source, on);
	if (flags & MS_REMOUNT)
		return remount(on, flags);
	if (flags & MS_BIND)
		return bind(source, on, flags);
	if (flags & PROPAGATION)
		return kernel->mounts[on.mount].root == on.node ? 0 : -EINVAL;
	return mount_new(source, on, type, flags, options);
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data)
{
	char object[160];
	long error;

	snprintf(object, sizeof(object), "%s %s", source ? source : "-", target);
	error = call_enter("mount", object);
	return (int)call_leave(error ? error : mount_any(source, target, type, flags, data));
}

/* --- and the end of one --- */

static bool is_busy(short mount)
{
	for (short i = 0; i < kernel->mount_count; i++)
		if (kernel->mounts[i].is_used && kernel->mounts[i].parent == mount)
			return true;
	for (int i = 0; i < kernel->proc_count; i++)
		if (kernel->procs[i].state != PROC_NONE && kernel->procs[i].state != PROC_ZOMBIE &&
		    (kernel->procs[i].cwd.mount == mount || kernel->procs[i].root.mount == mount))
			return true;
	for (int i = 0; i < kernel->file_count; i++)
		if (kernel->files[i].users && kernel->files[i].spot.mount == mount &&
		    kernel->files[i].kind == FILE_NODE)
			return true;
	return false;
}

static int umount_any(const char *target, int flags)
{
	struct spot at;
	int error = find(target, &at);
	struct mount *mount;
	short device;

	if (error)
		return error;
	mount = &kernel->mounts[at.mount];
	if (mount->root != at.node || mount->parent < 0)
		return -EINVAL;
	if (!(flags & MNT_DETACH) && is_busy(at.mount))
		return -EBUSY;
	device = kernel->fs[mount->fs].device;
	if (device >= 0 && kernel->devices[device].mounts_ms)
		proc_block(kernel->devices[device].mounts_ms == NEVER_MS
				   ? NEVER
				   : kernel->now + kernel->devices[device].mounts_ms,
			   "umount");
	mount->is_used = false;
	return 0;
}

int sys_umount(const char *target, int flags)
{
	long error = call_enter("umount", target);

	return (int)call_leave(error ? error : umount_any(target, flags));
}

int sys_fs_magic(const char *path, unsigned long *magic)
{
	static const struct {
		const char *type;
		unsigned long magic;
	} magics[] = { { "rootfs", RAMFS_MAGIC },    { "tmpfs", TMPFS_MAGIC },
		       { "devtmpfs", TMPFS_MAGIC },  { "proc", PROC_SUPER_MAGIC },
		       { "ext2", EXT2_SUPER_MAGIC }, { "btrfs", BTRFS_SUPER_MAGIC } };
	long error = call_enter("fs_magic", path);
	struct spot at;

	if (!error)
		error = find(path, &at);
	*magic = 0;
	for (size_t i = 0; !error && i < sizeof(magics) / sizeof(magics[0]); i++)
		if (strcmp(kernel->fs[kernel->mounts[at.mount].fs].type, magics[i].type) == 0)
			*magic = magics[i].magic;
	return (int)call_leave(error);
}
