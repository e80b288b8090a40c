/* SPDX-License-Identifier: MIT */
/* memory_need.h - whether a kernel, an image and its files fit into a machine's memory. `check` and
 * `run` ask it. */
#ifndef TOOLS_LIB_MEMORY_NEED_H
#define TOOLS_LIB_MEMORY_NEED_H

#include <stdbool.h>

#include "tools/lib/cpio/archive.h"

#define MEMORY_MIB ((uint64_t)1 << 20)

/* All in bytes. */
struct memory_need {
	uint64_t memory;
	uint64_t kernel; /* memory_kernel_bytes(); 0: not known */
	uint64_t packed; /* the image as it is loaded */
	uint64_t tree; /* memory_tree_bytes(): bytes after unpacking; 0: unknown */
};

/* The memory that an ELF kernel reserves: from its first byte to the end of .bss. What its program
 * headers have after that is free again before an image is unpacked. 0: unknown. Source:
 * arch/x86/kernel/vmlinux.lds.S, __end_of_kernel_reserve. */
size_t memory_kernel_bytes(struct span vmlinux);

/* The memory of the tree: files in whole pages, without replaced ones. */
uint64_t memory_tree_bytes(const struct archive *archive);

/* Whether init_rootfs() makes the root a tmpfs, if the kernel has one: rootfstype= decides, and
 * without that root= makes it a ramfs. */
bool memory_is_tmpfs(const char *append);

/* Where kernel and image end once they are loaded; memory must reach so far. */
uint64_t memory_loaded_end(const struct memory_need *need);

/* The memory of the kernel, with its page tables. */
uint64_t memory_kernel_share(const struct memory_need *need);

/* The memory for files: half of the rest on a tmpfs. The kernel needs slightly more than is known
 * here: more files than this never fit, a few MiB less may not. */
uint64_t memory_for_files(const struct memory_need *need, bool is_tmpfs);

/* The least memory, in MiB, in which nothing is known to be missing. */
unsigned int memory_needed_mib(struct memory_need need, bool is_tmpfs);

/* Bytes as MiB, rounded up. */
unsigned long long memory_mib_for(uint64_t bytes);

#endif
