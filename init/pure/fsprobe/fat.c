/* fat.c - FAT12, FAT16 and FAT32. Source: Microsoft's FAT specification, 1.03. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/text.h"

#define BOOT_SIZE 512
#define ENTRY_SIZE 32
#define FAT16_LEAST 4085 /* clusters; with fewer it is FAT12 */
#define FAT32_LEAST 65525
#define SCANNED_MAX 16384 /* bytes of the root directory that are looked at */
#define ATTR_LABEL 0x08
#define ATTR_LONG 0x0f /* part of a long name */

struct fat {
	uint32_t sector, cluster; /* bytes of one */
	uint64_t fats_at, root_at, data_at; /* bytes from the start */
	uint64_t clusters, total; /* sectors */
	uint32_t root_cluster; /* FAT32 */
	uint32_t root_bytes; /* the others */
};

static int is_power_of_two(uint32_t number)
{
	return number && !(number & (number - 1));
}

/* A boot sector has no magic of its own: all of its numbers have to be plausible. */
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

	fat->sector = le16(boot + 11);
	fat->cluster = fat->sector * boot[13];
	fat->total = le16(boot + 19) ? le16(boot + 19) : le32(boot + 32);
	fat->root_bytes = (uint32_t)le16(boot + 17) * ENTRY_SIZE;
	fat->fats_at = (uint64_t)le16(boot + 14) * fat->sector;
	fat->root_at = fat->fats_at + (uint64_t)boot[16] * fat_sectors * fat->sector;
	fat->data_at =
		fat->root_at + (fat->root_bytes + fat->sector - 1) / fat->sector * fat->sector;
	if (fat->data_at > fat->total * fat->sector)
		return 0;
	fat->clusters = (fat->total * fat->sector - fat->data_at) / fat->cluster;
	return 1;
}

/* The label that counts is an entry of the root directory; of FAT32's only the first cluster is
 * looked at, where mkfs puts it. */
static void read_label(struct view *view, const struct fat *fat, struct finding *finding)
{
	uint64_t at = fat->root_at;
	size_t len = fat->root_bytes;
	struct span root;

	if (fat->clusters >= FAT32_LEAST) {
		at = fat->data_at + (uint64_t)(fat->root_cluster - 2) * fat->cluster;
		len = fat->cluster;
	}
	root = view_cut(view, at, len < SCANNED_MAX ? len : SCANNED_MAX);
	for (size_t i = 0; i + ENTRY_SIZE <= root.len && root.data[i]; i += ENTRY_SIZE) {
		const uint8_t *entry = root.data + i;

		if (entry[0] == 0xe5 || (entry[11] & ATTR_LONG) == ATTR_LONG ||
		    !(entry[11] & ATTR_LABEL))
			continue;
		text_label(finding->label, sizeof(finding->label), (struct span){ entry, 11 });
		return;
	}
}

static void read_serial(const uint8_t *serial, struct finding *finding)
{
	static const uint8_t hyphens[] = { 2, 0 };
	uint8_t turned[4] = { serial[3], serial[2], serial[1], serial[0] };

	text_hex(finding->uuid, sizeof(finding->uuid), (struct span){ turned, 4 }, hyphens);
	text_upper(finding->uuid);
}

void probe_vfat(struct view *view, struct finding *finding)
{
	struct span boot = view_cut(view, 0, BOOT_SIZE);
	struct fat fat;
	int is_32;

	if (!boot.data || !is_plausible(boot.data) || !memcmp(boot.data + 3, "NTFS    ", 8) ||
	    !memcmp(boot.data + 3, "-FVE-FS-", 8) || !read_numbers(boot.data, &fat))
		return;
	is_32 = fat.clusters >= FAT32_LEAST;
	fat.root_cluster = le32(boot.data + 44);
	finding->format = FORMAT_VFAT;
	if (is_32 && (fat.root_cluster < 2 || fat.root_cluster - 2 >= fat.clusters))
		finding->damage = DAMAGE_FIELDS;
	else if (fat.total > view->size / fat.sector)
		finding->damage = DAMAGE_SIZE;
	else
		read_label(view, &fat, finding);
	if (boot.data[is_32 ? 66 : 38] == 0x29 || boot.data[is_32 ? 66 : 38] == 0x28)
		read_serial(boot.data + (is_32 ? 67 : 39), finding);
}
