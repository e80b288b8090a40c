/* SPDX-License-Identifier: MIT */
/* kmsg.h - what records of the kernel's log say. */
#ifndef RDINIT_PURE_KMSG_H
#define RDINIT_PURE_KMSG_H

#include "init/pure/span.h"

#define KMSG_RECORD_MAX 2048 /* bytes of a record that are read; the usual one has 100 */

/* Both lie in the record. */
struct kmsg_firmware {
	struct span device; /* "iwlwifi 0000:02:00.0" */
	struct span name; /* "iwlwifi-7265D-29.ucode" */
};

/* Whether the record says that a driver asked for firmware and there is no such file. Only the
 * kernel's own records count, and not those that a program wrote. 1 and `found`, or 0. Source:
 * Documentation/ABI/testing/dev-kmsg; drivers/base/firmware_loader/main.c of 5.10 to 6.12. */
int kmsg_firmware(struct span record, struct kmsg_firmware *found);

#endif
