// SPDX-License-Identifier: MIT
/* test_unpack_tree.c - random archives that try to leave the directory they are extracted to.
 *
 * EXTRACT_ARCHIVES=N tries N of them (3000), EXTRACT_SEED=S begins with seed S: each archive has
 * its own, S, S + 1 and so on, and a failure names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cpio/unpack_tree.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

#define ENTRIES_MAX 24
#define SECRET "what nobody may read"

static uint64_t state;
static char base[PATH_MAX]; /* holds out, ref and victim */

static unsigned int below(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)((state * 0x2545f4914f6cdd1d) >> 33) % limit;
}

static void set_seed(uint64_t seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15;
	below(1);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* --- an archive of a few names that meet again and again --- */

static char *random_path(size_t deepest)
{
	static const char *const names[] = { "a", "b", "c", "s", "d" };
	struct buffer path = { NULL, 0, 0 };

	for (unsigned int i = 0, depth = 1 + below((unsigned int)deepest); i < depth; i++)
		buffer_printf(&path, "/%s", below(10) ? names[below(5)] : "..");
	return path.data;
}

static char *random_target(void)
{
	static const char *const targets[] = {
		"a",	  "b", "/a",   "/b/c",	 "..",
		"/",	  ".", "../b", "a/../c", "../../../../../../../etc",
		"/a/b/s", "c"
	};

	switch (below(4)) {
	case 0:
		return xasprintf("%s/victim", base);
	case 1:
		return xasprintf("%s%s", below(2) ? "../victim" : "../../victim",
				 below(2) ? "/s" : "");
	case 2:
		return xasprintf("%s/victim/%s", base, below(2) ? "s" : "d");
	default:
		return xstrdup(targets[below(12)]);
	}
}

static uint32_t random_mode(void)
{
	static const uint32_t kinds[] = { S_IFREG, S_IFREG, S_IFREG, S_IFDIR, S_IFDIR,
					  S_IFDIR, S_IFLNK, S_IFLNK, S_IFIFO, S_IFSOCK };
	static const uint32_t modes[] = { 0777, 0755, 0700, 0600, 06755, 01777 };

	return kinds[below(10)] | modes[below(6)] | 0600;
}

struct made {
	struct archive *archive;
	char *texts[ENTRIES_MAX];
	size_t count;
};

/* The first few are directories more often than not: what follows needs somewhere to be. */
static void add_random(struct made *made, unsigned int *number)
{
	bool is_dir = made->count < 5 && below(4);
	struct newc_entry newc = { .archive = *number };
	char *text;

	newc.fields.mode = is_dir ? S_IFDIR | 0755 : random_mode();
	newc.fields.ino = 1 + below(3);
	newc.fields.nlink = 1 + below(3);
	text = S_ISLNK(newc.fields.mode)	       ? random_target()
	       : S_ISREG(newc.fields.mode) && below(3) ? xasprintf("bytes of %zu", made->count)
						       : xstrdup("");
	newc.data = (struct span){ (const uint8_t *)text, strlen(text) };
	newc.fields.size = (uint32_t)newc.data.len;
	archive_add_entry(made->archive, &newc, random_path(is_dir ? 1 + made->count / 3 : 3));
	made->texts[made->count++] = text;
	*number += !below(12);
}

static void make_archive(struct made *made, uint64_t seed)
{
	unsigned int number = 0, count;

	set_seed(seed);
	*made = (struct made){ .archive = xcalloc(1, sizeof(*made->archive)) };
	made->archive->name = xasprintf("seed %llu", (unsigned long long)seed);
	archive_add_segment(made->archive, COMPRESS_NONE, 0);
	count = 2 + below(ENTRIES_MAX - 2);
	for (unsigned int i = 0; i < count; i++)
		add_random(made, &number);
	archive_index(made->archive);
}

static const char *way_of(const struct archive_entry *entry)
{
	return entry->way ? entry->way : entry->path;
}

static void report(uint64_t seed, const struct made *made, const char *wanted, const char *got)
{
	fprintf(stderr, "seed %llu:\n", (unsigned long long)seed);
	for (size_t i = 0; i < made->count; i++) {
		const struct archive_entry *entry = &made->archive->entries[i];

		fprintf(stderr, "  %o %s inode %u.%u, %u links [%s]\n", entry->newc.fields.mode,
			way_of(entry), entry->newc.archive, entry->newc.fields.ino,
			entry->newc.fields.nlink, made->texts[i]);
	}
	fprintf(stderr, "wanted\n%sgot\n%s", wanted, got);
	fail();
}

static void free_archive(struct made *made)
{
	for (size_t i = 0; i < made->count; i++)
		free(made->texts[i]);
	archive_close(made->archive);
}

/* --- directories as text --- */

static struct buffer *text_of_tree;
static const char *tree_root;
static bool with_everything; /* numbers and times, too */

struct known {
	ino_t ino;
	char path[256];
};
static struct known known[512];
static size_t known_count;

/* The first name of the file, in the order of names. */
static const char *first_name(const struct stat *st, const char *path)
{
	for (size_t i = 0; i < known_count; i++)
		if (known[i].ino == st->st_ino)
			return known[i].path;
	assert_true(known_count < 512);
	known[known_count].ino = st->st_ino;
	snprintf(known[known_count].path, sizeof(known[0].path), "%s", path);
	return known[known_count++].path;
}

static void print_bytes(const char *path)
{
	char bytes[256];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t len = read(fd, bytes, sizeof(bytes));

	assert_true(len >= 0);
	close(fd);
	buffer_printf(text_of_tree, " [%.*s]", (int)len, bytes);
}

static void print_text(const char *path)
{
	char text[PATH_MAX];
	ssize_t len = readlink(path, text, sizeof(text));

	assert_true(len >= 0);
	buffer_printf(text_of_tree, " -> %.*s", (int)len, text);
}

static int print_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + strlen(tree_root);
	uint32_t mode = st->st_mode & (S_IFMT | 0777);

	if (!with_everything && (!*name || S_ISFIFO(mode) || S_ISSOCK(mode)))
		return 0;
	/* The owner is never locked out of what was extracted. */
	mode |= S_ISDIR(mode) ? 0700 : 0400;
	buffer_printf(text_of_tree, "%s %o", name, S_ISLNK(mode) ? S_IFLNK : mode);
	if (with_everything)
		buffer_printf(text_of_tree, " %o %lu %lu %ld.%ld %ld.%ld %ld.%ld", st->st_mode,
			      (unsigned long)st->st_ino, (unsigned long)st->st_nlink,
			      (long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
			      (long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
			      (long)st->st_atim.tv_sec, st->st_atim.tv_nsec);
	else if (S_ISREG(mode))
		buffer_printf(text_of_tree, " %s", first_name(st, name));
	if (S_ISREG(mode) && !with_everything)
		print_bytes(path);
	if (S_ISLNK(mode) && !with_everything)
		print_text(path);
	buffer_text(text_of_tree, "\n");
	return 0;
}

static int by_line(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* nftw() has no order of its own, and the first name of a file depends on it: paths first. */
static char *paths[1024];
static size_t path_count;

static int note_path(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	assert_true(path_count < 1024);
	paths[path_count++] = xstrdup(path);
	return 0;
}

static void print_tree(const char *root, bool everything, struct buffer *text)
{
	struct stat st;

	text_of_tree = text;
	tree_root = root;
	with_everything = everything;
	known_count = path_count = 0;
	assert_int_equal(nftw(root, note_path, 16, FTW_PHYS), 0);
	qsort(paths, path_count, sizeof(*paths), by_line);
	for (size_t i = 0; i < path_count; i++) {
		assert_int_equal(lstat(paths[i], &st), 0);
		print_one(paths[i], &st, 0, NULL);
		free(paths[i]);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

/* --- what nobody may touch --- */

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 2 } };

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, old), 0); /* read once, the first time is a newer one */
	close(fd);
}

