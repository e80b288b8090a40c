// SPDX-License-Identifier: MIT
/* diskid.c - a disk's names from its maker, its hypervisor or its port, and not from what
 * is on it. */
#include "init/pure/diskid.h"

#include <string.h>

#include "init/pure/count.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/udevname.h"

/* Of a page of vital product data, and of each of the descriptors in it. */
#define VPD_HEADER 4
#define VPD_CODE 0
#define VPD_TYPE 1
#define VPD_LEN 3
#define VPD_ASCII 2
#define VPD_T10 1 /* the type whose text begins with the vendor */
#define VPD_NAA 3

#define ATA_VENDOR "ATA     "
#define ATA_MODEL 40 /* bytes, filled up with blanks */
#define ATA_SERIAL 20

/* The parts of sysfs that a name is made of. */
enum part {
	THE_REST,
	MODEL_AND_SERIAL,
	NAMESPACE_OF_THEM,
	MODEL_BEFORE_SERIAL,
	PLUG,
	UP_TO_ATA_PORT,
};

static const struct row {
	unsigned char kind, part; /* enum diskid_kind, part */
	char begins[5]; /* the text; this much of it is no part of the name */
	char prefix[12];
} rows[] = {
	{ DISKID_NVME, THE_REST, "", "nvme-" },
	{ DISKID_NVME, MODEL_AND_SERIAL, "", "nvme-" },
	{ DISKID_NVME, NAMESPACE_OF_THEM, "", "nvme-" },
	{ DISKID_SCSI, THE_REST, "naa.", "wwn-0x" },
	{ DISKID_SCSI, THE_REST, "naa.", "scsi-3" },
	{ DISKID_SCSI, THE_REST, "eui.", "scsi-2" },
	{ DISKID_SCSI, THE_REST, "t10.", "scsi-1" },
	{ DISKID_SCSI, MODEL_BEFORE_SERIAL, "", "scsi-0" },
	{ DISKID_ATA, MODEL_AND_SERIAL, "", "ata-" },
	{ DISKID_ATA, THE_REST, "naa.", "wwn-0x" },
	{ DISKID_ATA, PLUG, "", "usb-" },
	{ DISKID_USB, PLUG, "", "usb-" },
	{ DISKID_VIRTIO, THE_REST, "", "virtio-" },
	{ DISKID_MMC, MODEL_AND_SERIAL, "", "mmc-" },
	{ DISKID_PATH, THE_REST, "", "" },
	{ DISKID_PATH, UP_TO_ATA_PORT, "", "" },
	{ DISKID_VIRTIO_PATH, THE_REST, "", "" },
	{ DISKID_VIRTIO_PATH, THE_REST, "pci-", "virtio-pci-" },
};

static int is_ata(struct span text)
{
	return text.len == strlen(ATA_VENDOR) + ATA_MODEL + ATA_SERIAL &&
	       memcmp(text.data, ATA_VENDOR, strlen(ATA_VENDOR)) == 0;
}

/* Returns 1 if this descriptor names the disk better than the vendor's own one does. */
static int parse_descriptor(struct diskid *id, const uint8_t *head, struct span text)
{
	unsigned int type = head[VPD_TYPE] & 15, of_port_or_target = head[VPD_TYPE] & 0x30;

	if (type == VPD_T10 && is_ata(text)) {
		id->kind = DISKID_ATA;
		memcpy(id->model, text.data + strlen(ATA_VENDOR), ATA_MODEL);
		memcpy(id->serial, text.data + strlen(ATA_VENDOR) + ATA_MODEL, ATA_SERIAL);
		id->serial[ATA_SERIAL] = '\0';
	} else if (type == 0 && !of_port_or_target && (head[VPD_CODE] & 15) == VPD_ASCII &&
		   id->kind == DISKID_SCSI && text.len < sizeof(id->serial)) {
		span_text(text, id->serial, sizeof(id->serial));
	}
	return type >= VPD_T10 && type <= VPD_NAA && !of_port_or_target;
}

