// SPDX-License-Identifier: MIT
/* finding.c - describe a probe's finding as text. */
#include "init/pure/finding.h"

#include <errno.h>
#include <string.h>

#include "init/pure/format.h"

#define NOTHING "\0"
#define FILE_SYSTEM "\1"
#define MEMBER "\2"
#define SWAP "\3"
#define TABLE "\4"

/* The use, of enum use; then the type and the title, or of a file system the type, which is its
 * title, types to try, the module (these are empty where they are the type), and its symbol. One
 * pointer for all of them: five were 2 KB. */
static const char *const formats[FORMAT_COUNT] = {
	[FORMAT_NONE] = NOTHING "\0nothing known",
	[FORMAT_MD] = MEMBER "linux_raid_member\0RAID member",
	[FORMAT_DDF] = MEMBER "ddf_raid_member\0DDF RAID",
	[FORMAT_DRBD] = MEMBER "drbd\0DRBD member",
	[FORMAT_INTEL] = MEMBER "isw_raid_member\0Intel RAID",
	[FORMAT_LSI] = MEMBER "lsi_mega_raid_member\0LSI RAID",
	[FORMAT_VIA] = MEMBER "via_raid_member\0VIA RAID",
	[FORMAT_SILICON] = MEMBER "silicon_medley_raid_member\0Silicon Image RAID",
	[FORMAT_NVIDIA] = MEMBER "nvidia_raid_member\0NVIDIA RAID",
	[FORMAT_PROMISE] = MEMBER "promise_fasttrack_raid_member\0Promise RAID",
	[FORMAT_HPT45X] = MEMBER "hpt45x_raid_member\0HighPoint RAID",
	[FORMAT_HPT37X] = MEMBER "hpt37x_raid_member\0HighPoint RAID",
	[FORMAT_ADAPTEC] = MEMBER "adaptec_raid_member\0Adaptec RAID",
	[FORMAT_JMICRON] = MEMBER "jmicron_raid_member\0JMicron RAID",
	[FORMAT_LVM2] = MEMBER "LVM2_member\0LVM2 member",
	[FORMAT_LUKS1] = MEMBER "crypto_LUKS\0LUKS1",
	[FORMAT_LUKS2] = MEMBER "crypto_LUKS\0LUKS2",
	[FORMAT_BITLOCKER] = MEMBER "BitLocker\0BitLocker",
	[FORMAT_VERITY] = MEMBER "DM_verity_hash\0dm-verity hashes",
	[FORMAT_VDO] = MEMBER "vdo\0VDO volume",
	[FORMAT_BCACHE] = MEMBER "bcache\0bcache",
	[FORMAT_BCACHEFS_OF_MORE] = MEMBER "bcachefs\0member of a bcachefs",
	[FORMAT_ZFS] = MEMBER "zfs_member\0ZFS member",
	[FORMAT_JBD] = MEMBER "jbd\0journal of ext4",
	[FORMAT_EXT2] = FILE_SYSTEM "ext2\0ext2,ext4\0ext4\0EXT4_FS",
	[FORMAT_EXT3] = FILE_SYSTEM "ext3\0ext3,ext4\0ext4\0EXT4_FS",
	[FORMAT_EXT4] = FILE_SYSTEM "ext4\0\0\0EXT4_FS",
	[FORMAT_XFS] = FILE_SYSTEM "xfs\0\0\0XFS_FS",
	[FORMAT_BTRFS] = FILE_SYSTEM "btrfs\0\0\0BTRFS_FS",
	[FORMAT_F2FS] = FILE_SYSTEM "f2fs\0\0\0F2FS_FS",
	[FORMAT_BCACHEFS] = FILE_SYSTEM "bcachefs\0\0\0BCACHEFS_FS",
	[FORMAT_JFS] = FILE_SYSTEM "jfs\0\0\0JFS_FS",
	[FORMAT_NILFS2] = FILE_SYSTEM "nilfs2\0\0\0NILFS2_FS",
	[FORMAT_REISERFS] = FILE_SYSTEM "reiserfs\0\0\0REISERFS_FS",
	[FORMAT_OCFS2] = FILE_SYSTEM "ocfs2\0\0\0OCFS2_FS",
	[FORMAT_GFS2] = FILE_SYSTEM "gfs2\0\0\0GFS2_FS",
	[FORMAT_MINIX] = FILE_SYSTEM "minix\0\0\0MINIX_FS",
	[FORMAT_ROMFS] = FILE_SYSTEM "romfs\0\0\0ROMFS_FS",
	[FORMAT_CRAMFS] = FILE_SYSTEM "cramfs\0\0\0CRAMFS",
	[FORMAT_SQUASHFS] = FILE_SYSTEM "squashfs\0\0\0SQUASHFS",
	[FORMAT_EROFS] = FILE_SYSTEM "erofs\0\0\0EROFS_FS",
	[FORMAT_EXFAT] = FILE_SYSTEM "exfat\0\0\0EXFAT_FS",
	[FORMAT_NTFS] = FILE_SYSTEM "ntfs\0ntfs3,ntfs\0ntfs3\0NTFS3_FS",
	[FORMAT_VFAT] = FILE_SYSTEM "vfat\0\0\0VFAT_FS",
	[FORMAT_UDF] = FILE_SYSTEM "udf\0\0\0UDF_FS",
	[FORMAT_ISO9660] = FILE_SYSTEM "iso9660\0\0isofs\0ISO9660_FS",
	[FORMAT_SWAP] = SWAP "swap\0swap",
	[FORMAT_HIBERNATION] = SWAP "swsuspend\0hibernation image",
	[FORMAT_GPT] = TABLE "gpt\0GPT",
	[FORMAT_MBR] = TABLE "dos\0MBR",
};

static const char *const damages[DAMAGE_COUNT] = {
	[DAMAGE_NONE] = "",
	[DAMAGE_CHECKSUM] = "superblock checksum",
	[DAMAGE_FIELDS] = "senseless superblock",
	[DAMAGE_SIZE] = "larger than its device",
};

static const char *next_text(const char *text)
{
	return text + strlen(text) + 1;
}

struct format_info format_info(unsigned int format)
{
	const char *row = formats[format < FORMAT_COUNT ? format : FORMAT_NONE];
	struct format_info info = { .use = (enum use)row[0], .type = row + 1 };

	info.title = info.use == USE_FILE_SYSTEM ? info.type : next_text(info.type);
	if (info.use != USE_FILE_SYSTEM)
		return info;
	info.mount_as = next_text(info.type);
	info.module = next_text(info.mount_as);
	info.symbol = next_text(info.module);
	info.mount_as = *info.mount_as ? info.mount_as : info.type;
	info.module = *info.module ? info.module : info.type;
	return info;
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
	const char *title = format_info(finding->format).title;

	switch (finding->found) {
	case FOUND_DAMAGED:
		format_text(text, size, "damaged %s (%s)", title, damages[finding->damage]);
		break;
	case FOUND_SEVERAL:
		format_text(text, size, "both %s and %s", title, format_info(finding->other).title);
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
		add(text, size, format_info(finding->format).use == USE_TABLE ? "PTUUID" : "UUID",
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