static int make_base(void **unused)
{
	const char *dir = getenv("TMPDIR");
	char path[PATH_MAX + 32], *real;

	snprintf(base, sizeof(base), "%s/rdinit-extract.XXXXXX", dir && *dir ? dir : "/tmp");
	assert_non_null(mkdtemp(base));
	real = realpath(base, NULL);
	snprintf(base, sizeof(base), "%s", real);
	free(real);
	snprintf(path, sizeof(path), "%s/victim", base);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/victim/d", base);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/victim/s", base);
	put_file(path, SECRET);
	snprintf(path, sizeof(path), "%s/victim/d/s", base);
	put_file(path, SECRET);
	snprintf(path, sizeof(path), "%s/s", base);
	put_file(path, SECRET);
	return 0;
}

static int remove_base(void **unused)
{
	remove_tree(base);
	return 0;
}

static void print_canaries(struct buffer *text)
{
	char path[PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/victim", base);
	print_tree(path, true, text);
	snprintf(path, sizeof(path), "%s/s", base);
	assert_int_equal(lstat(path, &st), 0);
	print_one(path, &st, 0, NULL);
}

/* --- the trial --- */

static int quietly_unpack(const struct made *made, const char *dir, struct unpacked *unpacked)
{
	int stderr_fd = dup(2), null = open("/dev/null", O_WRONLY | O_CLOEXEC), result;

	dup2(null, 2);
	result = unpack_tree(made->archive, dir, unpacked);
	dup2(stderr_fd, 2);
	close(stderr_fd);
	close(null);
	return result;
}

/* A recipe names files that were made in this archive, by paths without a symlink. */
static void check_places(const struct unpacked *unpacked, const char *dir)
{
	const struct kernel_tree *tree = unpacked->tree;

	for (size_t i = 0; i < tree->archive->count; i++) {
		const struct kernel_name *name = tree->of_entry[i];
		char *place = name && name->parent ? unpacked_path(unpacked, name) : NULL;
		char *real = place ? realpath(place, NULL) : NULL;
		struct stat st;

		if (place && !S_ISDIR(tree->archive->entries[i].newc.fields.mode)) {
			assert_non_null(real);
			assert_string_equal(place, real);
			assert_true(path_is_below(place, dir));
			assert_int_equal(lstat(place, &st), 0);
			assert_true(S_ISREG(st.st_mode) && st.st_ino == name->inode->ino);
		}
		free(real);
		free(place);
	}
}

static void nothing_outside_is_touched(void **unused)
{
	uint64_t seed = number_of("EXTRACT_SEED", 1), count = number_of("EXTRACT_ARCHIVES", 3000);
	struct buffer before = { NULL, 0, 0 }, after = { NULL, 0, 0 }, tree = { NULL, 0, 0 };
	char dir[PATH_MAX + 32];
	size_t files = 0;

	print_message("# seeds %llu to %llu\n", (unsigned long long)seed,
		      (unsigned long long)(seed + count - 1));
	snprintf(dir, sizeof(dir), "%s/out", base);
	print_canaries(&before);
	for (uint64_t i = 0; i < count; i++) {
		struct unpacked unpacked;
		struct made made;

		make_archive(&made, seed + i);
		if (quietly_unpack(&made, dir, &unpacked) < 0)
			fail_msg("seed %llu: not unpacked", (unsigned long long)(seed + i));
		after.len = tree.len = 0;
		print_canaries(&after);
		print_tree(dir, false, &tree);
		if (strcmp(before.data, after.data) || (tree.data && strstr(tree.data, SECRET)))
			report(seed + i, &made, before.data, after.data);
		check_places(&unpacked, dir);
		files += known_count;
		unpacked_free(&unpacked);
		free_archive(&made);
		remove_tree(dir);
	}
	print_message("# %zu files in %llu archives\n", files, (unsigned long long)count);
	assert_true(files > count / 2); /* otherwise nothing is tried */
	buffer_free(&before);
	buffer_free(&after);
	buffer_free(&tree);
}

/* --- the same by the kernel's own calls, in a chroot; source: init/initramfs.c --- */

static void clean_path(const char *path, uint32_t mode)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !((st.st_mode ^ mode) & S_IFMT))
		return;
	if (S_ISDIR(st.st_mode))
		rmdir(path);
	else
		unlink(path);
}

