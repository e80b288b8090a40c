/* SPDX-License-Identifier: MIT */
/* kmsg.h - parse records of the kernel's log. */
#ifndef RDINIT_PURE_KMSG_H
#define RDINIT_PURE_KMSG_H

#include "init/pure/span.h"

#define KMSG_RECORD_MAX 2048 /* bytes read of a record; a usual one has 100 */

/* Both point into the record. */
struct kmsg_firmware {
	struct span device; /* "iwlwifi 0000:02:00.0" */
	struct span name; /* "iwlwifi-7265D-29.ucode" */
};

/* Parses the kernel's message that a driver asked for firmware that does not exist. Ignores records
 * that a program wrote. Returns 1, and the names in `found`; or 0. Source:
 * Documentation/ABI/testing/dev-kmsg; drivers/base/firmware_loader/main.c of 5.10 to 6.12. */
int kmsg_firmware(struct span record, struct kmsg_firmware *found);

#endif
