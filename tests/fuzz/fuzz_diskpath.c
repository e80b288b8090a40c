// SPDX-License-Identifier: MIT
/* fuzz_diskpath.c - PROPERTY: whatever devices a disk hangs on, its name is within its bounds, is
 * made of what it was made of by then and of one more part in front, and does not come back once it
 * was too long. Lines of a subsystem, a blank and a name. */
#include "init/pure/diskpath.h"

#include "tests/fuzz/fuzz.h"

static void check(const struct diskpath *path, const char *before, int was_too_long)
{
	const char *text = diskpath_text(path);

	CHECK(path->at < DISKPATH_MAX && path->text[DISKPATH_MAX - 1] == '\0');
	CHECK(!text || (strlen(text) == DISKPATH_MAX - 1 - path->at && *text && !was_too_long));
	CHECK(!text || strlen(text) >= strlen(before));
	CHECK(!text || strcmp(text + strlen(text) - strlen(before), before) == 0);
}

/* On which bus it is, the length of its address says. */
static const struct diskpath_scsi *scsi_of(const char *address, struct diskpath_scsi *scsi)
{
	size_t kind = strlen(address) % 8;
	char *words[] = { scsi->ata_port, scsi->fc_port, scsi->sas_phy, scsi->sas_expander };

	*scsi = (struct diskpath_scsi){ .address = address, .host = (unsigned int)kind };
	for (size_t i = 0; i < 4; i++)
		if (kind & 1U << i || kind == 7)
			strncpy(words[i], address, DISKPATH_WORD_MAX - 1);
	strcpy(scsi->sas_phys, kind == 4 ? "2" : "1");
	return scsi;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *line, *rest = text;
	struct diskpath path = DISKPATH_NEW;
	struct diskpath_scsi scsi;
	int was_too_long = 0;

	while ((line = strsep(&rest, "\n"))) {
		char before[DISKPATH_MAX], *name = strchr(line, ' ');

		if (!name)
			continue;
		*name++ = '\0';
		memcpy(before, path.text + path.at, DISKPATH_MAX - path.at);
		if (strcmp(line, "scsi") == 0)
			diskpath_add_scsi(&path, scsi_of(name, &scsi));
		else
			diskpath_add(&path, line, name, "3");
		check(&path, before, was_too_long);
		was_too_long |= path.has > 3;
	}
	free(text);
	return 0;
}
