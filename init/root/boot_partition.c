// SPDX-License-Identifier: MIT
/* boot_partition.c - which partition the firmware started the boot loader from, if both tell. */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/mount/mount.h"
#include "init/pure/efivar.h"
#include "init/root/root.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define EFI "/sys/firmware/efi"
#define VARIABLES EFI "/efivars"

static int mount_variables(struct modules *modules)
{
	const struct mount_call call = { .source = "efivarfs",
					 .target = VARIABLES,
					 .type = "efivarfs",
					 .flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC };

	return mount_with_driver(modules, &call, NULL);
}

/* A loader that tells nothing is none of those that know the interface. */
void root_boot_partition(struct modules *modules, char uuid[FINDING_UUID_MAX])
{
	char bytes[EFIVAR_MAX];
	int error;
	long len;

	uuid[0] = '\0';
	if (sys_access(EFI, F_OK))
		return;
	error = mount_variables(modules);
	if (error) {
		log_warn(error, "mount efivarfs on " VARIABLES " (every disk is searched)");
		return;
	}
	len = file_read(VARIABLES "/" EFIVAR_BOOT_PARTITION, bytes, sizeof(bytes));
	sys_umount(VARIABLES, 0);
	if (len == -ENOENT)
		return;
	error = len < 0 ? (int)len
			: efivar_uuid((struct span){ (uint8_t *)bytes, (size_t)len }, uuid);
	if (error)
		log_warn(error, "read LoaderDevicePartUUID (every disk is searched)");
	else
		log_print(LOG_INFO, "the disk that was booted from is searched: PARTUUID=%s", uuid);
}
