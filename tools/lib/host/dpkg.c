/* dpkg.c - which of Debian's packages a file of the host came with. */
#include "tools/lib/host/dpkg.h"

#include <dirent.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"

struct wanted {
	char *path;	/* as a package may list it; the key */
	size_t index;	/* of the path that was asked for */
};

struct dpkg {
	char *root;
	void *tree;			/* tsearch(3): struct wanted by path */
	void *packages;			/* struct dpkg_package by name and architecture */
	const struct dpkg_package **owners;
	size_t count;
};

static int by_path(const void *one, const void *other)
{
	return strcmp(((const struct wanted *)one)->path, ((const struct wanted *)other)->path);
}

static int by_name(const void *one, const void *other)
{
	const struct dpkg_package *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->architecture, b->architecture);
}

/* Takes `path` over. The first to ask for a path is the one that is told. */
static void want(struct dpkg *dpkg, char *path, size_t index)
{
	struct wanted *wanted = xcalloc(1, sizeof(*wanted)), **place;

	wanted->path = path;
	wanted->index = index;
	place = tsearch(wanted, &dpkg->tree, by_path);
	if (*place == wanted)
		return;
	free(path);
	free(wanted);
}

/* Packages list /lib/x, and it lies at /usr/lib/x: /lib is a link there since Debian 12. */
static void want_all_names(struct dpkg *dpkg, const char *path, size_t index)
{
	char *real = realpath(path, NULL);

	want(dpkg, xstrdup(path), index);
	if (!strncmp(path, "/usr/", 5))
		want(dpkg, xstrdup(path + 4), index);
	if (real && !strncmp(real, "/usr/", 5))
		want(dpkg, xstrdup(real + 4), index);
	if (real)
		want(dpkg, real, index);
}

/* info/NAME.list or info/NAME:ARCH.list: a path a line. */
static void read_list(struct dpkg *dpkg, const char *path, const struct dpkg_package *package)
{
	FILE *list = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while (list && (len = getline(&line, &size, list)) > 0) {
		struct wanted key = { .path = line }, **found;

		line[len - (line[len - 1] == '\n')] = '\0';
		found = tfind(&key, &dpkg->tree, by_path);
		if (found && !dpkg->owners[(*found)->index])
			dpkg->owners[(*found)->index] = package;
	}
	free(line);
	if (list)
		fclose(list);
}

static void read_lists(struct dpkg *dpkg, const struct dpkg_package *package)
{
	char *multi = xasprintf("%s/var/lib/dpkg/info/%s:%s.list", dpkg->root, package->name,
				package->architecture);
	char *plain = xasprintf("%s/var/lib/dpkg/info/%s.list", dpkg->root, package->name);

	read_list(dpkg, access(multi, R_OK) ? plain : multi, package);
	free(multi);
	free(plain);
}

/* One stanza of the status file has come to its end. */
static void take_package(struct dpkg *dpkg, struct dpkg_package *package)
{
	struct dpkg_package *kept, **place;

	if (package->name && package->version && package->architecture) {
		kept = xmemdup(package, sizeof(*package));
		place = tsearch(kept, &dpkg->packages, by_name);
		if (*place == kept) {
			read_lists(dpkg, kept);
			*package = (struct dpkg_package){ 0 };
			return;
		}
		free(kept);
	}
	free(package->name);
	free(package->version);
	free(package->architecture);
	*package = (struct dpkg_package){ 0 };
}

static void take_field(char **field, const char *line, const char *name)
{
	size_t len = strlen(name);

	if (*field || strncmp(line, name, len))
		return;
	*field = xstrndup(line + len, strcspn(line + len, "\n"));
}

static void read_status(struct dpkg *dpkg)
{
	char *path = xasprintf("%s/var/lib/dpkg/status", dpkg->root), *line = NULL;
	struct dpkg_package package = { 0 };
	FILE *status = fopen(path, "re");
	size_t size = 0;

	while (status && getline(&line, &size, status) > 0) {
		take_field(&package.name, line, "Package: ");
		take_field(&package.version, line, "Version: ");
		take_field(&package.architecture, line, "Architecture: ");
		if (*line == '\n')
			take_package(dpkg, &package);
	}
	take_package(dpkg, &package);
	free(line);
	free(path);
	if (status)
		fclose(status);
}

struct dpkg *dpkg_new(const char *root, const char *const *paths, size_t count)
{
	struct dpkg *dpkg = xcalloc(1, sizeof(*dpkg));

	dpkg->root = xstrdup(root);
	dpkg->count = count;
	dpkg->owners = xcalloc(count + 1, sizeof(*dpkg->owners));
	for (size_t i = 0; i < count; i++)
		if (paths[i])
			want_all_names(dpkg, paths[i], i);
	if (dpkg->tree)
		read_status(dpkg);
	return dpkg;
}

static void free_wanted(void *node)
{
	struct wanted *wanted = node;

	free(wanted->path);
	free(wanted);
}

static void free_package(void *node)
{
	struct dpkg_package *package = node;

	free(package->name);
	free(package->version);
	free(package->architecture);
	free(package);
}

void dpkg_free(struct dpkg *dpkg)
{
	tdestroy(dpkg->tree, free_wanted);
	tdestroy(dpkg->packages, free_package);
	free(dpkg->owners);
	free(dpkg->root);
	free(dpkg);
}

const struct dpkg_package *dpkg_owner(const struct dpkg *dpkg, size_t index)
{
	return dpkg->owners[index];
}
