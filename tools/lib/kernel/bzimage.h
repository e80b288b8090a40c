/* SPDX-License-Identifier: MIT */
/* bzimage.h - an x86 kernel image as boot loaders take it: its version, and the kernel inside. */
#ifndef TOOLS_LIB_BZIMAGE_H
#define TOOLS_LIB_BZIMAGE_H

#include "init/pure/span.h"

/* Sizes of the setup header: Documentation/arch/x86/boot.rst. */
enum bzimage_error {
	BZIMAGE_OK,
	BZIMAGE_NONE, /* no such magic: something else */
	BZIMAGE_TRUNCATED,
	BZIMAGE_NO_VERSION,
};

struct bzimage {
	struct span version; /* the release: "6.1.0-10-amd64" */
	struct span payload; /* the compressed vmlinux; data NULL if the header has none
			      * (protocol before 2.08) or it lies outside the file */
	size_t unpacked; /* bytes, as the payload's last four say */
};

/* Reads the header of `file`, which must live as long as the spans. No byte is trusted. */
enum bzimage_error bzimage_parse(struct span file, struct bzimage *image);

/* The text at `offset` up to a blank or control byte, at most 127 bytes; data NULL if none ends
 * there in time. */
struct span bzimage_word(struct span file, size_t offset);

#endif
