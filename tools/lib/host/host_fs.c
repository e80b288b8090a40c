// SPDX-License-Identifier: MIT
/* host_fs.c - the file systems in an image or on a disk, and their modules. */
#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/host/host.h"

#define SECTOR 512 /* bytes: libblkid's unit of partitions */

/* Findings of libblkid that are not file systems, and why /init cannot mount them yet. */
static const struct {
	const char *type, *what;
} others[] = {
	{ "crypto_LUKS", "an encrypted device (LUKS)" },
	{ "LVM2_member", "part of an LVM volume group" },
	{ "linux_raid_member", "part of a software RAID" },
	{ "swap", "swap space" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *other(const char *type)
{
	for (size_t i = 0; i < COUNT(others); i++)
		if (!strcmp(others[i].type, type))
			return others[i].what;
	return NULL;
}

/* Of one that is built in: a module brings them itself. */
static int add_unsaid(struct modules *modules, const char *type, const char *why)
{
	const char *unsaid = modules_unsaid(type);
	char *words = xstrdup(unsaid ? unsaid : ""), *state = NULL;
	int result = 0;

	for (char *word = strtok_r(words, " ", &state); word && !result;
	     word = strtok_r(NULL, " ", &state))
		if (modules_know(modules, word))
			result = modules_add(modules, LOAD_ALWAYS, word, NULL, why);
	free(words);
	return result;
}

/* By the alias that mount(2) itself would ask for. Its name is the second try: depmod before
 * version 27 keeps no aliases of what is built in. */
int host_add_fs(struct modules *modules, const char *type, const char *why)
{
	char *alias = xasprintf("fs-%s", type);
	const char *name = modules_know(modules, alias) ? alias : type;
	int result;

	if (modules_know(modules, name))
		result = modules_add(modules, LOAD_ALWAYS, name, NULL, why);
	else
		result = error("file system %s: this kernel has none, neither built in nor as a "
			       "module",
			       shown(type));
	free(alias);
	return result ? result : add_unsaid(modules, type, why);
}

static blkid_probe new_probe(int fd, blkid_loff_t start, blkid_loff_t size)
{
	blkid_probe probe = blkid_new_probe();

	if (!probe)
		return NULL;
	if (blkid_probe_set_device(probe, fd, start, size)) {
		blkid_free_probe(probe);
		return NULL;
	}
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	return probe;
}

/* The type of these bytes; malloc'd, or NULL: unknown, or several. size 0: to the end. */
static char *type_at(int fd, blkid_loff_t start, blkid_loff_t size)
{
	blkid_probe probe = new_probe(fd, start, size);
	const char *type = NULL;
	char *copy = NULL;

	if (probe && !blkid_do_safeprobe(probe) &&
	    !blkid_probe_lookup_value(probe, "TYPE", &type, NULL))
		copy = xstrdup(type);
	blkid_free_probe(probe);
	return copy;
}

struct parts {
	struct modules *modules;
	const char *path, *why;
	int fd;
	int found; /* file systems added */
};

/* One partition: one that cannot be mounted is skipped, and the kernel need not know a file system
 * that nobody mounts as a root, such as the vfat that firmware starts from. */
static int add_partition(struct parts *parts, blkid_partition partition)
{
	char *type = type_at(parts->fd, blkid_partition_get_start(partition) * SECTOR,
			     blkid_partition_get_size(partition) * SECTOR);
	int result = 0;

	if (type && !other(type) && strcmp(type, "vfat") != 0) {
		result = host_add_fs(parts->modules, type, parts->why);
		parts->found++;
	}
	free(type);
	return result;
}

static int add_partitions(struct parts *parts)
{
	blkid_probe probe = new_probe(parts->fd, 0, 0);
	blkid_partlist list = NULL;
	int result = 0;

	if (probe) {
		blkid_probe_enable_partitions(probe, 1);
		list = blkid_probe_get_partitions(probe);
	}
	for (int i = 0; list && i < blkid_partlist_numof_partitions(list) && !result; i++)
		result = add_partition(parts, blkid_partlist_get_partition(list, i));
	blkid_free_probe(probe);
	if (result || parts->found)
		return result;
	return error("for-root %s: neither it nor its partitions have a file system that can be a "
		     "root",
		     shown(parts->path));
}

int host_add_fs_of(struct modules *modules, const char *path, const char *why)
{
	struct parts parts = { modules, path, why, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK),
			       0 };
	char *type;
	int result;

	if (parts.fd < 0)
		return error_errno(errno, "for-root %s", shown(path));
	type = type_at(parts.fd, 0, 0);
	if (type && other(type))
		result = error("for-root %s: it is %s, which /init does not open", shown(path),
			       other(type));
	else if (type)
		result = host_add_fs(modules, type, why);
	else
		result = add_partitions(&parts);
	free(type);
	close(parts.fd);
	return result;
}
