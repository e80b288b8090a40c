// SPDX-License-Identifier: MIT
/* disk_names.c - what is on a disk and in its partitions, by the probes of /init. */
#include "tools/lib/check/disk_names.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/fsprobe.h"
#include "init/pure/partitions.h"
#include "tools/lib/base/error.h"

#define SECTOR 512 /* bytes: libblkid's unit, and that of sysfs */
#define DESCRIPTION 300 /* bytes, as in /init */

/* The bytes that the probes want, in the device or in a piece of it. */
struct reader {
	int fd;
	uint64_t start; /* bytes */
	uint8_t *arena; /* room for all parts of a view */
};

/* Returns 0, or -1 if the view is full: nothing sound needs so much. Bytes that cannot be read are
 * missing. */
static int feed(const struct reader *reader, struct view *view)
{
	uint8_t *to = reader->arena + view->kept;
	ssize_t got;

	if (view->want_len > VIEW_PARTS * VIEW_PART_MAX - view->kept)
		return -1;
	got = pread(reader->fd, to, view->want_len, (off_t)(reader->start + view->want_offset));
	return view_add(view, (struct span){ to, got < 0 ? 0 : (size_t)got });
}

static struct finding *add_part(struct disk_names *names, unsigned int number, uint64_t start)
{
	names->parts = xreallocarray(names->parts, names->count + 1, sizeof(*names->parts));
	names->parts[names->count] = (struct disk_part){ .number = number, .start = start };
	return &names->parts[names->count++].finding;
}

static void look(struct disk_names *names, struct reader *reader, uint64_t disk_size,
		 unsigned int number, uint64_t start, uint64_t sectors)
{
	struct view view = { .size = number ? sectors * SECTOR : disk_size,
			     .is_part = number != 0 };
	struct view disk = { .size = disk_size };
	struct finding *finding = add_part(names, number, start * SECTOR);

	reader->start = start * SECTOR;
	while (!fsprobe(&view, finding))
		if (feed(reader, &view))
			break;
	reader->start = 0;
	while (number && !partition_find(&disk, number, start, finding))
		if (feed(reader, &disk))
			break;
}

/* Where partitions lie the kernel tells /init; here it is libblkid that knows the tables. */
static void look_at_partitions(struct disk_names *names, struct reader *reader, uint64_t size)
{
	blkid_probe probe = blkid_new_probe();
	blkid_partlist list = NULL;

	if (probe && !blkid_probe_set_device(probe, reader->fd, 0, (blkid_loff_t)size))
		list = blkid_probe_get_partitions(probe);
	for (int i = 0; list && i < blkid_partlist_numof_partitions(list); i++) {
		blkid_partition part = blkid_partlist_get_partition(list, i);

		if (!blkid_partition_is_extended(part))
			look(names, reader, size, (unsigned int)blkid_partition_get_partno(part),
			     (uint64_t)blkid_partition_get_start(part),
			     (uint64_t)blkid_partition_get_size(part));
	}
	if (probe)
		blkid_free_probe(probe);
}

int disk_names_read(const char *path, struct disk_names *names)
{
	struct reader reader = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
	struct stat info;
	off_t size = 0;
	int result = -1;

	*names = (struct disk_names){ .path = path };
	if (reader.fd < 0)
		return error_errno(errno, "%s", shown(path));
	/* The kind first: where a directory's end is, file systems answer each in its own way. */
	if (fstat(reader.fd, &info)) {
		error_errno(errno, "%s", shown(path));
	} else if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode)) {
		error("%s: neither the image of a disk nor a block device", shown(path));
	} else if ((size = lseek(reader.fd, 0, SEEK_END)) < 0) {
		error_errno(errno, "%s", shown(path));
	} else {
		reader.arena = xmalloc(VIEW_PARTS * VIEW_PART_MAX);
		look(names, &reader, (uint64_t)size, 0, 0, 0);
		if (format_info(names->parts[0].finding.format).use == USE_TABLE)
			look_at_partitions(names, &reader, (uint64_t)size);
		free(reader.arena);
		result = 0;
	}
	close(reader.fd);
	return result;
}

void disk_names_free(struct disk_names *names)
{
	free(names->parts);
	*names = (struct disk_names){ .path = NULL };
}

const struct disk_part *disk_names_part(const struct disk_names *names, unsigned int number)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->parts[i].number == number)
			return &names->parts[i];
	return NULL;
}

void disk_names_tell(const struct disk_names *names, struct buffer *out)
{
	/* Of a disk with partitions its own table is no news. */
	for (size_t i = names->count > 1; i < names->count; i++) {
		const struct disk_part *part = &names->parts[i];
		char text[DESCRIPTION];

		finding_describe(&part->finding, text, sizeof(text));
		if (part->number)
			buffer_printf(out, "%spartition %u, ", i > 1 ? "; " : "", part->number);
		buffer_text(out, text);
		if (*part->finding.part_uuid)
			buffer_printf(out, " PARTUUID=%s", part->finding.part_uuid);
		if (*part->finding.part_label)
			buffer_printf(out, " PARTLABEL=%s", shown(part->finding.part_label));
	}
}
