/* room.h - whether a kernel, an image and its files fit into a machine's memory. `check` and `run`
 * ask it. */
#ifndef TOOLS_LIB_ROOM_H
#define TOOLS_LIB_ROOM_H

#include <stdbool.h>

#include "tools/lib/archive/archive.h"

#define ROOM_MIB ((uint64_t)1 << 20)

/* All in bytes. */
struct room {
	uint64_t memory;
	uint64_t kernel; /* room_kernel_bytes(); 0: not known */
	uint64_t packed; /* the image as it is loaded */
	uint64_t tree; /* room_tree_bytes(): what is unpacked from it; 0: not known */
};

/* What an ELF kernel reserves for itself: from its first byte to the end of .bss. What its program
 * headers have behind that is free memory again before an image is unpacked. 0: not known. Source:
 * arch/x86/kernel/vmlinux.lds.S, __end_of_kernel_reserve. */
size_t room_kernel_bytes(struct span vmlinux);

/* What the tree takes: files in whole pages, those that are replaced left out. */
uint64_t room_tree_bytes(const struct archive *archive);

/* Whether init_rootfs() makes the root a tmpfs, if the kernel has one: what rootfstype= says, and
 * without that a ramfs where root= is on the line. */
bool room_is_tmpfs(const char *append);

/* Where kernel and image end once they are loaded; memory must reach so far. */
uint64_t room_loaded_end(const struct room *room);

/* What the kernel takes, with its table of pages. */
uint64_t room_kernel_share(const struct room *room);

/* What is left for the files: half of it on a tmpfs. The kernel needs a little more than is known
 * here: more files than this never fit, a few MiB less may not. */
uint64_t room_for_files(const struct room *room, bool is_tmpfs);

/* The least memory, in MiB, in which nothing is known to be missing. */
unsigned int room_needed_mib(struct room room, bool is_tmpfs);

/* Bytes as MiB, rounded up. */
unsigned long long room_mib(uint64_t bytes);

#endif
