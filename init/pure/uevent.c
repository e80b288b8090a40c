// SPDX-License-Identifier: MIT
/* uevent.c - parse uevents, the kernel's messages about devices. */
#include "init/pure/uevent.h"

#include <errno.h>

#include "init/pure/count.h"

static const struct {
	const char *key;
	size_t field;
} keys[] = {
	{ "ACTION=", offsetof(struct uevent, action) },
	{ "SUBSYSTEM=", offsetof(struct uevent, subsystem) },
	{ "DEVPATH=", offsetof(struct uevent, devpath) },
	{ "DEVNAME=", offsetof(struct uevent, devname) },
	{ "DEVTYPE=", offsetof(struct uevent, devtype) },
	{ "MAJOR=", offsetof(struct uevent, major) },
	{ "MINOR=", offsetof(struct uevent, minor) },
	{ "MODALIAS=", offsetof(struct uevent, modalias) },
};

static void store_line(struct uevent *event, const char *line)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t len = strlen(keys[i].key);

		if (strncmp(line, keys[i].key, len) == 0)
			*(const char **)(void *)((char *)event + keys[i].field) = line + len;
	}
}

int uevent_parse(struct span message, struct uevent *event)
{
	const char *text = (const char *)message.data;

	memset(event, 0, sizeof(*event));
	if (message.len == 0 || text[message.len - 1] != '\0' || !strchr(text, '@'))
		return -EINVAL;
	for (size_t at = strlen(text) + 1; at < message.len; at += strlen(text + at) + 1)
		store_line(event, text + at);
	return 0;
}
