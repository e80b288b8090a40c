// SPDX-License-Identifier: MIT
/* owners.c - the packages that an image's files are of. */
#include "tools/lib/image/owners.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

struct system {
	struct package_system where;
	const char **paths; /* of each entry, as this system names it, or NULL */
	struct package_db *db;
};

/* The sysroots, this host, and last the image itself. */
struct owners {
	struct system *systems;
	size_t count;
};

/* `path` as the system at `root` names it, or NULL where it is not below. */
static const char *inside(const char *root, const char *path)
{
	size_t len = strlen(root);

	return !strncmp(path, root, len) && (!len || path[len] == '/') ? path + len : NULL;
}

static void add_system(struct owners *owners, struct package_system where, size_t paths)
{
	owners->systems =
		xreallocarray(owners->systems, owners->count + 1, sizeof(*owners->systems));
	owners->systems[owners->count++] =
		(struct system){ .where = where, .paths = xcalloc(paths + 1, sizeof(char *)) };
}

/* What comes from a folder may be a whole system of its own, with its database in the image. */
static void ask(struct owners *owners, const struct provenance *provenance, size_t index)
{
	const struct archive_entry *entry = &provenance->archive->entries[index];
	const struct entry *made = provenance_of(provenance, entry);
	const char *host_path = made ? image_inode((struct entry *)made)->host_path : NULL;
	size_t last = owners->count - 1, i = 0;

	if (!host_path || made->rank == IMAGE_TREE)
		owners->systems[last].paths[index] = entry->path;
	while (host_path && i < last && !inside(owners->systems[i].where.root, host_path))
		i++;
	if (host_path && i < last)
		owners->systems[i].paths[index] = inside(owners->systems[i].where.root, host_path);
}

struct owners *owners_find(const struct provenance *provenance)
{
	const struct archive *archive = provenance->archive;
	struct owners *owners = xcalloc(1, sizeof(*owners));

	for (size_t i = 0; provenance->sysroots && provenance->sysroots[i]; i++)
		add_system(owners, (struct package_system){ .root = provenance->sysroots[i] },
			   archive->count);
	add_system(owners, (struct package_system){ .root = provenance->host_root },
		   archive->count);
	add_system(owners, (struct package_system){ .archive = archive }, archive->count);
	for (size_t i = 0; i < archive->count; i++)
		ask(owners, provenance, i);
	for (size_t i = 0; i < owners->count; i++)
		owners->systems[i].db = package_db_new(&owners->systems[i].where,
						       owners->systems[i].paths, archive->count);
	return owners;
}

void owners_free(struct owners *owners)
{
	for (size_t i = 0; i < owners->count; i++) {
		package_db_free(owners->systems[i].db);
		free(owners->systems[i].paths);
	}
	free(owners->systems);
	free(owners);
}

const struct package *owners_of(const struct owners *owners, size_t index)
{
	const struct package *package = NULL;

	for (size_t i = 0; i < owners->count && !package; i++)
		package = package_owner(owners->systems[i].db, index);
	return package;
}

const struct package *owners_own_package(const struct owners *owners, size_t index)
{
	return package_at(owners->systems[owners->count - 1].db, index);
}
