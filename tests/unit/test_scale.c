// SPDX-License-Identifier: MIT
/* test_scale.c - ten times the entries take ten times the steps and a little more, never a hundred.
 *
 * What is counted are basic blocks: tools/lib/archive and image are compiled with a call in each
 * for this test (see the Makefile). So nothing hangs on how fast a machine is, or how busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cpio/kernel_tree.h"
#include "tools/lib/cpio/listing.h"
#include "tools/lib/check/relations.h"
#include "tools/lib/cpio/treemap.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/spool.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/sources/initramfs.h"
#include "tools/lib/sources/tar.h"

#define FEW 1000u
#define MANY 10000u
#define BEYOND 1.3 /* times n log n */

static unsigned long long steps;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

/* --- images of every shape --- */

static struct buffer bytes;

static void put_padded(const void *data, size_t len)
{
	buffer_add(&bytes, data, len);
	buffer_add(&bytes, "\0\0\0", newc_padding(bytes.len));
}

static void put(const char *name, uint32_t mode, const char *data, uint32_t ino, uint32_t nlink)
{
	const struct newc_fields fields = { .mode = mode,
					    .size = (uint32_t)strlen(data),
					    .ino = ino,
					    .nlink = nlink,
					    .namesize = (uint32_t)strlen(name) + 1 };
	uint8_t header[NEWC_HEADER];

	newc_header(header, &fields);
	buffer_add(&bytes, header, sizeof(header));
	put_padded(name, strlen(name) + 1);
	put_padded(data, strlen(data));
}

static void put_number(const char *format, unsigned int number, uint32_t mode, const char *data,
		       uint32_t ino, uint32_t nlink)
{
	char name[64];

	snprintf(name, sizeof(name), format, number);
	put(name, mode, data, ino, nlink);
}

static void flat(unsigned int i, unsigned int count)
{
	put_number("d/%u", i, S_IFREG | 0644, "x", 0, 1);
}

static void names(unsigned int i, unsigned int count)
{
	put_number("d/%u", i, S_IFREG | 0644, i ? "" : "x", 1, count);
}

static void pairs(unsigned int i, unsigned int count)
{
	put_number("d/%u", i, S_IFREG | 0644, "x", 1 + i % (count / 2), 2);
}

static void links(unsigned int i, unsigned int count)
{
	put_number("l%u", i / 2, S_IFLNK | 0777, "d", 0, 1);
	put_number("l0/%u", i, S_IFREG | 0644, "x", 0, 1);
}

static void scripts(unsigned int i, unsigned int count)
{
	put_number("d/%u", i, S_IFREG | 0755, "#!/last\n", 0, 1);
}

static void chains(unsigned int i, unsigned int count)
{
	char before[32];

	snprintf(before, sizeof(before), i ? "/c%u" : "/last", i - 1);
	put_number("c%u", i, S_IFLNK | 0777, before, 0, 1);
}

static void folders(unsigned int i, unsigned int count)
{
	put_number("d/%u", i, S_IFDIR | 0755, "", 0, 1);
	put_number("d/%u/f", i, S_IFREG | 0644, "x", 0, 1);
}

static void kinds(unsigned int i, unsigned int count)
{
	static const uint32_t all[] = { S_IFDIR, S_IFREG, S_IFIFO, S_IFLNK };
	uint32_t kind = all[i / 7 % 4];

	put_number("d/%u", i % 7, kind | 0755, kind == S_IFLNK ? "x" : "", 0, 1);
}

/* As many segments as entries: an archive of one, then zero bytes. */
static void segments(unsigned int i, unsigned int count)
{
	put_number("%u", i, S_IFREG | 0644, "x", 0, 1);
	put(NEWC_TRAILER, 0, "", 0, 1);
}

