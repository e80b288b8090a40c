/* finding.c - what a probe found on a block device, in words. */
#include "init/pure/finding.h"

#include <errno.h>
#include <string.h>

#include "init/pure/format.h"

static const struct format_info formats[FORMAT_COUNT] = {
	[FORMAT_NONE] = { "", "nothing known", NULL, NULL, NULL, USE_NOTHING },
	[FORMAT_MD] = { "linux_raid_member", "RAID member", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_LVM2] = { "LVM2_member", "LVM2 member", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_LUKS1] = { "crypto_LUKS", "LUKS1", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_LUKS2] = { "crypto_LUKS", "LUKS2", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_BITLOCKER] = { "BitLocker", "BitLocker", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_VERITY] = { "DM_verity_hash", "dm-verity hashes", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_BCACHE] = { "bcache", "bcache", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_ZFS] = { "zfs_member", "ZFS member", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_JBD] = { "jbd", "journal of ext4", NULL, NULL, NULL, USE_MEMBER },
	[FORMAT_EXT2] = { "ext2", "ext2", "ext2,ext4", "ext4", "EXT4_FS", USE_FILE_SYSTEM },
	[FORMAT_EXT3] = { "ext3", "ext3", "ext3,ext4", "ext4", "EXT4_FS", USE_FILE_SYSTEM },
	[FORMAT_EXT4] = { "ext4", "ext4", "ext4", "ext4", "EXT4_FS", USE_FILE_SYSTEM },
	[FORMAT_XFS] = { "xfs", "xfs", "xfs", "xfs", "XFS_FS", USE_FILE_SYSTEM },
	[FORMAT_BTRFS] = { "btrfs", "btrfs", "btrfs", "btrfs", "BTRFS_FS", USE_FILE_SYSTEM },
	[FORMAT_F2FS] = { "f2fs", "f2fs", "f2fs", "f2fs", "F2FS_FS", USE_FILE_SYSTEM },
	[FORMAT_SQUASHFS] = { "squashfs", "squashfs", "squashfs", "squashfs", "SQUASHFS",
			      USE_FILE_SYSTEM },
	[FORMAT_EROFS] = { "erofs", "erofs", "erofs", "erofs", "EROFS_FS", USE_FILE_SYSTEM },
	[FORMAT_EXFAT] = { "exfat", "exfat", "exfat", "exfat", "EXFAT_FS", USE_FILE_SYSTEM },
	[FORMAT_NTFS] = { "ntfs", "ntfs", "ntfs3,ntfs", "ntfs3", "NTFS3_FS", USE_FILE_SYSTEM },
	[FORMAT_VFAT] = { "vfat", "vfat", "vfat", "vfat", "VFAT_FS", USE_FILE_SYSTEM },
	[FORMAT_UDF] = { "udf", "udf", "udf", "udf", "UDF_FS", USE_FILE_SYSTEM },
	[FORMAT_ISO9660] = { "iso9660", "iso9660", "iso9660", "isofs", "ISO9660_FS",
			     USE_FILE_SYSTEM },
	[FORMAT_SWAP] = { "swap", "swap", NULL, NULL, NULL, USE_SWAP },
	[FORMAT_HIBERNATION] = { "swsuspend", "hibernation image", NULL, NULL, NULL, USE_SWAP },
	[FORMAT_GPT] = { "gpt", "GPT", NULL, NULL, NULL, USE_TABLE },
	[FORMAT_MBR] = { "dos", "MBR", NULL, NULL, NULL, USE_TABLE },
};

static const char *const damages[DAMAGE_COUNT] = {
	[DAMAGE_NONE] = "",
	[DAMAGE_CHECKSUM] = "superblock checksum",
	[DAMAGE_FIELDS] = "senseless superblock",
	[DAMAGE_SIZE] = "larger than its device",
};

const struct format_info *format_info(unsigned int format)
{
	return &formats[format < FORMAT_COUNT ? format : FORMAT_NONE];
}

static int is_ended(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

int finding_check(const struct finding *finding)
{
	int is_sound = finding->found < FOUND_COUNT && finding->format < FORMAT_COUNT &&
		       finding->other < FORMAT_COUNT && finding->damage < DAMAGE_COUNT &&
		       is_ended(finding->uuid, sizeof(finding->uuid)) &&
		       is_ended(finding->label, sizeof(finding->label)) &&
		       is_ended(finding->part_uuid, sizeof(finding->part_uuid)) &&
		       is_ended(finding->part_type, sizeof(finding->part_type)) &&
		       is_ended(finding->part_label, sizeof(finding->part_label));

	return is_sound ? 0 : -EINVAL;
}

static void describe_what(const struct finding *finding, char *text, size_t size)
{
	const char *title = format_info(finding->format)->title;

	switch (finding->found) {
	case FOUND_DAMAGED:
		format_text(text, size, "damaged %s (%s)", title, damages[finding->damage]);
		break;
	case FOUND_SEVERAL:
		format_text(text, size, "both %s and %s", title,
			    format_info(finding->other)->title);
		break;
	case FOUND_UNREADABLE:
		format_text(text, size, "cannot be read");
		break;
	default:
		format_text(text, size, "%s", title);
	}
}

static void add(char *text, size_t size, const char *name, const char *value)
{
	size_t used = strlen(text);

	if (*value)
		format_text(text + used, size - used, " %s=%s", name, value);
}

/* Labels are foreign bytes: nothing of them may reach a terminal as a command. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void finding_describe(const struct finding *finding, char *text, size_t size)
{
	describe_what(finding, text, size);
	if (finding->found == FOUND_ONE || finding->found == FOUND_DAMAGED) {
		add(text, size, format_info(finding->format)->use == USE_TABLE ? "PTUUID" : "UUID",
		    finding->uuid);
		add(text, size, "LABEL", finding->label);
	}
	if (finding->members > 1) {
		size_t used = strlen(text);

		format_text(text + used, size - used, " (one of %d devices)", finding->members);
	}
	add(text, size, "PARTUUID", finding->part_uuid);
	add(text, size, "PARTLABEL", finding->part_label);
	make_printable(text);
}
