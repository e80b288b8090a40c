// SPDX-License-Identifier: MIT
/* bzimage.c - an x86 kernel image as boot loaders take it: its version, and the kernel inside. */
#include "tools/lib/kernel/bzimage.h"

/* Offsets in the setup header, boot.rst. */
#define SETUP_SECTS 0x1f1
#define SYSSIZE 0x1f4
#define HEADER_MAGIC 0x202
#define PROTOCOL 0x206
#define KERNEL_VERSION 0x20e
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_MIN 0x210 /* bytes of it that every protocol since 2.00 has */
#define HEADER_PAYLOAD 0x250

#define SECTOR 512
#define PROTOCOL_PAYLOAD 0x208 /* the first with payload_offset */
#define RELEASE_MAX 128 /* bytes: the kernel's own limit is 64 (UTS_LEN) */

struct span bzimage_word(struct span file, size_t offset)
{
	size_t len = 0;

	while (len < RELEASE_MAX && span_cut(file, offset, len + 1).data &&
	       file.data[offset + len] > ' ' && file.data[offset + len] < 0x7f)
		len++;
	if (!len || len == RELEASE_MAX || !span_cut(file, offset, len + 1).data)
		return (struct span){ NULL, 0 };
	return span_cut(file, offset, len);
}

/* `start` is where the protected-mode code begins, which the offset counts from. */
static void find_payload(struct span file, size_t start, struct bzimage *image)
{
	struct span header = span_cut(file, 0, HEADER_PAYLOAD);

	if (!header.data || le16(header.data + PROTOCOL) < PROTOCOL_PAYLOAD)
		return;
	image->payload = span_cut(file, start + le32(header.data + PAYLOAD_OFFSET),
				  le32(header.data + PAYLOAD_LENGTH));
	if (image->payload.len < 4)
		image->payload = (struct span){ NULL, 0 };
	else /* Every method has it there: gzip in its own trailer, the others by size_append. */
		image->unpacked = le32(image->payload.data + image->payload.len - 4);
}

enum bzimage_error bzimage_parse(struct span file, struct bzimage *image)
{
	struct span header = span_cut(file, 0, HEADER_MIN);
	size_t start;

	memset(image, 0, sizeof(*image));
	if (!header.data || memcmp(header.data + HEADER_MAGIC, "HdrS", 4))
		return BZIMAGE_NONE;
	/* A header of 0 sectors means 4, for a reason of 1993. */
	start = ((size_t)(header.data[SETUP_SECTS] ? header.data[SETUP_SECTS] : 4) + 1) * SECTOR;
	if (start + (uint64_t)le32(header.data + SYSSIZE) * 16 > file.len)
		return BZIMAGE_TRUNCATED;
	image->version = bzimage_word(file, (size_t)le16(header.data + KERNEL_VERSION) + SECTOR);
	if (!image->version.data)
		return BZIMAGE_NO_VERSION;
	find_payload(file, start, image);
	return BZIMAGE_OK;
}
