/* SPDX-License-Identifier: MIT */
/* efivar.h - parse EFI variables, as efivarfs has them. */
#ifndef RDINIT_PURE_EFIVAR_H
#define RDINIT_PURE_EFIVAR_H

#include "init/pure/finding.h"
#include "init/pure/span.h"

/* A boot loader stores in this variable from which partition it was started. Source: the Boot
 * Loader Interface (systemd.io/BOOT_LOADER_INTERFACE). */
#define EFIVAR_BOOT_PARTITION "LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define EFIVAR_MAX 128 /* bytes read of a variable; that one has 78 */

/* Parses a variable: four bytes of attributes and a UUID in UTF-16, with a NUL or without. Returns
 * 0, and the UUID in lower case; or -EINVAL. */
int efivar_uuid(struct span variable, char uuid[FINDING_UUID_MAX]);

#endif
