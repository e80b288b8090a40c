// SPDX-License-Identifier: MIT
/* snapshot.c - machines that were saved while they waited for an order. */
#include "tools/lib/machine/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "init/pure/count.h"
#include "tools/lib/base/cache_dir.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"

#define KEPT_MAX 16 /* machines of some 100 MB */
#define DAY_S (24 * 3600)
#define TEMPORARY ".new-" /* followed by six letters of mkdtemp(3) */

static const char *const names[] = { "ram", "state", "identity" };

char *snapshot_key(const char *identity)
{
	XXH128_hash_t hash = XXH3_128bits(identity, strlen(identity));

	return xasprintf("%016llx%016llx", (unsigned long long)hash.high64,
			 (unsigned long long)hash.low64);
}

/* The directory of all snapshots: ours, and nobody else's to write to. -1: there is none. */
static int open_all(void)
{
	char *path = cache_dir("machines");
	int fd = path ? cache_dir_open(path) : -1;

	free(path);
	return fd;
}

static int open_in(int all, const char *key, const char *name, int flags)
{
	char *path = xasprintf("%s/%s", key, name);
	int fd = openat(all, path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	free(path);
	return fd;
}

void snapshot_close(const struct snapshot *snapshot)
{
	if (snapshot->ram >= 0)
		close(snapshot->ram);
	if (snapshot->state >= 0)
		close(snapshot->state);
}

int snapshot_open(const char *key, struct snapshot *snapshot)
{
	int all = open_all();

	if (all < 0)
		return -1;
	snapshot->ram = open_in(all, key, "ram", O_RDONLY);
	snapshot->state = open_in(all, key, "state", O_RDONLY);
	utimensat(all, key, NULL, 0); /* used: it stays */
	close(all);
	if (snapshot->ram >= 0 && snapshot->state >= 0)
		return 0;
	snapshot_close(snapshot);
	return -1;
}

static void remove_at(int all, const char *key)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		char *path = xasprintf("%s/%s", key, names[i]);

		unlinkat(all, path, 0);
		free(path);
	}
	unlinkat(all, key, AT_REMOVEDIR);
}

void snapshot_remove(const char *key)
{
	int all = open_all();

	if (all >= 0) {
		remove_at(all, key);
		close(all);
	}
}

/* Only what holds data: most of a machine's memory was never written. Returns 0, or -1 with errno.
 */
static int copy(int from, int to)
{
	off_t at = 0, end = lseek(from, 0, SEEK_END);

	if (end < 0 || ftruncate(to, end))
		return -1;
	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		off_t hole = lseek(from, at, SEEK_HOLE);

		if (hole < 0 || lseek(to, at, SEEK_SET) < 0)
			return -1;
		while (at < hole)
			if (sendfile(to, from, &at, (size_t)(hole - at)) <= 0)
				return -1;
	}
	return errno == ENXIO ? 0 : -1;
}

static int write_text(int fd, const char *text)
{
	size_t len = strlen(text);

	return write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

/* Returns 0, or -1 with errno. */
static int fill(int all, const char *key, const char *identity, const struct snapshot *snapshot)
{
	int result = 0;

	for (size_t i = 0; i < COUNT(names) && !result; i++) {
		int fd = open_in(all, key, names[i], O_WRONLY | O_CREAT | O_EXCL);

		if (fd < 0)
			return -1;
		result = i == 0	  ? copy(snapshot->ram, fd)
			 : i == 1 ? copy(snapshot->state, fd)
				  : write_text(fd, identity);
		if (close(fd))
			result = -1;
	}
	return result;
}

static bool is_temporary(const char *name)
{
	return !strncmp(name, TEMPORARY, strlen(TEMPORARY));
}

static time_t unused_s(const struct cache_entry *entry)
{
	return time(NULL) - entry->used.tv_sec;
}

/* Those that were used last stay, but for what interrupted runs left. */
static void remove_unused(int all)
{
	size_t count;
	struct cache_entry *entries = cache_entries(all, &count);

	for (size_t i = 0; i < count; i++)
		if (i >= KEPT_MAX ||
		    unused_s(&entries[i]) > (is_temporary(entries[i].name) ? DAY_S : CACHE_KEEP_S))
			remove_at(all, entries[i].name);
	cache_entries_free(entries, count);
}

int snapshot_store(const char *key, const char *identity, const struct snapshot *snapshot)
{
	char *path = cache_dir("machines"), *temporary;
	int all, result = -1;

	if (!path)
		return error("no directory for it: neither XDG_CACHE_HOME nor HOME is set");
	cache_dir_make(path);
	temporary = xasprintf("%s/" TEMPORARY "XXXXXX", path);
	all = open_all();
	if (all < 0) {
		error("%s: not a directory that only this user may write to", shown(path));
	} else if (!mkdtemp(temporary)) {
		error_errno(errno, "%s", shown(temporary));
	} else {
		const char *name = strrchr(temporary, '/') + 1;

		result = fill(all, name, identity, snapshot);
		/* Another run may have stored the same at the same time: that stays. */
		if (!result && renameat(all, name, all, key) && errno != ENOTEMPTY &&
		    errno != EEXIST)
			result = -1;
		if (result)
			error_errno(errno, "%s", shown(temporary));
		remove_at(all, name);
		remove_unused(all);
	}
	if (all >= 0)
		close(all);
	free(temporary);
	free(path);
	return result;
}

static void print(int all, const struct cache_entry *entry, FILE *out)
{
	char identity[4096];
	struct stat ram;
	int fd = open_in(all, entry->name, "identity", O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, identity, sizeof(identity) - 1);
	char *path = xasprintf("%s/ram", entry->name);

	if (len >= 0 && !is_temporary(entry->name) && !fstatat(all, path, &ram, 0)) {
		identity[len] = '\0';
		fprintf(out, "%s  %lld MB, used %lld days ago, %s\n", entry->name,
			(long long)ram.st_blocks * 512 / 1000000,
			(long long)unused_s(entry) / DAY_S, shown(identity));
	}
	free(path);
	if (fd >= 0)
		close(fd);
}

void snapshot_list(FILE *out)
{
	struct cache_entry *entries;
	int all = open_all();
	size_t count;

	if (all < 0)
		return;
	entries = cache_entries(all, &count);
	for (size_t i = 0; i < count; i++)
		print(all, &entries[i], out);
	cache_entries_free(entries, count);
	close(all);
}

unsigned int snapshot_clear(void)
{
	struct cache_entry *entries;
	int all = open_all();
	size_t count;

	if (all < 0)
		return 0;
	entries = cache_entries(all, &count);
	for (size_t i = 0; i < count; i++)
		remove_at(all, entries[i].name);
	cache_entries_free(entries, count);
	close(all);
	return (unsigned int)count;
}

int snapshot_ram(int from, unsigned int mib)
{
	int fd = memfd_create("ram", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)mib << 20) || (from >= 0 && copy(from, fd))) {
		error_errno(errno, "memory for the machine");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}
