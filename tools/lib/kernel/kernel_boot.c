// SPDX-License-Identifier: MIT
/* kernel_boot.c - the form of a kernel that boots fastest: its vmlinux, by PVH. */
#include "tools/lib/kernel/kernel_boot.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/kernel/bzimage.h"
#include "tools/lib/kernel/kernel_cache.h"
#include "tools/lib/kernel/vmlinux.h"

#define UNPACKED_MAX ((size_t)1 << 30) /* bytes; Debian's kernels have 50 to 70 MB */

/* Straight into the file in memory: `out` never grows beyond `room`, for a buffer grows only when
 * it is full. NULL, or why not. */
static const char *unpack_into(struct span payload, enum compress_kind kind, size_t size,
			       void *room)
{
	struct buffer out = { .data = room, .size = size + 1 };
	const char *why;
	size_t used;

	/* All methods but gzip have the size after their stream. */
	if (kind != COMPRESS_GZIP)
		payload.len -= 4;
	why = decompress_buffer(payload, &out, size, &used);
	if (!why && out.len != size)
		why = "its payload is damaged";
	return why;
}

/* The payload as a file in memory that stays mapped. NULL, or why not. */
static const char *unpack(const struct bzimage *image, struct kernel_boot *boot)
{
	enum compress_kind kind = compress_detect(image->payload);
	const char *why;
	size_t size = image->unpacked;
	void *room;

	if (kind == COMPRESS_NONE || size < 4096 || size > UNPACKED_MAX)
		return "its payload has an unknown compression, or is too large";
	boot->fd = memfd_create("vmlinux", 0);
	if (boot->fd < 0 || ftruncate(boot->fd, (off_t)size + 1))
		return "there is not enough memory to unpack it";
	room = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED, boot->fd, 0);
	if (room == MAP_FAILED)
		return "there is not enough memory to unpack it";
	why = unpack_into(image->payload, kind, size, room);
	if (why)
		munmap(room, size + 1);
	else
		boot->vmlinux = (struct span){ room, size };
	return why;
}

static int boots_by_pvh(const struct kernel_boot *boot)
{
	struct vmlinux vmlinux;

	return !vmlinux_parse(boot->vmlinux, &vmlinux) && vmlinux.runs_high && vmlinux.has_pvh;
}

/* DIR/vmlinux for a DIR/bzImage of the same build, as a profile directory has them; malloc'd, or
 * NULL. */
static char *vmlinux_beside(const struct kernel *kernel)
{
	const char *slash = strrchr(kernel->image, '/');
	const char *name = slash ? slash + 1 : kernel->image;
	enum kernel_kind kind;
	char *path, *release;

	if (strcmp(name, "bzImage"))
		return NULL;
	path = xasprintf("%.*svmlinux", (int)(name - kernel->image), kernel->image);
	release = access(path, R_OK) ? NULL : kernel_release(path, &kind);
	if (!release || kind != KERNEL_VMLINUX || strcmp(release, kernel->release)) {
		free(path);
		path = NULL;
	}
	free(release);
	return path;
}

/* A vmlinux next to it is better than one that must be unpacked first, if it boots. */
static int use_neighbor(const struct kernel *kernel, enum kernel_form form,
			struct kernel_boot *boot)
{
	char *path = form == FORM_AS_IT_IS ? NULL : vmlinux_beside(kernel);

	if (!path)
		return 0;
	if (!kernel_map(path, &boot->vmlinux) && boots_by_pvh(boot)) {
		free(boot->path);
		boot->path = path;
		return 1;
	}
	kernel_unmap(&boot->vmlinux);
	free(path);
	return 0;
}

/* Whether the cache has it, and it boots. */
static bool use_kept(const char *key, size_t size, struct kernel_boot *boot)
{
	void *room;

	boot->fd = kernel_cache_open(key, size);
	if (boot->fd < 0)
		return false;
	room = mmap(NULL, size, PROT_READ, MAP_PRIVATE, boot->fd, 0);
	if (room != MAP_FAILED) {
		boot->vmlinux = (struct span){ room, size };
		if (boots_by_pvh(boot))
			return true;
		munmap(room, size);
		boot->vmlinux = (struct span){ NULL, 0 };
	}
	close(boot->fd);
	boot->fd = -1;
	return false;
}

static const char *unpack_image(const struct kernel *kernel, enum kernel_form form,
				struct span file, struct kernel_boot *boot)
{
	char *key;
	struct bzimage image;
	const char *why;

	if (bzimage_parse(file, &image) != BZIMAGE_OK || !image.payload.data)
		return "its header names no payload";
	key = form == FORM_KEPT ? kernel_cache_key(kernel->image) : NULL;
	if (key && use_kept(key, image.unpacked, boot)) {
		free(key);
		return NULL;
	}
	why = unpack(&image, boot);
	if (key && !why && boots_by_pvh(boot))
		kernel_cache_keep(key, kernel->image, boot->vmlinux);
	free(key);
	return why;
}

static int open_bzimage(const struct kernel *kernel, enum kernel_form form,
			struct kernel_boot *boot)
{
	struct span file;

	if (use_neighbor(kernel, form, boot))
		return 0;
	if (kernel_map(kernel->image, &file))
		return -1;
	boot->why_not = unpack_image(kernel, form, file, boot);
	kernel_unmap(&file);
	if (!boot->why_not && form == FORM_AS_IT_IS)
		boot->why_not = "as --no-tuning asks";
	else if (!boot->why_not && !boots_by_pvh(boot))
		boot->why_not = "it has no PVH entry (CONFIG_PVH)";
	if (!boot->why_not) {
		free(boot->path);
		boot->path = xasprintf("/proc/self/fd/%d", boot->fd);
	}
	return 0;
}

int kernel_boot_open(const struct kernel *kernel, enum kernel_form form, struct kernel_boot *boot)
{
	*boot = (struct kernel_boot){ .path = xstrdup(kernel->image), .fd = -1 };
	if (kernel->kind == KERNEL_BZIMAGE)
		return open_bzimage(kernel, form, boot);
	if (kernel_map(kernel->image, &boot->vmlinux))
		return -1;
	if (kernel->kind == KERNEL_VMLINUX && !boots_by_pvh(boot))
		return error("kernel %s: a vmlinux without a PVH entry (CONFIG_PVH), which QEMU "
			     "cannot boot; name its bzImage",
			     shown(kernel->image));
	return 0;
}

void kernel_boot_close(struct kernel_boot *boot)
{
	kernel_unmap(&boot->vmlinux);
	if (boot->fd >= 0)
		close(boot->fd);
	free(boot->path);
	*boot = (struct kernel_boot){ .fd = -1 };
}