static const struct shape {
	const char *name;
	void (*put)(unsigned int i, unsigned int count);
} shapes[] = {
	{ "flat", flat },	{ "names", names },	{ "pairs", pairs },
	{ "links", links },	{ "scripts", scripts }, { "chains", chains },
	{ "folders", folders }, { "kinds", kinds },	{ "segments", segments },
};

/* An open file with the image in it. */
static int make_image(const struct shape *shape, unsigned int count)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	bytes.len = 0;
	put("d", S_IFDIR | 0755, "", 0, 1);
	for (unsigned int i = 0; i < count; i++)
		shape->put(i, count);
	put("last", S_IFREG | 0755, "x", 0, 1);
	put(NEWC_TRAILER, 0, "", 0, 1);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	return fd;
}

/* --- what is done with them --- */

static FILE *null;

static char *nowhere(const struct archive *archive, size_t index, void *context)
{
	return xstrdup("x");
}

static void list(const struct archive *archive)
{
	const struct listing_style style = { .segments = true, .locate = nowhere };

	assert_int_equal(listing_print(archive, &style, null), 0);
}

static void list_long(const struct archive *archive)
{
	listing_long(archive, null);
}

static void draw(const struct archive *archive)
{
	treemap_write(archive, null);
}

static void relate(const struct archive *archive)
{
	const struct archive_entry *last = archive_find(archive, "/last");
	struct relations relations;
	size_t count, *way;

	relations_read(archive, &relations);
	way = relations_way(&relations, archive->count, (size_t)(last - archive->entries), &count);
	free(way);
	relations_free(&relations);
}

static void settle(const struct archive *archive)
{
	const struct kernel_watch watch = { 0 };
	struct kernel_tree *tree = kernel_tree_new(archive, &watch);
	struct archive *left = kernel_tree_archive(tree);

	archive_close(left);
	kernel_tree_free(tree);
}

static void nothing(const struct archive *archive)
{
}

static const struct action {
	const char *name;
	void (*act)(const struct archive *archive);
} actions[] = {
	{ "open", nothing }, { "list", list },	    { "list --long", list_long },
	{ "treemap", draw }, { "explain", relate }, { "the kernel's tree", settle },
};

static double count_action(const struct action *action, const struct shape *shape,
			   unsigned int count)
{
	int fd = make_image(shape, count);
	struct archive *archive;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	steps = 0;
	archive = archive_open(path);
	assert_non_null(archive);
	action->act(archive);
	archive_close(archive);
	close(fd);
	return (double)steps;
}

static void judge(const char *what, const char *shape, double few, double many)
{
	double grown = MANY * log(MANY) / (FEW * log(FEW));

	assert_true(few > FEW); /* the calls are there */
	if (many / few <= grown * BEYOND)
		return;
	print_message("# %s of %s: %.0f steps for %u, %.0f for %u\n", what, shape, few, FEW, many,
		      MANY);
	fail();
}

static void reading_is_n_log_n(void **state)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		for (size_t k = 0; k < sizeof(actions) / sizeof(actions[0]); k++)
			judge(actions[k].name, shapes[i].name,
			      count_action(&actions[k], &shapes[i], FEW),
			      count_action(&actions[k], &shapes[i], MANY));
}

static double count_stage(const struct shape *shape, unsigned int count)
{
	const struct tree_source source = { .dest = "/in", .owner = TREE_OWNER_KEEP };
	struct image *stage = image_new(), *image = image_new();
	int fd = make_image(shape, count);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	steps = 0;
	assert_int_equal(initramfs_add(stage, path, "test"), 0);
	assert_int_equal(merge_image(image, stage, &source, "test"), 0);
	image_free(stage);
	image_free(image);
	close(fd);
	return (double)steps;
}

static void an_image_in_an_image_is_n_log_n(void **state)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		judge("image", shapes[i].name, count_stage(&shapes[i], FEW),
		      count_stage(&shapes[i], MANY));
}

/* --- layers of a container --- */

