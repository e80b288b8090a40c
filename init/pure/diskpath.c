// SPDX-License-Identifier: MIT
/* diskpath.c - a disk's name by its port, as udev's by-path has it. */
#include "init/pure/diskpath.h"

#include <string.h>

#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/pure/number.h"

/* A name needs a port that stays the same, and a bus that tells its disks apart. */
#define A_PLACE 1U
#define A_BUS 2U
#define BOTH (A_PLACE | A_BUS)
#define NO_NAME 4U /* for good */

#define ADDRESS_MAX 64 /* bytes; three numbers of 32 bits and one of 64 have 56 */
#define TEXT_MAX 128 /* bytes; an address and two words */

enum rest { NOTHING, ITS_NAME, ITS_PORT, ITS_NAMESPACE };

static const struct row {
	char subsystem[9], prefix[10];
	unsigned char has, rest; /* enum rest: what follows the prefix */
} rows[] = {
	{ "pci", "pci-", A_PLACE, ITS_NAME },
	{ "platform", "platform-", BOTH, ITS_NAME },
	{ "virtio", "", A_BUS, NOTHING },
	{ "nvme", "nvme-", BOTH, ITS_NAMESPACE },
	/* The kernel's number of the bus may be another one next time. */
	{ "usb", "usb-0:", A_BUS, ITS_PORT },
	/* udev asks the disk. */
	{ "firewire", "", NO_NAME, NOTHING },
};

static void put(struct diskpath *path, const char *text)
{
	size_t len = strlen(text);

	if (len > path->at) {
		path->has |= NO_NAME;
		return;
	}
	path->at -= len;
	memcpy(path->text + path->at, text, len);
}

static void put_part(struct diskpath *path, const char *prefix, const char *rest)
{
	if (path->text[path->at])
		put(path, "-");
	put(path, rest);
	put(path, prefix);
}

static const struct row *find(const char *subsystem)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].subsystem, subsystem) == 0)
			return &rows[i];
	return NULL;
}

/* Of several bridges or hubs in a row only the nearest to the disk has a part. */
void diskpath_add(struct diskpath *path, const char *subsystem, const char *name, const char *nsid)
{
	const struct row *row = find(subsystem);
	const char *rest = name;

	if (row && row != path->last) {
		path->has |= row->has;
		if (row->rest == ITS_PORT && (rest = strchr(name, '-')))
			rest++; /* "3-1.2:1.0" */
		if (row->rest == ITS_NAMESPACE)
			rest = nsid;
		if (rest && row->rest != NOTHING)
			put_part(path, row->prefix, rest);
	}
	path->last = row;
}

/* Master and slave are targets; disks on a port multiplier are channels. */
static void format_ata(char text[TEXT_MAX], const char *port, const char *channel)
{
	int is_first = strncmp(channel, ":0:", 3) == 0;
	size_t len;

	format_text(text, TEXT_MAX, "ata-%s.%s", port, channel + (is_first ? 3 : 1));
	len = strcspn(text, ":");
	format_text(text + len, TEXT_MAX - len, "%s", is_first ? "" : ".0");
}

/* A disk on several of its expander's ports is known by its own address. */
static void format_sas(char text[TEXT_MAX], const struct diskpath_scsi *scsi, const char *lun)
{
	const char *expander = scsi->sas_expander;

	if (strcmp(scsi->sas_phys, "1"))
		format_text(text, TEXT_MAX, "sas-%s-lun-%s", scsi->sas_address, lun);
	else
		format_text(text, TEXT_MAX, "sas-%s%s%sphy%s-lun-%s", *expander ? "exp" : "",
			    expander, *expander ? "-" : "", scsi->sas_phy, lun);
}

void diskpath_add_scsi(struct diskpath *path, const struct diskpath_scsi *scsi)
{
	const char *channel = strchr(scsi->address, ':'), *lun = strrchr(scsi->address, ':');
	char text[TEXT_MAX] = "";
	unsigned int number;

	path->has |= A_BUS;
	path->last = NULL;
	if (!channel || strlen(scsi->address) >= ADDRESS_MAX) {
		path->has |= NO_NAME;
	} else if (scsi->ata_port[0]) {
		format_ata(text, scsi->ata_port, channel);
	} else if (!scsi->sas_phy[0] && !scsi->fc_port[0]) {
		format_text(text, sizeof(text), "scsi-%u%s", scsi->host, channel);
	} else {
		/* udev has larger LUNs in another form. */
		path->has |= number_parse(lun + 1, 10, 255, &number) ? A_PLACE : NO_NAME;
		if (scsi->fc_port[0])
			format_text(text, sizeof(text), "fc-%s-lun-%s", scsi->fc_port, lun + 1);
		else
			format_sas(text, scsi, lun + 1);
	}
	put_part(path, "", text);
}

const char *diskpath_text(const struct diskpath *path)
{
	return path->has == BOTH ? path->text + path->at : NULL;
}
