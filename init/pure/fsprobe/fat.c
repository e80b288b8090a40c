// SPDX-License-Identifier: MIT
/* fat.c - FAT12, FAT16 and FAT32. Source: Microsoft's FAT specification, 1.03. */
#include "init/pure/fsprobe/chain.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define BOOT_SIZE 512
#define ENTRY_SIZE 32
#define SCANNED_MAX 16384 /* bytes of the root directory that are read, of FAT12 and FAT16 */
#define LABEL_LEN 11
#define ATTR_LABEL 0x08
#define ATTR_DIRECTORY 0x10
#define ATTR_LONG 0x0f /* part of a long name */
#define DELETED 0xe5
#define LETTER_E5 0x05 /* stands for the letter 0xe5 at the beginning */

struct fat {
	uint32_t sector, cluster; /* bytes of one */
	uint64_t fats_at, root_at, data_at; /* bytes from the start */
	uint64_t clusters;
	uint32_t root_cluster; /* FAT32 */
	uint32_t root_bytes; /* the others */
	int is_32; /* as Linux has it: by the size of its table, however few clusters there are */
};

static int is_power_of_two(uint32_t number)
{
	return number && !(number & (number - 1));
}

/* A boot sector has no magic: all of its numbers have to be plausible. */
static int is_plausible(const uint8_t *boot)
{
	return (boot[0] == 0xeb || boot[0] == 0xe9) && boot[510] == 0x55 && boot[511] == 0xaa &&
	       is_power_of_two(le16(boot + 11)) && le16(boot + 11) >= 512 &&
	       le16(boot + 11) <= 4096 && is_power_of_two(boot[13]) && le16(boot + 14) &&
	       (boot[16] == 1 || boot[16] == 2) && (boot[21] == 0xf0 || boot[21] >= 0xf8) &&
	       (le16(boot + 22) || le32(boot + 36)) && (le16(boot + 19) || le32(boot + 32));
}

static int read_numbers(const uint8_t *boot, struct fat *fat)
{
	uint32_t fat_sectors = le16(boot + 22) ? le16(boot + 22) : le32(boot + 36);
	uint64_t total = le16(boot + 19) ? le16(boot + 19) : le32(boot + 32);

	fat->sector = le16(boot + 11);
	fat->cluster = fat->sector * boot[13];
	fat->is_32 = le16(boot + 22) == 0;
	fat->root_cluster = le32(boot + 44);
	fat->root_bytes = (uint32_t)le16(boot + 17) * ENTRY_SIZE;
	fat->fats_at = (uint64_t)le16(boot + 14) * fat->sector;
	fat->root_at = fat->fats_at + (uint64_t)boot[16] * fat_sectors * fat->sector;
	fat->data_at =
		fat->root_at + (fat->root_bytes + fat->sector - 1) / fat->sector * fat->sector;
	if (fat->data_at > total * fat->sector)
		return 0;
	fat->clusters = (total * fat->sector - fat->data_at) / fat->cluster;
	return 1;
}

static int is_label(const uint8_t *entry)
{
	return entry[0] != DELETED && (entry[11] & ATTR_LONG) != ATTR_LONG &&
	       (entry[11] & (ATTR_LABEL | ATTR_DIRECTORY)) == ATTR_LABEL && !le16(entry + 20) &&
	       !le16(entry + 26);
}

static const uint8_t *find_label(struct view *view, const struct fat *fat)
{
	struct chain chain = { .table_at = fat->fats_at,
			       .heap_at = fat->data_at,
			       .size = fat->cluster,
			       .cluster = fat->root_cluster };
	const uint8_t *entry;

	if (!fat->is_32) { /* its directory is separate, like a cluster */
		chain.heap_at = fat->root_at;
		chain.size = fat->root_bytes < SCANNED_MAX ? fat->root_bytes : SCANNED_MAX;
		chain.cluster = chain.size ? 2 : 0;
		chain.table_at = UINT64_MAX / 2;
	}
	while ((entry = chain_next(view, &chain)) && !is_label(entry))
		;
	return entry;
}

/* The label that counts is an entry of the root directory, or else the boot sector's, which may be
 * an old one. */
static void read_label(struct view *view, const struct fat *fat, const uint8_t *boot,
		       struct finding *finding)
{
	static const uint8_t no_name[] = "NO NAME    ";
	const uint8_t *label = find_label(view, fat);

	if (!label) {
		label = boot + (fat->is_32 ? 71 : 43);
		if (!memcmp(label, no_name, LABEL_LEN))
			return;
	}
	text_label(finding->label, sizeof(finding->label), (struct span){ label, LABEL_LEN });
	if (finding->label[0] == LETTER_E5)
		finding->label[0] = (char)DELETED;
}

static void read_serial(const uint8_t *serial, struct finding *finding)
{
	static const uint8_t hyphens[] = { 2, 0 };
	uint8_t turned[4] = { serial[3], serial[2], serial[1], serial[0] };

	if (le32(serial))
		text_hex(finding->uuid, sizeof(finding->uuid), (struct span){ turned, 4 }, hyphens);
	text_upper(finding->uuid);
}

void probe_vfat(struct view *view, struct finding *finding)
{
	struct span boot = view_cut(view, 0, BOOT_SIZE);
	struct fat fat;

	if (!boot.data || !is_plausible(boot.data) || !memcmp(boot.data + 3, "NTFS    ", 8) ||
	    !memcmp(boot.data + 3, "-FVE-FS-", 8) || !read_numbers(boot.data, &fat))
		return;
	finding->format = FORMAT_VFAT;
	if (fat.is_32 && (fat.root_cluster < 2 || fat.root_cluster - 2 >= fat.clusters))
		finding->damage = DAMAGE_FIELDS;
	else /* a volume that is larger than its device is no damaged one: Linux mounts it */
		read_label(view, &fat, boot.data, finding);
	read_serial(boot.data + (fat.is_32 ? 67 : 39), finding);
}
