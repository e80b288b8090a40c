/* SPDX-License-Identifier: MIT */
/* images.h - the bytes of block devices, as small as probes accept them. */
#ifndef RDINIT_TESTS_IMAGES_H
#define RDINIT_TESTS_IMAGES_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_EXT2_SIZE 8192
#define IMAGE_SWAP_SIZE 4096
#define IMAGE_BTRFS_AT 65536
#define IMAGE_BTRFS_SIZE 4096
#define IMAGE_GPT_SIZE 2048
#define IMAGE_GPT_SECTORS 32 /* of the disk */
#define IMAGE_GPT_START(number) ((number)*8) /* sector of partition 1, 2; 8 sectors each */

/* All of them fill `image`, of the size above, which they clear first. */

/* An ext2 whose UUID begins with this byte. */
void image_ext2(uint8_t *image, uint8_t uuid);

/* Swap space without a UUID; with a hibernated system in it, or without. */
void image_swap(uint8_t *image, int is_hibernated);

/* The superblock of one of two devices of a btrfs, whose UUID begins with this byte. */
void image_btrfs(uint8_t *image, uint8_t uuid);

/* A GPT of two partitions, an EFI system partition and an x86-64 root, whose UUIDs consist of this
 * byte and of the next. */
void image_gpt(uint8_t *image, uint8_t uuid);

/* A static program of no bytes: what is looked at before a program is executed. */
struct image_program {
	Elf64_Ehdr head;
	Elf64_Phdr none;
};
extern const struct image_program image_program;

#endif
