/* links.h - the links of /dev/disk that udev would make. */
#ifndef RDINIT_DEVICE_LINKS_H
#define RDINIT_DEVICE_LINKS_H

#include "init/boot.h"

/* Looks at every block device, and makes the links by-uuid, by-label, by-partuuid, by-partlabel,
 * by-id and by-path to it; of several that have a name the lowest number gets it. From now on,
 * while a program runs (boot->hear), devices that come get theirs, and those that go lose them. */
void links_make(struct boot *boot);

#endif