/* -1, 0 or 1, as there: find_link() goes through the entries in front. */
static int maybe_link(const struct archive *archive, size_t index)
{
	const struct archive_entry *entry = &archive->entries[index];

	if (entry->newc.fields.nlink < 2)
		return 0;
	for (size_t i = 0; i < index; i++) {
		if (!archive_same_file(&archive->entries[i], entry))
			continue;
		clean_path(way_of(entry), 0);
		return link(way_of(&archive->entries[i]), way_of(entry)) < 0 ? -1 : 1;
	}
	return 0;
}

static void do_file(const struct archive *archive, size_t index)
{
	const struct archive_entry *entry = &archive->entries[index];
	struct span data = entry->newc.data;
	const char *path = way_of(entry);
	int linked = maybe_link(archive, index), fd;
	struct stat st;

	/* It opens what it linked; that is a fifo or a symlink only after tricks, and left alone.
	 */
	if (linked < 0 || (linked == 1 && (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | (linked ? 0 : O_TRUNC),
		  entry->newc.fields.mode & 0777);
	if (fd < 0)
		return;
	fchmod(fd, entry->newc.fields.mode & 07777);
	if (data.len && (write(fd, data.data, data.len) < 0 || ftruncate(fd, (off_t)data.len) < 0))
		fail_msg("write");
	close(fd);
}

static void do_entry(const struct archive *archive, size_t index)
{
	const struct archive_entry *entry = &archive->entries[index];
	const char *path = way_of(entry);
	uint32_t mode = entry->newc.fields.mode;
	char *target;

	if (S_ISLNK(mode)) {
		target = xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
		clean_path(path, 0);
		if (symlink(target, path) < 0)
			errno = 0;
		free(target);
		return;
	}
	clean_path(path, mode);
	if (S_ISREG(mode)) {
		do_file(archive, index);
	} else if (S_ISDIR(mode)) {
		mkdir(path, mode & 07777);
		chmod(path, mode & 07777);
	} else if (maybe_link(archive, index) == 0) {
		mknod(path, mode, 0);
		chmod(path, mode & 07777);
	}
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), result;

	result = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return result;
}

static bool can_chroot(void)
{
	char uids[64], gids[64];

	if (geteuid() == 0)
		return true;
	/* Both are mapped: root of a namespace is above the modes of such files alone. */
	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") == 0 &&
	       write_text("/proc/self/gid_map", gids) == 0 &&
	       write_text("/proc/self/uid_map", uids) == 0;
}

static void apply_in(const char *dir, const struct archive *archive)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
	    here = open(".", O_PATH | O_CLOEXEC);

	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(chroot(dir), 0);
	assert_int_equal(chdir("/"), 0);
	for (size_t i = 0; i < archive->count; i++)
		do_entry(archive, i);
	assert_int_equal(fchdir(root), 0);
	assert_int_equal(chroot("."), 0);
	assert_int_equal(fchdir(here), 0);
	close(root);
	close(here);
}

