/* SPDX-License-Identifier: MIT */
/* rootspec.h - parse root= and compare it with a finding. */
#ifndef RDINIT_PURE_ROOTSPEC_H
#define RDINIT_PURE_ROOTSPEC_H

#include "init/pure/finding.h"

enum rootspec_kind {
	ROOTSPEC_PATH,
	ROOTSPEC_NUMBER,
	ROOTSPEC_UUID,
	ROOTSPEC_LABEL,
	ROOTSPEC_PARTUUID,
	ROOTSPEC_PARTLABEL,
	ROOTSPEC_WWID, /* the identifier of the disk's maker or the hypervisor */
	ROOTSPEC_ID, /* the same as udev's link in /dev/disk/by-id has it */
	ROOTSPEC_DISKPATH, /* where it is plugged in, as udev's link in /dev/disk/by-path has it */
	ROOTSPEC_GPT_AUTO, /* "gpt-auto": the partition with the type of a root */
};

struct rootspec {
	enum rootspec_kind kind;
	const char *path; /* ROOTSPEC_PATH: "/dev/NAME", in the text that was parsed */
	unsigned int major, minor; /* ROOTSPEC_NUMBER */
	char value[FINDING_LABEL_MAX]; /* the name, quotes and escapes undone */
	int offset; /* ROOTSPEC_PARTUUID: partitions after the named one, or before it */
	char disk_of[FINDING_UUID_MAX]; /* ROOTSPEC_GPT_AUTO: only on the disk with this partition;
					  "": any */
	unsigned int part; /* of a disk's name: its partition; 0: all of it */
};

/*
 * Parses "/dev/NAME"; decimal "MAJ:MIN" or the kernel's old hexadecimal form ("0801", "0xfe00");
 * UUID=, LABEL=, PARTUUID= (also "X/PARTNROFF=N"), PARTLABEL= and WWID= (also "X-partN"), their
 * value in double quotes or not; "gpt-auto". "/dev/disk/by-uuid/X" and by-label, by-partuuid,
 * by-partlabel mean the same, with udev's "\x20" for a blank, and by-id/X, by-path/X, also
 * "X-partN". Returns 0; -EINVAL; -EOPNOTSUPP for another directory of /dev/disk. Source:
 * name_to_dev_t() in the kernel's init/do_mounts.c; fstab(5); udev's encoding of names.
 */
int rootspec_parse(const char *text, struct rootspec *spec);

/* Whether the name is one of the disk's own or of its place, of which its bytes say nothing. */
int rootspec_is_of_disk(const struct rootspec *spec);

/* Whether the finding has the name. UUIDs are compared in any case. 0 for paths, numbers and
 * names of disks. */
int rootspec_matches(const struct rootspec *spec, const struct finding *finding);

/* NULL, or the word of the name that the finding has in other letters, or as a name of another
 * kind, than the root was asked for by: "PARTUUID=". */
const char *rootspec_near(const struct rootspec *spec, const struct finding *finding);

/* The finding's value for such a name; "" if it has none. */
const char *rootspec_value(const char *word, const struct finding *finding);

#endif
