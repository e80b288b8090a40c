/* SPDX-License-Identifier: MIT */
/* microcode.h - processors' microcode at the start of an initramfs, where the kernel reads it. */
#ifndef TOOLS_LIB_MICROCODE_H
#define TOOLS_LIB_MICROCODE_H

#include <stdint.h>

#include "tools/lib/base/mem.h"
#include "init/pure/span.h"

enum microcode_vendor { MICROCODE_INTEL, MICROCODE_AMD, MICROCODE_VENDORS };

/* Whose updates are taken: all, or those of one processor. */
struct microcode_filter {
	int one; /* 0: all */
	uint32_t signature; /* eax of CPUID leaf 1 */
};

/* The updates so far, in the form that the kernel reads: one text per vendor. */
struct microcode {
	struct buffer updates[MICROCODE_VENDORS];
	size_t files;
};

/* The file in the image that has a vendor's updates, "/kernel/x86/microcode/GenuineIntel.bin".
 * Source: Documentation/x86/microcode.rst. */
const char *microcode_path(enum microcode_vendor vendor);

/* This machine's processor. */
struct microcode_filter microcode_this(void);

/*
 * Adds a file of updates; or, from a directory, the files of intel-ucode/ and the *.bin of
 * amd-ucode/ in it, or of the directory itself, in the order of their names. Each update is checked
 * as the processor would: sizes and, where the format has one, the sum. 0, or -1 after reporting,
 * also if there is none. Source: Intel SDM vol. 3A, 9.11.1;
 * arch/x86/include/asm/microcode_{intel,amd}.h.
 */
int microcode_add(struct microcode *microcode, const char *path,
		  const struct microcode_filter *filter, const char *why);
void microcode_free(struct microcode *microcode);

/* Whose updates a file has, by its first bytes; MICROCODE_VENDORS: it has none. */
enum microcode_vendor microcode_vendor_of(struct span file);

/* Parses the first update of *file, which then begins after it. Returns whether the filter accepts
 * it, or -1 with *fault set to a static text. AMD's containers are one update. */
int microcode_next(enum microcode_vendor vendor, struct span *file,
		   const struct microcode_filter *filter, struct span *update, const char **fault);

#endif
