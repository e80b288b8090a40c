// SPDX-License-Identifier: MIT
/* host_fs.c - the file systems in an image or on a disk, and their modules. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/host/disk_names.h"
#include "tools/lib/host/host.h"

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

/* One that cannot be mounted is skipped, and the kernel need not know a file system that nobody
 * mounts as a root, such as the vfat that firmware starts from. */
static bool can_be_root(const struct finding *finding)
{
	return finding->found == FOUND_ONE && finding->format != FORMAT_VFAT &&
	       format_info(finding->format).use == USE_FILE_SYSTEM;
}

static int add_partitions(struct modules *modules, const struct disk_names *names, const char *why)
{
	int found = 0, result = 0;

	for (size_t i = 1; i < names->count && !result; i++) {
		const struct finding *finding = &names->parts[i].finding;

		if (!can_be_root(finding))
			continue;
		result = host_add_fs(modules, format_info(finding->format).type, why);
		found++;
	}
	if (result || found)
		return result;
	return error("for-root %s: neither it nor its partitions have a file system that can be a "
		     "root",
		     shown(names->path));
}

static int add_whole(struct modules *modules, const struct disk_names *names, const char *why)
{
	const struct finding *finding = &names->parts[0].finding;
	const struct format_info info = format_info(finding->format);

	if (finding->found != FOUND_ONE || info.use == USE_TABLE)
		return add_partitions(modules, names, why);
	if (info.use != USE_FILE_SYSTEM)
		return error("for-root %s: %s is on it, which /init does not open",
			     shown(names->path), info.title);
	return host_add_fs(modules, info.type, why);
}

int host_add_fs_of(struct modules *modules, const char *path, const char *why)
{
	struct disk_names names;
	int result;

	if (access(path, R_OK))
		return error_errno(errno, "for-root %s", shown(path));
	result = disk_names_read(path, &names);
	if (!result)
		result = add_whole(modules, &names, why);
	disk_names_free(&names);
	return result;
}
