// SPDX-License-Identifier: MIT
/* hints.c - the usual cure of a step's error. */
#include "init/pure/hints.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "init/pure/paths.h"

const struct hint hints_of_programs[] = {
	{ "early-mounts", ENODEV,
	  "this kernel lacks a file system that /init needs "
	  "(CONFIG_DEVTMPFS, CONFIG_PROC_FS, CONFIG_TMPFS)" },
	{ "modules", ENOEXEC, "pack the modules of this kernel's release, for x86-64" },
	{ "modules", ENOENT, "a module it needs is missing or comes after it in " MODULES_FILE },
	{ "modules", EKEYREJECTED,
	  "this kernel loads only modules signed with its key; stripping a module breaks "
	  "its signature" },
	{ "modules", EOPNOTSUPP, "this kernel cannot decompress modules: pack them uncompressed" },
	{ "modules", EPERM, "blacklisted (module_blacklist=), or loading is locked down" },
	{ "reroot", EMEDIUMTYPE,
	  "the kernel makes it a ramfs: omit root= and rootfstype=, and set CONFIG_TMPFS" },
	{ "appliance", ENOENT,
	  "the program, its interpreter or its directory is not in the image: add "
	  "`program PATH` to the recipe" },
	{ "appliance", ENOEXEC, "the file is not an x86-64 program or script" },
	{ "appliance", EACCES, "the file is not executable" },
	{ 0 },
};

const struct hint hints_of_roots[] = {
	{ "root-find", EUCLEAN,
	  "repair it, or remove what does not belong there (wipefs); root=/dev/NAME with "
	  "rootfstype=TYPE mounts it anyway" },
	{ "root-find", EMEDIUMTYPE, "root=/dev/NAME with rootfstype=TYPE mounts it anyway" },
	{ "root-find", ENOENT,
	  "rdinit.loop= needs that file on the root's file system, and loop devices: add the "
	  "module loop" },
	{ "root-find", ENOMEM,
	  "give the machine more memory, make the root smaller (squashfs), or boot without "
	  "rdinit.toram" },
	{ "root-find", ENODEV, "this kernel lacks the file system: add its module to the image" },
	{ "root-find", EIO, "the medium cannot be read" },
	{ "root-mount", ENODEV, "this kernel lacks the file system: add its module to the image" },
	{ "root-mount", EIO, "the medium cannot be read" },
	{ "root-mount", EACCES, "the device is write-protected: use ro instead of rw" },
	{ "root-mount", EINVAL,
	  "no file system of this type is there, or rootflags= has an unknown option" },
	{ "root-mount", EUCLEAN,
	  "repair it elsewhere; fsck.repair=yes repairs what it can, fsck.mode=skip "
	  "mounts it anyway" },
	{ "root-usr", EUCLEAN,
	  "repair it elsewhere; fsck.repair=yes repairs what it can, fsck.mode=skip "
	  "mounts it anyway" },
	{ "root-usr", ETIMEDOUT,
	  "the root's /etc/fstab names it; with nofail there the boot continues" },
	{ "root-usr", ENODEV, "this kernel lacks the file system: add its module to the image" },
	{ "root-usr", EINVAL,
	  "the line of /usr in the root's /etc/fstab is wrong, or does not name a block "
	  "device" },
	{ "resume", ENOENT, "this kernel cannot hibernate (CONFIG_HIBERNATION)" },
	{ "root-switch", ENOENT,
	  "an init or its interpreter is missing: check that this is the right root; "
	  "init=/bin/sh starts a shell" },
	{ "root-switch", ENOEXEC, "the file is not an x86-64 program or script" },
	{ 0 },
};

const char *hint_find(const struct hint *hint, const char *step, int error)
{
	for (; hint->step; hint++)
		if (hint->error == error && strcmp(hint->step, step) == 0)
			return hint->text;
	return NULL;
}
