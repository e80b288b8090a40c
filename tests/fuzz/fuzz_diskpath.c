/* fuzz_diskpath.c - PROPERTY: whatever devices a disk hangs on, its name is within its bounds, is made of what it
 * was made of by then and of one more part in front, and does not come back once it was too long. Lines of a
 * subsystem, a blank and a name. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *line, *rest = text;
	struct diskpath path = DISKPATH_NEW;
	int was_too_long = 0;

	while ((line = strsep(&rest, "\n"))) {
		char before[DISKPATH_MAX], *name = strchr(line, ' ');

		if (!name)
			continue;
		*name++ = '\0';
		memcpy(before, path.text + path.at, DISKPATH_MAX - path.at);
		if (strcmp(line, "scsi") == 0)
			diskpath_add_scsi(&path, name, 1, strlen(name) % 2 ? "2" : "");
		else
			diskpath_add(&path, line, name, "3");
		check(&path, before, was_too_long);
		was_too_long |= path.has > 3;
	}
	free(text);
	return 0;
}
