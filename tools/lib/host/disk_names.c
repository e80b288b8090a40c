// SPDX-License-Identifier: MIT
/* disk_names.c - what is on a disk and in its partitions, by the probes of /init. */
#include "tools/lib/host/disk_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/fsprobe/fsprobe.h"
#include "init/pure/partitions.h"
#include "tools/lib/base/error.h"

#define SECTOR 512 /* bytes: the unit of sysfs */
#define PLACES_MAX 256 /* partitions: as many as the kernel has minor numbers for */
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

struct place {
	unsigned int number;
	uint64_t start, sectors;
};

/* Where partitions lie, which the kernel tells /init. How many. */
static size_t find_places(struct reader *reader, uint64_t size, struct place places[PLACES_MAX])
{
	struct view disk = { .size = size };
	enum partition_slot slot = PARTITION_UNUSED;
	size_t count = 0;

	reader->start = 0;
	for (unsigned int number = 1; slot != PARTITION_LAST && count < PLACES_MAX; number++) {
		struct place *place = &places[count];

		place->number = number;
		slot = partition_place(&disk, number, &place->start, &place->sectors);
		while (disk.want_len && !feed(reader, &disk))
			slot = partition_place(&disk, number, &place->start, &place->sectors);
		count += slot == PARTITION_USED;
	}
	return count;
}

static void look_at_partitions(struct disk_names *names, struct reader *reader, uint64_t size)
{
	struct place places[PLACES_MAX];
	size_t count = find_places(reader, size, places);

	for (size_t i = 0; i < count; i++)
		look(names, reader, size, places[i].number, places[i].start, places[i].sectors);
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

void disk_names_print(const struct disk_names *names, struct buffer *out)
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
