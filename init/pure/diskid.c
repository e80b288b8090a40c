/* diskid.c - the names of a disk that come from its maker or its host, and not from what is on it.
 */
#include "init/pure/diskid.h"

#include <string.h>

#include "init/pure/format.h"
#include "init/pure/udevname.h"

#define ATA_MODEL 40 /* bytes, filled up with blanks */
#define ATA_SERIAL 20

/* What of the disk's words a name is made of. */
enum part { THE_REST, ATA_WORDS, MODEL_AND_SERIAL };

static const struct row {
	enum diskid_kind kind;
	const char *begins; /* the text; this much of it is no part of the name */
	const char *prefix;
	enum part part;
} rows[] = {
	{ DISKID_NVME, "", "nvme-", THE_REST },
	{ DISKID_NVME, "", "nvme-", MODEL_AND_SERIAL },
	{ DISKID_SCSI, "naa.", "wwn-0x", THE_REST },
	{ DISKID_SCSI, "naa.", "scsi-3", THE_REST },
	{ DISKID_SCSI, "eui.", "scsi-2", THE_REST },
	{ DISKID_SCSI, "t10.ATA     ", "ata-", ATA_WORDS },
	{ DISKID_VIRTIO, "", "virtio-", THE_REST },
};

int diskid_is(const struct diskid *id, const char *wanted)
{
	char own[DISKID_MAX], other[DISKID_MAX];

	return id->kind != DISKID_NONE &&
	       udevname_replace(own, sizeof(own), id->text, strlen(id->text)) == 0 &&
	       udevname_replace(other, sizeof(other), wanted, strlen(wanted)) == 0 && own[0] &&
	       strcmp(own, other) == 0;
}

/* "MODEL_SERIAL". 1, or 0 where one of both is missing. */
static int join(char *to, size_t size, const char *model, size_t model_len, const char *serial,
		size_t serial_len)
{
	char left[DISKID_MODEL_MAX], right[DISKID_MODEL_MAX];

	udevname_replace(left, sizeof(left), model, model_len);
	udevname_replace(right, sizeof(right), serial, serial_len);
	format_text(to, size, "%s_%s", left, right);
	return left[0] && right[0];
}

static int make(const struct row *row, const struct diskid *id, char *to, size_t size)
{
	const char *text = id->text + strlen(row->begins);
	size_t len = strlen(text);

	switch (row->part) {
	case ATA_WORDS:
		return len > ATA_MODEL &&
		       join(to, size, text, ATA_MODEL, text + ATA_MODEL,
			    len - ATA_MODEL < ATA_SERIAL ? len - ATA_MODEL : ATA_SERIAL);
	case MODEL_AND_SERIAL:
		return join(to, size, id->model, strlen(id->model), id->serial, strlen(id->serial));
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
