// SPDX-License-Identifier: MIT
/* images.c - the bytes of block devices, as small as probes accept them. */
#include "tests/shared/images.h"

#include <string.h>

#include "init/pure/checksum.h"

#define TYPE_ESP "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b"
#define TYPE_ROOT "\xe3\xbc\x68\x4f\xcd\xe8\xb1\x4d\x96\xe7\xfb\xca\xf9\x84\xb7\x09"

void image_ext2(uint8_t *image, uint8_t uuid)
{
	memset(image, 0, IMAGE_EXT2_SIZE);
	image[1024 + 4] = 8; /* blocks of 1 KiB */
	image[1024 + 0x38] = 0x53;
	image[1024 + 0x39] = 0xef;
	image[1024 + 0x68] = uuid;
}

void image_swap(uint8_t *image, int is_hibernated)
{
	memset(image, 0, IMAGE_SWAP_SIZE);
	memcpy(image + IMAGE_SWAP_SIZE - 10, is_hibernated ? "S1SUSPEND\0" : "SWAPSPACE2", 10);
}

void image_btrfs(uint8_t *image, uint8_t uuid)
{
	uint32_t sum;

	memset(image, 0, IMAGE_BTRFS_SIZE);
	image[32] = uuid;
	memcpy(image + 64, "_BHRfS_M", 8);
	image[136] = 2; /* devices */
	sum = ~checksum_crc32(CRC32C_POLY, ~0u, (struct span){ image + 32, IMAGE_BTRFS_SIZE - 32 });
	memcpy(image, &sum, sizeof(sum));
}

static void add_entry(uint8_t *entry, const char *type, uint8_t uuid, uint8_t start)
{
	memcpy(entry, type, 16);
	memset(entry + 16, uuid, 16);
	entry[32] = start;
	entry[40] = (uint8_t)(start + 7);
}

static void add_sum(uint8_t *at, uint8_t *bytes, size_t len)
{
	uint32_t sum = ~checksum_crc32(CRC32_POLY, ~0u, (struct span){ bytes, len });

	memcpy(at, &sum, sizeof(sum));
}

void image_gpt(uint8_t *disk, uint8_t uuid)
{
	uint8_t *header = disk + 512, *entries = disk + 1024;

	memset(disk, 0, IMAGE_GPT_SIZE);
	disk[446 + 4] = 0xee;
	disk[510] = 0x55;
	disk[511] = 0xaa;
	add_entry(entries, TYPE_ESP, uuid, IMAGE_GPT_START(1));
	add_entry(entries + 128, TYPE_ROOT, (uint8_t)(uuid + 1), IMAGE_GPT_START(2));
	memcpy(header, "EFI PART", 8);
	header[12] = 92; /* its length */
	header[24] = 1; /* its sector, */
	header[72] = 2; /* that of the entries, */
	header[80] = 2; /* their number */
	header[84] = 128; /* and length */
	add_sum(header + 88, entries, 2 * 128);
	add_sum(header + 16, header, 92);
}

const struct image_program image_program = {
	.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		  .e_type = ET_EXEC,
		  .e_machine = EM_X86_64,
		  .e_phoff = sizeof(Elf64_Ehdr),
		  .e_phentsize = sizeof(Elf64_Phdr),
		  .e_phnum = 1 },
};
