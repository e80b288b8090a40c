// SPDX-License-Identifier: MIT
/* fsprobe.c - identify the format on a block device by its first and last bytes. */
#include "init/pure/fsprobe/fsprobe.h"

#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"

/*
 * Containers and pool members first, the outermost before what may be inside it. Then those that
 * read places of their own, so that every byte is read before the first checksum is made.
 */
static void (*const probes[])(struct view *view, struct finding *finding) = {
	probe_md,    probe_firmware, probe_lvm2, probe_luks,	 probe_bitlocker, probe_verity,
	probe_vdo,   probe_bcache,   probe_zfs,	 probe_udf,	 probe_iso9660,	  probe_btrfs,
	probe_exfat, probe_ntfs,     probe_vfat, probe_squashfs, probe_erofs,	  probe_xfs,
	probe_f2fs,  probe_magic,    probe_swap, probe_ext,
};

static void keep(struct finding *finding, const struct finding *one)
{
	finding->format = one->format;
	finding->damage = one->damage;
	finding->members = one->members;
	finding->found = one->damage ? FOUND_DAMAGED : FOUND_ONE;
	memcpy(finding->uuid, one->uuid, sizeof(finding->uuid));
	memcpy(finding->label, one->label, sizeof(finding->label));
}

static void weigh(struct finding *finding, const struct finding *one)
{
	if (finding->found == FOUND_NOTHING || (finding->found == FOUND_DAMAGED && !one->damage)) {
		keep(finding, one);
	} else if (!one->damage &&
		   !(finding->format == FORMAT_UDF && one->format == FORMAT_ISO9660)) {
		finding->found = FOUND_SEVERAL;
		finding->other = one->format;
	}
}

static int is_member(const struct finding *finding)
{
	return finding->found != FOUND_NOTHING && format_info(finding->format).use == USE_MEMBER;
}

static void clear(struct finding *one)
{
	one->format = one->damage = one->members = 0;
	one->uuid[0] = one->label[0] = '\0';
}

int fsprobe(struct view *view, struct finding *finding)
{
	struct finding one;

	memset(&one, 0, sizeof(one));
	finding->found = FOUND_NOTHING;
	finding->format = finding->other = FORMAT_NONE;
	finding->damage = DAMAGE_NONE;
	finding->members = 0;
	finding->uuid[0] = finding->label[0] = '\0';
	view->head = FSPROBE_HEAD;
	view->tail = FSPROBE_TAIL;
	for (size_t i = 0; i < COUNT(probes) && !is_member(finding); i++) {
		probes[i](view, &one);
		if (view->want_len)
			return 0;
		if (one.format)
			weigh(finding, &one);
		clear(&one);
	}
	if (finding->found == FOUND_NOTHING) {
		probe_table(view, &one);
		if (one.format)
			keep(finding, &one);
	}
	return view->want_len == 0;
}
