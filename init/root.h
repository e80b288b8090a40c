/* root.h - what the steps root-find and root-mount share. */
#ifndef RDINIT_ROOT_H
#define RDINIT_ROOT_H

#include "init/boot.h"
#include "init/pure/rootspec.h"

/* root_report.c: says that the root was not found, what was looked for and what there is instead,
 * device by device, and what may have been meant. */
void root_report(struct boot *boot, const struct rootspec *spec, int64_t waited_ms);

/* NULL, or why /init cannot use what is on the device. */
const char *root_why_not(const struct device *device);

#endif
