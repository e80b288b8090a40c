/* diskid.c - the names of a disk that come from its maker, its host or its place, and not from what is on it. */
#include "init/pure/diskid.h"

#include <string.h>

#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/udevname.h"

#define ATA_MODEL 40 /* bytes, filled up with blanks */
#define ATA_SERIAL 20

/* What of the disk's words a name is made of. */
enum part { THE_REST, ATA_WORDS, MODEL_AND_SERIAL, NAMESPACE_OF_THEM, UP_TO_ATA_PORT };

static const struct row {
	unsigned char kind, part; /* enum diskid_kind, part */
	char begins[13]; /* the text; this much of it is no part of the name */
	char prefix[12];
} rows[] = {
	{ DISKID_NVME, THE_REST, "", "nvme-" },
	{ DISKID_NVME, MODEL_AND_SERIAL, "", "nvme-" },
	{ DISKID_NVME, NAMESPACE_OF_THEM, "", "nvme-" },
	{ DISKID_SCSI, THE_REST, "naa.", "wwn-0x" },
	{ DISKID_SCSI, THE_REST, "naa.", "scsi-3" },
	{ DISKID_SCSI, THE_REST, "eui.", "scsi-2" },
	{ DISKID_SCSI, ATA_WORDS, "t10.ATA     ", "ata-" },
	{ DISKID_VIRTIO, THE_REST, "", "virtio-" },
	{ DISKID_MMC, MODEL_AND_SERIAL, "", "mmc-" },
	{ DISKID_PATH, THE_REST, "", "" },
	{ DISKID_PATH, UP_TO_ATA_PORT, "", "" },
	{ DISKID_VIRTIO_PATH, THE_REST, "", "" },
	{ DISKID_VIRTIO_PATH, THE_REST, "pci-", "virtio-pci-" },
};

int diskid_is(const struct diskid *id, const char *wanted)
{
	char own[DISKID_MAX], other[DISKID_MAX];

	return id->kind != DISKID_NONE &&
	       udevname_replace(own, sizeof(own), id->text, strlen(id->text)) == 0 &&
	       udevname_replace(other, sizeof(other), wanted, strlen(wanted)) == 0 && own[0] &&
	       strcmp(own, other) == 0;
}

/* "MODEL_SERIAL", and with a number behind it "MODEL_SERIAL_1". 1, or 0 where one of both is missing. */
static int join(char *to, size_t size, const char *model, size_t model_len, const char *serial,
		size_t serial_len, const char *number)
{
	char left[DISKID_MODEL_MAX], right[DISKID_MODEL_MAX];

	udevname_replace(left, sizeof(left), model, model_len);
	udevname_replace(right, sizeof(right), serial, serial_len);
	format_text(to, size, "%s_%s%s%s", left, right, *number ? "_" : "", number);
	return left[0] && right[0];
}

static int make(const struct row *row, const struct diskid *id, char *to, size_t size)
{
	const char *text = id->text + strlen(row->begins), *port;
	size_t len = strlen(text);

	switch (row->part) {
	case ATA_WORDS:
		return len > ATA_MODEL &&
		       join(to, size, text, ATA_MODEL, text + ATA_MODEL,
			    len - ATA_MODEL < ATA_SERIAL ? len - ATA_MODEL : ATA_SERIAL, "");
	case NAMESPACE_OF_THEM:
		if (!id->nsid[0])
			return 0;
		/* fall through */
	case MODEL_AND_SERIAL:
		return join(to, size, id->model, strlen(id->model), id->serial, strlen(id->serial),
			    row->part == NAMESPACE_OF_THEM ? id->nsid : "");
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

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
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
