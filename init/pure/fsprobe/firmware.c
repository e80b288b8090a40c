// SPDX-License-Identifier: MIT
/* firmware.c - members of a RAID that firmware makes, and DRBD's: known by the last sectors of a
 * disk. Sources: dmraid's formats; SNIA, Common RAID Disk Data Format 2.0; DRBD, drbd_meta_data.h.
 */
#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define SECTOR 512
#define DISK_LEAST 65536 /* bytes; as blkid(8): a smaller device is not a member */
#define MIB_SECTORS 2048
#define SOFTWARE_COUNT 5 /* rows that hold for partitions, too */
#define NEAR_COUNT 4 /* places of Promise's that are read of every disk */
#define DDF_GUID 8
#define DRBD_9 0x6d /* the last byte of its magic */
#define JMICRON_VERSIONS 16 /* there were a few */
#define SILICON_SUMMED 320

/* The magic alone, but for three that are short or weak: is_right(). */
static const struct row {
	int16_t sector; /* below 0: from the end, -1 is the last one */
	uint16_t at; /* bytes */
	uint8_t format;
	uint8_t len;
	char magic[8];
} rows[] = {
	{ -1, 0, FORMAT_DDF, 4, "\xde\x11\xde\x11" },
	{ -257, 0, FORMAT_DDF, 4, "\xde\x11\xde\x11" },
	{ -1, 0, FORMAT_DDF, 4, "\x11\xde\x11\xde" },
	{ -257, 0, FORMAT_DDF, 4, "\x11\xde\x11\xde" },
	{ -8, 60, FORMAT_DRBD, 3, "\x83\x74\x02" },
	{ -2, 0, FORMAT_INTEL, 8, "Intel Ra" },
	{ -1, 0, FORMAT_LSI, 6, "$XIDE$" },
	{ -1, 0, FORMAT_VIA, 2, "\x55\xaa" },
	{ -1, 96, FORMAT_SILICON, 4, "\0\0\0\x2f" },
	{ -2, 0, FORMAT_NVIDIA, 6, "NVIDIA" },
	{ -11, 0, FORMAT_HPT45X, 4, "\xf3\x16\x78\x5a" },
	{ -11, 0, FORMAT_HPT45X, 4, "\xfd\x16\x78\x5a" },
	{ 9, 32, FORMAT_HPT37X, 4, "\xf0\x16\x78\x5a" },
	{ 9, 32, FORMAT_HPT37X, 4, "\xfd\x16\x78\x5a" },
	{ -1, 0, FORMAT_ADAPTEC, 4, "\x37\xfc\x4d\x1e" },
	{ -1, 0, FORMAT_JMICRON, 2, "JM" },
};

/* The sum itself is one of the words. */
static int is_right_silicon(const uint8_t *data)
{
	unsigned int sum = 0;

	for (int i = 0; i < SILICON_SUMMED; i += 2)
		sum += le16(data + i);
	return data[278] < 8 && (sum & 0xffff) == 0; /* 278: the number of the disk */
}

static int is_right_via(const uint8_t *data)
{
	uint8_t sum = 0;

	for (int i = 0; i < 50; i++)
		sum = (uint8_t)(sum + data[i]);
	return data[2] <= 2 && sum == data[50];
}

static int is_right(unsigned int format, const uint8_t *data)
{
	switch (format) {
	case FORMAT_DRBD: /* 8.0 to 8.4, one that is not clean, and 9 */
		return data[63] >= 0x6b && data[63] <= DRBD_9;
	case FORMAT_VIA:
		return is_right_via(data);
	case FORMAT_SILICON:
		return is_right_silicon(data);
	case FORMAT_JMICRON: /* blkid(8) asks for less, but two letters alone may be anything */
		return data[2] < JMICRON_VERSIONS && data[3] < JMICRON_VERSIONS;
	default:
		return 1;
	}
}

static void read_uuid(const uint8_t *data, struct finding *finding)
{
	static const uint8_t no_hyphens[] = { 0 };
	size_t zeros;

	if (finding->format == FORMAT_DDF)
		text_label(finding->uuid, sizeof(finding->uuid),
			   (struct span){ data + DDF_GUID, 24 });
	if (finding->format != FORMAT_DRBD)
		return;
	text_hex(finding->uuid, sizeof(finding->uuid),
		 (struct span){ data + (data[63] == DRBD_9 ? 48 : 40), 8 }, no_hyphens);
	zeros = strspn(finding->uuid, "0"); /* it is a number, and 0 is none */
	memmove(finding->uuid, finding->uuid + zeros, 17 - zeros);
}

/* Where a row's magic is at this sector; below 0 they are counted from the end. */
static int is_at(struct view *view, const struct row *row, int sector, struct finding *finding)
{
	uint64_t from = sector < 0 ? view->size / SECTOR : 0;
	struct span found = view_cut(view, (from + (uint64_t)(int64_t)sector) * SECTOR, SECTOR);

	if (!found.data || memcmp(found.data + row->at, row->magic, row->len) ||
	    !is_right(row->format, found.data))
		return 0;
	finding->format = row->format;
	read_uuid(found.data, finding);
	return 1;
}

/*
 * Where Promise's is depends on how a disk counts its cylinders. The far ones cost a read each,
 * which disks of a whole number of MiB are spared: those of virtual machines have one, and by the
 * industry's formula for sizes (IDEMA LBA1-03) no disk that is sold.
 */
static int is_promise(struct view *view, struct finding *finding)
{
	static const struct row row = { 0, 0, FORMAT_PROMISE, 8, "Promise " };
	static const int16_t sectors[] = { -63,	 -16,  -255, -256, -399, -591, -675,
					   -735, -911, -951, -974, -991, -3087 };
	size_t count = view->size / SECTOR % MIB_SECTORS ? COUNT(sectors) : NEAR_COUNT;

	for (size_t i = 0; i < count; i++)
		if (is_at(view, &row, sectors[i], finding))
			return 1;
	return 0;
}

/* Firmware knows only whole disks: the same bytes at the end of a partition are ignored. DDF and
 * DRBD are also made by software: they come first. */
void probe_firmware(struct view *view, struct finding *finding)
{
	size_t count = view->is_part ? SOFTWARE_COUNT : COUNT(rows);

	if (view->size < DISK_LEAST)
		return;
	for (size_t i = 0; i < count; i++)
		if (is_at(view, &rows[i], rows[i].sector, finding))
			return;
	if (!view->is_part)
		is_promise(view, finding);
}
