/* SPDX-License-Identifier: MIT */
/* finding.h - a probe's finding: one record of fixed size. */
#ifndef RDINIT_PURE_FINDING_H
#define RDINIT_PURE_FINDING_H

#include <stddef.h>
#include <stdint.h>

#define FINDING_UUID_MAX 40 /* bytes with the NUL; LVM2's have 38 characters */
#define FINDING_LABEL_MAX 256 /* bytes; btrfs allows 255. A longer one counts as none */
#define PARTITION_LABEL_MAX 112 /* bytes: GPT's 36 characters of up to three each */

enum found {
	FOUND_NOTHING,
	FOUND_ONE,
	FOUND_DAMAGED,
	FOUND_SEVERAL,
	FOUND_UNREADABLE,
	FOUND_COUNT
};

/* Why something is called damaged. */
enum damage { DAMAGE_NONE, DAMAGE_CHECKSUM, DAMAGE_FIELDS, DAMAGE_SIZE, DAMAGE_COUNT };

/* Rows of layers.def are ranges of these: a number between two belongs to the row of both. */
enum format {
	FORMAT_NONE,
	FORMAT_MD,
	FORMAT_DDF,
	FORMAT_DRBD,
	FORMAT_INTEL,
	FORMAT_LSI,
	FORMAT_VIA,
	FORMAT_SILICON,
	FORMAT_NVIDIA,
	FORMAT_PROMISE,
	FORMAT_HPT45X,
	FORMAT_HPT37X,
	FORMAT_ADAPTEC,
	FORMAT_JMICRON,
	FORMAT_LVM2,
	FORMAT_LUKS1,
	FORMAT_LUKS2,
	FORMAT_BITLOCKER,
	FORMAT_VERITY,
	FORMAT_VDO,
	FORMAT_BCACHE,
	FORMAT_BCACHEFS_OF_MORE, /* one device of several */
	FORMAT_ZFS,
	FORMAT_JBD,
	FORMAT_EXT2,
	FORMAT_EXT3,
	FORMAT_EXT4,
	FORMAT_XFS,
	FORMAT_BTRFS,
	FORMAT_F2FS,
	FORMAT_BCACHEFS,
	FORMAT_JFS,
	FORMAT_NILFS2,
	FORMAT_REISERFS,
	FORMAT_OCFS2,
	FORMAT_GFS2,
	FORMAT_MINIX,
	FORMAT_ROMFS,
	FORMAT_CRAMFS,
	FORMAT_SQUASHFS,
	FORMAT_EROFS,
	FORMAT_EXFAT,
	FORMAT_NTFS,
	FORMAT_VFAT,
	FORMAT_UDF,
	FORMAT_ISO9660,
	FORMAT_SWAP,
	FORMAT_HIBERNATION,
	FORMAT_GPT,
	FORMAT_MBR,
	FORMAT_COUNT
};

/* How a search for a root uses a format. */
enum use { USE_NOTHING, USE_FILE_SYSTEM, USE_MEMBER, USE_SWAP, USE_TABLE };

struct format_info {
	const char *type; /* as blkid(8) and mount(8) name it */
	const char *title; /* in messages */
	const char *mount_as; /* file systems: types to try, by commas */
	const char *module; /* the kernel's module; NULL: not a file system */
	const char *symbol; /* its symbol, without CONFIG_ */
	enum use use;
};

/* A number out of range is FORMAT_NONE's. */
struct format_info format_info(unsigned int format);

/*
 * Comes from a child that read foreign bytes: call finding_check() first. Text ends with a NUL; ""
 * means none. The fields of the partition come from the table of its disk.
 */
struct finding {
	uint8_t found; /* enum found */
	uint8_t format; /* enum format; found, or damaged */
	uint8_t other; /* enum format, with FOUND_SEVERAL: the second one */
	uint8_t damage; /* enum damage */
	uint8_t members; /* devices that make the file system together; 0 and 1: this one */
	uint8_t error; /* errno of the device, with FOUND_UNREADABLE */
	char uuid[FINDING_UUID_MAX];
	char label[FINDING_LABEL_MAX];
	char part_uuid[FINDING_UUID_MAX];
	char part_type[FINDING_UUID_MAX]; /* GPT: the type's GUID */
	char part_label[PARTITION_LABEL_MAX];
	uint64_t part_flags; /* GPT: attributes */
};

/* 0, or -EINVAL if a number is out of range or a text has no end. */
int finding_check(const struct finding *finding);

/* "ext4 UUID=... LABEL=...", "LUKS2 UUID=...", "damaged ext4 (superblock checksum)", "nothing
 * known". Truncated if it does not fit; control characters are written as "?". */
void finding_describe(const struct finding *finding, char *text, size_t size);

#endif
