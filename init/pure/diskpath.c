/* diskpath.c - the name of a disk that comes from where it is plugged in. */
#include "init/pure/diskpath.h"

#include <string.h>

#include "init/pure/format.h"

/* What a name needs: a place that stays the same, and a bus that tells its disks apart. */
#define A_PLACE 1U
#define A_BUS 2U
#define BOTH (A_PLACE | A_BUS)
#define NO_NAME 4U /* for good */

#define ADDRESS_MAX 64 /* bytes; three numbers of 32 bits and one of 64 have 56 */

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
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].subsystem, subsystem) == 0)
			return &rows[i];
	return NULL;
}

/* Of bridges and hubs one behind the other the nearest to the disk has a part. */
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

void diskpath_add_scsi(struct diskpath *path, const char *address, unsigned int host,
		       const char *port)
{
	const char *channel = strchr(address, ':');
	char text[2 * ADDRESS_MAX];
	size_t len;
	int is_first;

	if (!channel || strlen(address) >= ADDRESS_MAX) {
		path->has |= NO_NAME;
		return;
	}
	if (*port) {
		/* Master and slave are targets; disks behind a port multiplier are channels. */
		is_first = strncmp(channel, ":0:", 3) == 0;
		format_text(text, sizeof(text), "%s.%s", port, channel + (is_first ? 3 : 1));
		len = strcspn(text, ":");
		format_text(text + len, sizeof(text) - len, "%s", is_first ? "" : ".0");
	} else {
		format_text(text, sizeof(text), "%u%s", host, channel);
	}
	put_part(path, *port ? "ata-" : "scsi-", text);
	path->has |= A_BUS;
	path->last = NULL;
}

const char *diskpath_text(const struct diskpath *path)
{
	return path->has == BOTH ? path->text + path->at : NULL;
}