static void put_member(const char *name, char type, const char *target)
{
	char head[512] = { 0 };
	unsigned int sum = 0;

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "0000755");
	snprintf(head + 108, 8, "0000000");
	snprintf(head + 116, 8, "0000000");
	snprintf(head + 124, 12, "00000000000");
	snprintf(head + 136, 12, "00000000000");
	head[156] = type;
	snprintf(head + 157, 100, "%s", target);
	memcpy(head + 257,
	       "ustar\0"
	       "00",
	       8);
	memset(head + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (uint8_t)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buffer_add(&bytes, head, sizeof(head));
}

static void put_members(const char *format, unsigned int count, char type, const char *target)
{
	char name[64];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), format, i);
		put_member(name, type, target);
	}
}

static void whiteouts(unsigned int count, int layer)
{
	put_members(layer ? "d/.wh.%u" : "d/%u", count, '0', "");
}

static void opaque(unsigned int count, int layer)
{
	put_members(layer ? "%u/.wh..wh..opq" : "%u/f", count, '0', "");
}

/* One file of many names; then each name is a file of its own. */
static void parted(unsigned int count, int layer)
{
	if (!layer)
		put_member("0", '0', "");
	put_members("d/%u", count, layer ? '0' : '1', "0");
}

/* A folder with something in it becomes a file, and so on. */
static void changed(unsigned int count, int layer)
{
	put_members(layer ? "d/%u" : "d/%u/f", count, '0', "");
}

static double count_layers(void (*put_layer)(unsigned int count, int layer), unsigned int count)
{
	struct image *stage = image_new();

	steps = 0;
	for (int layer = 0; layer < 2; layer++) {
		struct blob blob = { .name = "layer" };

		bytes.len = 0;
		put_layer(count, layer);
		buffer_add(&bytes, (char[1024]){ 0 }, 1024);
		blob.fd = memfd_create("layer", MFD_CLOEXEC);
		blob.size = bytes.len;
		assert_int_equal(write(blob.fd, bytes.data, bytes.len), bytes.len);
		assert_int_equal(tar_add(stage, &blob, (unsigned int)layer + 1, "test"), 0);
		close(blob.fd);
	}
	image_free(stage);
	return (double)steps;
}

static void layers_are_n_log_n(void **state)
{
	judge("oci", "whiteouts", count_layers(whiteouts, FEW), count_layers(whiteouts, MANY));
	judge("oci", "opaque folders", count_layers(opaque, FEW), count_layers(opaque, MANY));
	judge("oci", "names that part", count_layers(parted, FEW), count_layers(parted, MANY));
	judge("oci", "folders that become files", count_layers(changed, FEW),
	      count_layers(changed, MANY));
}

/* That the count sees what it is for. */
static void a_loop_over_all_for_each_is_seen(void **state)
{
	double found[2];

	for (int i = 0; i < 2; i++) {
		unsigned int count = i ? MANY : FEW;
		struct image *stage = image_new();

		bytes.len = 0;
		steps = 0;
		for (unsigned int k = 0; k < count / 10; k++) {
			char name[32];
			size_t all;

			snprintf(name, sizeof(name), "/%u", k);
			image_add_dir(stage, name, 0755, "test");
			free(image_sorted(stage, &all));
		}
		found[i] = (double)steps;
		image_free(stage);
	}
	assert_true(found[1] / found[0] > 50);
}

static int open_null(void **state)
{
	null = fopen("/dev/null", "w");
	dup2(fileno(null), 2); /* lost entries are told in thousands */
	return null ? 0 : -1;
}

static int close_null(void **state)
{
	buffer_free(&bytes);
	return fclose(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_over_all_for_each_is_seen),
		cmocka_unit_test(reading_is_n_log_n),
		cmocka_unit_test(an_image_in_an_image_is_n_log_n),
		cmocka_unit_test(layers_are_n_log_n),
	};

	return cmocka_run_group_tests(tests, open_null, close_null);
}
