// SPDX-License-Identifier: MIT
/* package.c - which package a file came with, by the database of its own system. */
#include "tools/lib/package/package.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/package/package_files.h"
#include "tools/lib/package/package_text.h"

#define DPKG "/var/lib/dpkg"

struct wanted {
	char *path; /* as a package may list it; the key */
	size_t index; /* of the path that was asked for */
};

struct package_db {
	const struct package_system *system;
	char *distribution; /* or NULL */
	void *tree; /* tsearch(3): struct wanted by path */
	struct package **packages;
	size_t package_count;
	const struct package **owners; /* by the index of the path that was asked for */
};

static int by_path(const void *one, const void *other)
{
	return strcmp(((const struct wanted *)one)->path, ((const struct wanted *)other)->path);
}

/* Takes `path` over. The first to ask for a path is the one that is told. */
static void want(struct package_db *db, char *path, size_t index)
{
	struct wanted *wanted = xcalloc(1, sizeof(*wanted)), **place;

	wanted->path = path;
	wanted->index = index;
	place = tsearch(wanted, &db->tree, by_path);
	if (*place == wanted)
		return;
	free(path);
	free(wanted);
}

/* Packages list /lib/x, and it lies at /usr/lib/x, or the other way round: /lib is a link there in
 * most systems of today. */
static void want_all_names(struct package_db *db, const char *path, size_t index)
{
	char *real = package_real_path(db->system, path);

	want(db, xstrdup(path), index);
	if (!strncmp(path, "/usr/", 5))
		want(db, xstrdup(path + 4), index);
	if (real && !strncmp(real, "/usr/", 5))
		want(db, xstrdup(real + 4), index);
	if (real)
		want(db, real, index);
}

static void own(struct package_db *db, const char *path, const struct package *package)
{
	struct wanted key = { .path = (char *)path }, **found = tfind(&key, &db->tree, by_path);

	if (found && !db->owners[(*found)->index])
		db->owners[(*found)->index] = package;
}

static char *text_of(struct span span)
{
	return xstrndup((const char *)span.data, span.len);
}

/* Names, versions and architectures are ASCII; what is not is no entry of a database. */
static int is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
			return 0;
	return 1;
}

/* NULL for what is none. */
static const struct package *add_package(struct package_db *db, const struct package_text *text,
					 const char *kind)
{
	struct package *package;

	if (!is_plain(text->name) || !is_plain(text->version) || !is_plain(text->architecture))
		return NULL;
	package = xcalloc(1, sizeof(*package));
	package->kind = kind;
	package->name = text_of(text->name);
	package->version = text_of(text->version);
	package->architecture = text->architecture.data ? text_of(text->architecture) : xstrdup("");
	package->distribution = db->distribution      ? db->distribution
				: strcmp(kind, "apk") ? "debian"
						      : "alpine";
	db->packages = xreallocarray(db->packages, db->package_count + 1, sizeof(package));
	db->packages[db->package_count++] = package;
	return package;
}

/* Lines of `path`, each with a file behind its first `skip` bytes. 0, or -1: no such list. */
static int read_list(struct package_db *db, const char *path, size_t skip,
		     const struct package *package)
{
	struct buffer bytes = { 0 };
	struct span rest, line;
	int result = package_read(db->system, path, &bytes);

	rest = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	while (!result && (line = package_line(&rest)).data) {
		char *file =
			line.len > skip
				? xasprintf("%s%.*s", line.data[skip] == '/' ? "" : "/",
					    (int)(line.len - skip), (const char *)line.data + skip)
				: NULL;

		if (file)
			own(db, file, package);
		free(file);
	}
	buffer_free(&bytes);
	return result;
}

static void read_lists(struct package_db *db, const struct package *package)
{
	char *multi = xasprintf(DPKG "/info/%s:%s.list", package->name, package->architecture);
	char *plain = xasprintf(DPKG "/info/%s.list", package->name);

	if (read_list(db, multi, 0, package))
		read_list(db, plain, 0, package);
	free(multi);
	free(plain);
}

static void read_dpkg(struct package_db *db)
{
	struct buffer bytes = { 0 };
	struct package_text text;
	struct span rest;

	package_read(db->system, DPKG "/status", &bytes);
	rest = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	while (package_next_dpkg(&rest, &text)) {
		const struct package *package = add_package(db, &text, "deb");

		if (package)
			read_lists(db, package);
	}
	buffer_free(&bytes);
}

#define MD5_LEN 34 /* bytes of a sum and two blanks in front of the file's name */

/* status.d/NAME: one stanza; its files in NAME.md5sums. */
static void read_part(void *argument, const char *name)
{
	struct package_db *db = argument;
	struct buffer bytes = { 0 };
	struct package_text text;
	char *path = xasprintf(DPKG "/status.d/%s", name);
	struct span rest;

	if (!strstr(name, ".md5sums"))
		package_read(db->system, path, &bytes);
	rest = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	while (package_next_dpkg(&rest, &text)) {
		const struct package *package = add_package(db, &text, "deb");
		char *sums = xasprintf("%s.md5sums", path);

		if (package)
			read_list(db, sums, MD5_LEN, package);
		free(sums);
	}
	buffer_free(&bytes);
	free(path);
}

static void read_apk(struct package_db *db)
{
	struct buffer bytes = { 0 };
	struct package_text text;
	struct span rest;

	if (package_read(db->system, "/lib/apk/db/installed", &bytes))
		package_read(db->system, "/usr/lib/apk/db/installed", &bytes);
	rest = (struct span){ (const uint8_t *)bytes.data, bytes.len };
	while (package_next_apk(&rest, &text)) {
		const struct package *package = add_package(db, &text, "apk");
		struct span folder = { NULL, 0 }, name;

		while (package && package_next_apk_file(&text.stanza, &folder, &name)) {
			char *path = xasprintf("/%.*s%s%.*s", (int)folder.len,
					       (const char *)folder.data, folder.len ? "/" : "",
					       (int)name.len, (const char *)name.data);

			own(db, path, package);
			free(path);
		}
	}
	buffer_free(&bytes);
}

struct package_db *package_db_new(const struct package_system *system, const char *const *paths,
				  size_t count)
{
	struct package_db *db = xcalloc(1, sizeof(*db));

	db->system = system;
	db->owners = xcalloc(count + 1, sizeof(*db->owners));
	for (size_t i = 0; i < count; i++)
		if (paths[i])
			want_all_names(db, paths[i], i);
	if (!db->tree)
		return db;
	db->distribution = package_distribution(system);
	read_dpkg(db);
	package_list(system, DPKG "/status.d", read_part, db);
	read_apk(db);
	return db;
}

static void free_wanted(void *node)
{
	struct wanted *wanted = node;

	free(wanted->path);
	free(wanted);
}

void package_db_free(struct package_db *db)
{
	if (!db)
		return;
	tdestroy(db->tree, free_wanted);
	for (size_t i = 0; i < db->package_count; i++) {
		free(db->packages[i]->name);
		free(db->packages[i]->version);
		free(db->packages[i]->architecture);
		free(db->packages[i]);
	}
	free(db->packages);
	free(db->owners);
	free(db->distribution);
	free(db);
}

const struct package *package_owner(const struct package_db *db, size_t index)
{
	return db->owners[index];
}

const struct package *package_at(const struct package_db *db, size_t index)
{
	return index < db->package_count ? db->packages[index] : NULL;
}
