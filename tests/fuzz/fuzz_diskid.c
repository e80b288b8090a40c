// SPDX-License-Identifier: MIT
/* fuzz_diskid.c - PROPERTY: a link's name has nothing that udev would not leave in one; encoded
 * text says the same again to whoever reads root=/dev/disk/by-label; a page of vital product data
 * stays within its fields. */
#include "init/pure/diskid.h"

#include "init/pure/rootspec.h"
#include "init/pure/udevname.h"
#include "tests/fuzz/fuzz.h"

/* A disk whose every word is as long as it can be. */
static void check_usb(struct diskid *id, const char *text, size_t len)
{
	struct diskid_usb usb = { .address = text };

	memcpy(usb.vendor, text, len < sizeof(usb.vendor) ? len : sizeof(usb.vendor) - 1);
	memcpy(usb.model, text, len < sizeof(usb.model) ? len : sizeof(usb.model) - 1);
	memcpy(usb.serial, text, len < sizeof(usb.serial) ? len : sizeof(usb.serial) - 1);
	diskid_add_usb(id, &usb);
	CHECK(memchr(id->usb, '\0', sizeof(id->usb)) && strlen(id->usb) >= 1);
}

static void check_names(const char *text, size_t size)
{
	struct diskid id = { .kind = DISKID_NONE };
	char name[DISKID_MAX];
	size_t len = size < DISKID_MAX - 1 ? size : DISKID_MAX - 1;

	memcpy(id.text, text, len);
	memcpy(id.model, text, len < 40 ? len : 40);
	memcpy(id.serial, text, len < 20 ? len : 20);
	if (len % 2)
		memcpy(id.nsid, "7", 2);
	check_usb(&id, text, len);
	for (id.kind = DISKID_NVME; id.kind <= DISKID_VIRTIO_PATH; id.kind++) {
		unsigned int i = 0;

		for (; diskid_name(&id, i, name, sizeof(name)); i++)
			CHECK(strlen(name) < sizeof(name) && !strpbrk(name, "/ \\\n\t*"));
		CHECK(i <= 4);
		CHECK(diskid_is(&id, id.text) || !*id.text ||
		      strspn(id.text, " \t\n\v\f\r") == strlen(id.text));
	}
}

/* Whatever a disk says of itself, model and serial are text. */
static void check_page(const uint8_t *data, size_t size)
{
	struct diskid id = { .kind = DISKID_SCSI };
	char name[DISKID_MAX];

	diskid_parse_vpd(&id, (struct span){ data, size });
	CHECK(id.kind == DISKID_ATA || !*id.model);
	CHECK(strlen(id.model) <= 40 &&
	      strlen(id.serial) <= (id.kind == DISKID_ATA ? 20 : DISKID_SERIAL_MAX - 1));
	for (unsigned int i = 0; diskid_name(&id, i, name, sizeof(name)); i++)
		CHECK(strncmp(name, id.kind == DISKID_ATA ? "ata-" : "scsi-0", 4) == 0 &&
		      !strpbrk(name, "/ \\\n\t*"));
}

static void check_encoded(const char *text)
{
	static const char folder[] = "/dev/disk/by-label/";
	char encoded[FINDING_LABEL_MAX], path[sizeof(folder) + FINDING_LABEL_MAX];
	struct rootspec spec;

	if (udevname_encode(encoded, sizeof(encoded), text)) {
		CHECK(encoded[0] == '\0' && strlen(text) * 4 >= sizeof(encoded));
		return;
	}
	CHECK(!strpbrk(encoded, "/ \n\t\"'"));
	memcpy(path, folder, sizeof(folder));
	strcat(path, encoded);
	if (*text) {
		CHECK(rootspec_parse(path, &spec) == 0);
		CHECK(strcmp(spec.value, text) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);

	check_names(text, strlen(text));
	check_encoded(text);
	check_page(data, size);
	free(text);
	return 0;
}
