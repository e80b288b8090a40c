// SPDX-License-Identifier: MIT
/* image.c - what is on block devices: one image for each content and UUID, made when asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/shared/images.h"
#include "tests/sim/kernel.h"

static const struct {
	const char *name, *type;
} contents[CONTENT_COUNT] = {
	[CONTENT_NOTHING] = { "nothing", NULL },
	[CONTENT_EXT2] = { "ext2", "ext2" },
	[CONTENT_BTRFS] = { "btrfs", "btrfs" },
	[CONTENT_SWAP] = { "swap", NULL },
	[CONTENT_HIBERNATED] = { "hibernated", NULL },
	[CONTENT_LUKS] = { "luks", NULL },
	[CONTENT_DAMAGED] = { "damaged", NULL },
	[CONTENT_SEVERAL] = { "several", NULL },
	[CONTENT_GPT] = { "gpt", NULL },
};

enum content content_named(const char *name)
{
	for (int i = 0; i < CONTENT_COUNT; i++)
		if (strcmp(contents[i].name, name) == 0)
			return (enum content)i;
	return CONTENT_NOTHING;
}

const char *content_type(enum content content)
{
	return contents[content].type;
}

short image_of(enum content content, unsigned int uuid)
{
	return (short)(content * IMAGES_UUIDS + uuid % IMAGES_UUIDS);
}

enum content image_content(short image)
{
	return image < 0 ? CONTENT_NOTHING : (enum content)(image / IMAGES_UUIDS);
}

unsigned int image_uuid(short image)
{
	return image < 0 ? 0 : (unsigned int)image % IMAGES_UUIDS;
}

static void make_ext2(uint8_t *bytes, uint8_t uuid)
{
	image_ext2(bytes, uuid);
	bytes[1024 + 0x78] = 'L';
	bytes[1024 + 0x79] = (uint8_t)('0' + uuid / 0x11);
}

static void make(uint8_t *bytes, enum content content, uint8_t uuid)
{
	switch (content) {
	case CONTENT_EXT2:
		make_ext2(bytes, uuid);
		break;
	case CONTENT_BTRFS:
		image_btrfs(bytes + IMAGE_BTRFS_AT, uuid);
		break;
	case CONTENT_SWAP:
	case CONTENT_HIBERNATED:
		image_swap(bytes, content == CONTENT_HIBERNATED);
		break;
	case CONTENT_LUKS:
		memcpy(bytes, "LUKS\xba\xbe\0\1", 8);
		snprintf((char *)bytes + 168, 40, "%02x000000-0000-0000-0000-000000000000", uuid);
		break;
	case CONTENT_DAMAGED: /* larger than its device */
		make_ext2(bytes, uuid);
		bytes[1024 + 6] = 1;
		break;
	case CONTENT_SEVERAL:
		make_ext2(bytes, uuid);
		image_btrfs(bytes + IMAGE_BTRFS_AT, uuid);
		break;
	case CONTENT_GPT:
		image_gpt(bytes, uuid);
		break;
	default:
		break;
	}
}

const uint8_t *image_bytes(short image)
{
	static uint8_t *images[CONTENT_COUNT * IMAGES_UUIDS];

	if (!images[image]) {
		images[image] = mmap(NULL, IMAGE_SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (images[image] == MAP_FAILED)
			abort();
		make(images[image], image_content(image), (uint8_t)(0x11 * image_uuid(image)));
	}
	return images[image];
}

/* Of a file that has no bytes. */
const uint8_t *image_unreadable(void)
{
	static uint8_t *bytes;

	if (!bytes) {
		int fd = memfd_create("nothing", 0);

		bytes = mmap(NULL, IMAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
		if (fd < 0 || bytes == MAP_FAILED)
			abort();
		close(fd);
	}
	return bytes;
}