void diskid_parse_vpd(struct diskid *id, struct span page)
{
	size_t at = VPD_HEADER;
	struct span head, text;
	int has_better = 0;

	for (; (head = span_cut(page, at, VPD_HEADER)).data; at += VPD_HEADER + text.len) {
		text = span_cut(page, at + VPD_HEADER, head.data[VPD_LEN]);
		if (!text.data)
			break;
		has_better |= parse_descriptor(id, head.data, text);
	}
	if (has_better && id->kind == DISKID_SCSI)
		id->serial[0] = '\0';
}

/* The text after the second colon. */
static const char *target_and_lun(const char *address)
{
	const char *colon = address ? strchr(address, ':') : NULL;

	colon = colon ? strchr(colon + 1, ':') : NULL;
	return colon && !colon[strspn(colon, ":0123456789")] ? colon + 1 : "";
}

static int is_serial(const char *text)
{
	while (*text >= ' ' && *text != ',')
		text++;
	return !*text;
}

void diskid_add_usb(struct diskid *id, const struct diskid_usb *usb)
{
	char vendor[DISKID_MODEL_MAX], model[DISKID_MODEL_MAX], serial[DISKID_SERIAL_MAX] = "";
	const char *unit = target_and_lun(usb->address);

	if (id->kind == DISKID_SCSI)
		id->kind = DISKID_USB;
	udevname_replace(vendor, sizeof(vendor), usb->vendor, strlen(usb->vendor));
	udevname_replace(model, sizeof(model), usb->model, strlen(usb->model));
	if (is_serial(usb->serial))
		udevname_replace(serial, sizeof(serial), usb->serial, strlen(usb->serial));
	format_text(id->usb, sizeof(id->usb), "%s_%s%s%s%s%s", vendor, model, *serial ? "_" : "",
		    serial, *unit ? "-" : "", unit);
}

int diskid_is(const struct diskid *id, const char *wanted)
{
	char own[DISKID_MAX], other[DISKID_MAX];

	return id->kind != DISKID_NONE &&
	       udevname_replace(own, sizeof(own), id->text, strlen(id->text)) == 0 &&
	       udevname_replace(other, sizeof(other), wanted, strlen(wanted)) == 0 && own[0] &&
	       strcmp(own, other) == 0;
}

/* "MODEL_SERIAL", or "MODEL_SERIAL_1" if there is a number. Returns 1, or 0 if model or serial is
 * missing. */
static int join(const struct diskid *id, const char *number, char *to, size_t size)
{
	char model[DISKID_MODEL_MAX], serial[DISKID_SERIAL_MAX];

	udevname_replace(model, sizeof(model), id->model, strlen(id->model));
	udevname_replace(serial, sizeof(serial), id->serial, strlen(id->serial));
	format_text(to, size, "%s_%s%s%s", model, serial, *number ? "_" : "", number);
	return model[0] && serial[0];
}

static int make(const struct row *row, const struct diskid *id, char *to, size_t size)
{
	const char *text = id->text + strlen(row->begins), *port;
	char both[DISKID_MODEL_MAX + DISKID_SERIAL_MAX];
	size_t len = strlen(text);

	switch (row->part) {
	case NAMESPACE_OF_THEM:
		return id->nsid[0] && join(id, id->nsid, to, size);
	case MODEL_AND_SERIAL:
		return join(id, "", to, size);
	case MODEL_BEFORE_SERIAL: /* their blanks divide them */
		format_text(both, sizeof(both), "%s%s", id->model, id->serial);
		return id->serial[0] && udevname_replace(to, size, both, strlen(both)) == 0;
	case PLUG:
		format_text(to, size, "%s", id->usb);
		return to[0];
	case UP_TO_ATA_PORT: /* "-ata-1.0" */
		port = text_find(text, "-ata-");
		if (!port)
			return 0;
		len = (size_t)(port - text) + strcspn(port, ".");
		/* fall through */
	default:
		return udevname_replace(to, size, text, len) == 0 && to[0];
	}
}

int diskid_name(const struct diskid *id, unsigned int index, char *name, size_t size)
{
	char rest[DISKID_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];

		if (row->kind != id->kind || strncmp(id->text, row->begins, strlen(row->begins)) ||
		    !make(row, id, rest, sizeof(rest)) ||
		    strlen(row->prefix) + strlen(rest) >= size || index-- > 0)
			continue;
		format_text(name, size, "%s%s", row->prefix, rest);
		return 1;
	}
	return 0;
}
