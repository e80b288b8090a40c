// SPDX-License-Identifier: MIT
/* firmware.c - firmware that drivers asked for and the image does not have. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "init/pure/format.h"
#include "init/pure/kmsg.h"
#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NAMED 8 /* files of firmware that are named */
#define NAME_SIZE 128 /* bytes of a name; the longest of linux-firmware has 80 */

struct asked {
	char names[NAMED][NAME_SIZE];
	int count;
	bool is_more_logged;
};

/* A driver asks again for what it did not get, as other devices of its kind do. */
static void store_asked(struct asked *asked, const struct kmsg_firmware *firmware)
{
	char name[NAME_SIZE], device[NAME_SIZE];

	span_text(firmware->name, name, sizeof(name));
	span_text(firmware->device, device, sizeof(device));
	for (int i = 0; i < asked->count; i++)
		if (strcmp(asked->names[i], name) == 0)
			return;
	if (asked->count == NAMED) {
		if (!asked->is_more_logged)
			log_print(LOG_ERROR, "and more firmware that is not there");
		asked->is_more_logged = true;
		return;
	}
	memcpy(asked->names[asked->count++], name, sizeof(name));
	log_print(LOG_ERROR, "no firmware %s for %s", name, device);
}

/* EPIPE: the oldest records are gone meanwhile; EINVAL: one is longer than those that are sought.
 * The kernel continues after both. */
void root_firmware_report(void)
{
	static struct asked asked;
	static uint8_t record[KMSG_RECORD_MAX];
	struct kmsg_firmware firmware;
	int fd = sys_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	long len;

	if (fd < 0)
		return;
	while ((len = sys_read(fd, record, sizeof(record))) > 0 || len == -EPIPE ||
	       len == -EINVAL || len == -EINTR)
		if (len > 0 && kmsg_firmware((struct span){ record, (size_t)len }, &firmware))
			store_asked(&asked, &firmware);
	sys_close(fd);
	if (asked.count)
		log_print(LOG_ERROR, "hint: `firmware %s` in a recipe puts it into the image",
			  asked.names[0]);
}