static void the_tree_is_what_the_kernels_calls_leave(void **unused)
{
	uint64_t seed = number_of("EXTRACT_SEED", 1), count = number_of("EXTRACT_ARCHIVES", 3000);
	struct buffer wanted = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	char out[PATH_MAX + 32], ref[PATH_MAX + 32];

	if (!can_chroot()) {
		print_message("# no user namespaces here: nothing to compare with\n");
		skip();
	}
	umask(0);
	snprintf(out, sizeof(out), "%s/out", base);
	snprintf(ref, sizeof(ref), "%s/ref", base);
	for (uint64_t i = 0; i < count; i++) {
		struct unpacked unpacked;
		struct made made;

		make_archive(&made, seed + i);
		apply_in(ref, made.archive);
		assert_int_equal(quietly_unpack(&made, out, &unpacked), 0);
		wanted.len = got.len = 0;
		buffer_text(&wanted, "");
		buffer_text(&got, "");
		print_tree(ref, false, &wanted);
		print_tree(out, false, &got);
		if (strcmp(wanted.data, got.data))
			report(seed + i, &made, wanted.data, got.data);
		unpacked_free(&unpacked);
		free_archive(&made);
		remove_tree(out);
		remove_tree(ref);
	}
	buffer_free(&wanted);
	buffer_free(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_outside_is_touched),
		cmocka_unit_test(the_tree_is_what_the_kernels_calls_leave),
	};

	return cmocka_run_group_tests(tests, make_base, remove_base);
}
