// SPDX-License-Identifier: MIT
/* tree.c - the trees of files in memory, and the way along a path. */
#include <errno.h>
#include <string.h>

#include "tests/sim/kernel.h"

#define LINKS_MAX 8
#define NAME_SIZE_SIM 256

void *arena_take(size_t size)
{
	void *at = kernel->arena + kernel->arena_used;

	size = (size + 15) & ~(size_t)15;
	if (kernel->arena_used + size > sizeof(kernel->arena)) {
		break_rule("the simulator is out of memory");
		end_boot(END_BROKEN);
	}
	kernel->arena_used += size;
	return at;
}

const char *arena_text(const char *text, size_t len)
{
	char *copy = arena_take(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

short fs_add(const char *type, short device)
{
	short number = (short)kernel->fs_count;
	struct file_system *fs = &kernel->fs[number];
	struct node *root = &kernel->nodes[kernel->node_count];

	if (number == FILE_SYSTEMS_MAX || kernel->node_count == NODES_MAX)
		return -1;
	kernel->fs_count++;
	*fs = (struct file_system){ .device = device, .root = (short)kernel->node_count++ };
	strncpy(fs->type, type, sizeof(fs->type) - 1);
	*root = (struct node){ .parent = fs->root,
			       .child = -1,
			       .next = -1,
			       .fs = number,
			       .type = NODE_DIR,
			       .mode = 0755,
			       .image = -1,
			       .name = "" };
	return number;
}

/* What is removed is not used again: a boot makes few. At the end of the list, so that it is read
 * in the order of its making. */
short tree_add(short dir, const char *name, enum node_type type, unsigned int mode)
{
	short number = (short)kernel->node_count, *last = &kernel->nodes[dir].child;

	if (number == NODES_MAX)
		return -1;
	kernel->node_count++;
	kernel->nodes[number] = (struct node){ .parent = dir,
					       .child = -1,
					       .next = -1,
					       .fs = kernel->nodes[dir].fs,
					       .type = (unsigned char)type,
					       .mode = (unsigned short)mode,
					       .image = -1,
					       .name = name };
	while (*last >= 0)
		last = &kernel->nodes[*last].next;
	*last = number;
	return number;
}

short tree_find(short dir, const char *name, size_t len)
{
	short child = kernel->nodes[dir].child;

	while (child >= 0 &&
	       (strncmp(kernel->nodes[child].name, name, len) || kernel->nodes[child].name[len]))
		child = kernel->nodes[child].next;
	return child;
}

void tree_remove(short node)
{
	short *at = &kernel->nodes[kernel->nodes[node].parent].child;

	while (*at >= 0 && *at != node)
		at = &kernel->nodes[*at].next;
	if (*at == node)
		*at = kernel->nodes[node].next;
}

short tree_get(short top, const char *path)
{
	while (top >= 0 && *(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		top = tree_find(top, path, len);
		path += len;
	}
	return top;
}

static short make(short top, const char *path, enum node_type type, unsigned int mode)
{
	for (;;) {
		size_t len;
		short child;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		child = tree_find(top, path, len);
		if (path[len] == '\0') {
			if (child >= 0)
				return child;
			return len ? tree_add(top, arena_text(path, len), type, mode) : top;
		}
		if (child < 0)
			child = tree_add(top, arena_text(path, len), NODE_DIR, 0755);
		if (child < 0)
			return child;
		top = child;
		path += len;
	}
}

short tree_dir(short top, const char *path)
{
	return make(top, path, NODE_DIR, 0755);
}

short tree_file(short top, const char *path, const char *bytes, size_t len)
{
	short node = make(top, path, NODE_FILE, 0755);

	if (node >= 0) {
		kernel->nodes[node].bytes = bytes;
		kernel->nodes[node].len = len;
	}
	return node;
}

short tree_link(short top, const char *path, const char *target)
{
	short node = make(top, path, NODE_LINK, 0777);

	if (node >= 0)
		kernel->nodes[node].bytes = target;
	return node;
}

short tree_node(short top, const char *path, enum node_type type, unsigned int major,
		unsigned int minor)
{
	short node = make(top, path, type, 0600);

	if (node >= 0) {
		kernel->nodes[node].major = (unsigned short)major;
		kernel->nodes[node].minor = minor;
	}
	return node;
}

/* --- paths --- */

static struct spot go_up(struct spot root, struct spot at)
{
	while (at.mount != root.mount || at.node != root.node) {
		const struct mount *mount = &kernel->mounts[at.mount];

		if (at.node != mount->root) {
			at.node = kernel->nodes[at.node].parent;
			return at;
		}
		if (mount->parent < 0)
			return at;
		at = (struct spot){ mount->parent, mount->point };
	}
	return at;
}

/* One component. 0 or -errno. */
static int step(struct spot root, struct spot *at, const char *name, size_t len)
{
	short child;

	if (kernel->nodes[at->node].type != NODE_DIR)
		return -ENOTDIR;
	if (len == 1 && name[0] == '.')
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		*at = go_up(root, *at);
		return 0;
	}
	if (len >= NAME_SIZE_SIM)
		return -ENAMETOOLONG;
	child = tree_find(at->node, name, len);
	if (child < 0)
		return -ENOENT;
	at->node = child;
	return 0;
}

static int walk(struct spot root, struct spot *at, const char *path, int how, int links)
{
	if (*path == '/')
		*at = root;
	for (path += strspn(path, "/"); *path;) {
		size_t len = strcspn(path, "/");
		const char *rest = path + len + strspn(path + len, "/");
		struct spot dir = *at;
		int error = step(root, at, path, len);

		if (error)
			return error;
		if (at->node != dir.node && !(len == 2 && path[0] == '.' && path[1] == '.'))
			*at = mount_cross(*at);
		if ((how & WALK_ONE_MOUNT) && at->mount != dir.mount)
			return -EXDEV;
		if (kernel->nodes[at->node].type == NODE_LINK && (*rest || (how & WALK_FOLLOW))) {
			const char *target = kernel->nodes[at->node].bytes;

			if (links == LINKS_MAX)
				return -ELOOP;
			*at = dir;
			error = walk(root, at, target, how | WALK_FOLLOW, links + 1);
			if (error)
				return error;
		}
		path = rest;
	}
	return 0;
}

int tree_walk(struct spot root, struct spot at, const char *path, int how, struct spot *found)
{
	if (!*path)
		return -ENOENT;
	*found = at;
	return walk(root, found, path, how, 0);
}

int tree_walk_parent(struct spot root, struct spot at, const char *path, struct spot *dir,
		     const char **name)
{
	char above[512];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	int error;

	*name = slash ? slash + 1 : path;
	if (!slash)
		return *dir = at, 0;
	if (len >= sizeof(above))
		return -ENAMETOOLONG;
	memcpy(above, path, len);
	above[len] = '\0';
	error = tree_walk(root, at, len ? above : "/", WALK_FOLLOW, dir);
	return error ? error : kernel->nodes[dir->node].type == NODE_DIR ? 0 : -ENOTDIR;
}
