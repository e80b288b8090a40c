/* hints.c - what usually cures an error. */
#include "init/pure/hints.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct hint {
	const char *step;
	int error;
	const char *text;
} hints[] = {
	{ "early-mounts", ENODEV,
	  "this kernel lacks a file system that /init needs "
	  "(CONFIG_DEVTMPFS, CONFIG_PROC_FS, CONFIG_TMPFS)" },
	{ "modules", ENOEXEC, "is the module of this kernel's release and x86-64?" },
	{ "modules", ENOENT,
	  "a module it needs is missing or stands behind it in "
	  "/etc/rdinit/modules" },
	{ "modules", EKEYREJECTED,
	  "this kernel takes only modules signed with its own key; "
	  "stripping a module breaks its signature" },
	{ "modules", EOPNOTSUPP, "this kernel cannot decompress modules: pack them uncompressed" },
	{ "modules", EPERM, "blacklisted (module_blacklist=), or loading is locked down" },
	{ "root-find", EUCLEAN,
	  "repair it, or remove what does not belong there (wipefs); "
	  "root=/dev/NAME with rootfstype=TYPE mounts it as it is" },
	{ "root-find", EMEDIUMTYPE, "root=/dev/NAME with rootfstype=TYPE mounts it as it is" },
	{ "root-mount", ENODEV,
	  "this kernel knows no such file system: is its module in the image "
	  "and loaded?" },
	{ "root-mount", ENOENT,
	  "rdinit.loop= is a path on the root's file system, and needs the kernel's "
	  "loop devices (the module loop)" },
	{ "root-mount", ENOMEM,
	  "give the machine more memory, make the root smaller (squashfs), or boot without "
	  "rdinit.toram" },
	{ "root-mount", EIO, "the medium cannot be read" },
	{ "root-mount", EACCES, "the device is write-protected: use ro instead of rw" },
	{ "root-mount", EINVAL,
	  "no file system of this type is there, or rootflags= has a word it "
	  "does not know" },
	{ "root-mount", EUCLEAN,
	  "mend it elsewhere; or fsck.repair=yes mends what can be, and "
	  "fsck.mode=skip mounts it as it is" },
	{ "root-usr", EUCLEAN,
	  "mend it elsewhere; or fsck.repair=yes mends what can be, and "
	  "fsck.mode=skip mounts it as it is" },
	{ "root-usr", ETIMEDOUT,
	  "the root's /etc/fstab names it; with nofail there the boot goes on" },
	{ "root-usr", ENODEV,
	  "this kernel knows no such file system: is its module in the image "
	  "and loaded?" },
	{ "root-usr", EINVAL,
	  "the line of /usr in the root's /etc/fstab is wrong, or names what is not "
	  "on a block device" },
	{ "resume", ENOENT, "this kernel cannot hibernate (CONFIG_HIBERNATION)" },
	{ "root-switch", ENOENT,
	  "is this the right root? an init, or the interpreter it names, is "
	  "missing; init=/bin/sh starts a shell" },
	{ "root-switch", ENOEXEC, "the file is no x86-64 program and no script" },
	{ "appliance", ENOENT,
	  "the program, or the interpreter it names, is not in the image "
	  "(`program PATH` in a recipe adds both), or its folder is not" },
	{ "appliance", ENOEXEC, "the file is no x86-64 program and no script" },
	{ "appliance", EACCES, "the file is not executable" },
};

const char *hint_find(const char *step, int error)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].error == error && strcmp(hints[i].step, step) == 0)
			return hints[i].text;
	return NULL;
}
