/* kernel.c - find a kernel, its release and its modules. */
#include "tools/lib/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/span.h"
#include "tools/lib/error.h"
#include "tools/lib/mem.h"
#include "tools/lib/place.h"

#define SETUP_SECTS 0x1f1	/* offsets in the setup header, boot.rst */
#define SYSSIZE 0x1f4
#define HEADER_MAGIC 0x202
#define KERNEL_VERSION 0x20e
#define SECTOR 512
#define RELEASE_MAX 128		/* bytes: the kernel's own limit is 64 (UTS_LEN) */
#define BANNER "Linux version "

/* The first word at `offset`, malloc'd, or NULL if no text ends there in time. */
static char *word_at(struct span file, size_t offset)
{
	size_t len = 0;

	while (len < RELEASE_MAX && span_cut(file, offset, len + 1).data &&
	       file.data[offset + len] > ' ' && file.data[offset + len] < 0x7f)
		len++;
	if (!len || len == RELEASE_MAX || !span_cut(file, offset, len + 1).data)
		return NULL;
	return xstrndup((const char *)file.data + offset, len);
}

static char *bzimage_release(struct span file, const char *path)
{
	/* A header of 0 sectors means 4, for a reason of 1993. */
	size_t setup = (size_t)(file.data[SETUP_SECTS] ? file.data[SETUP_SECTS] : 4) + 1;
	uint64_t size = setup * SECTOR + (uint64_t)le32(file.data + SYSSIZE) * 16;
	char *release;

	if (size > file.len) {
		error("%s: a truncated kernel image: %zu of %llu bytes", shown(path), file.len,
		      (unsigned long long)size);
		return NULL;
	}
	release = word_at(file, (size_t)le16(file.data + KERNEL_VERSION) + SECTOR);
	if (!release)
		error("%s: a kernel image without a version in its header", shown(path));
	return release;
}

static char *vmlinux_release(struct span file, const char *path)
{
	const uint8_t *at = file.data;

	if (file.len < 20 || le16(file.data + 18) != 62) {
		error("%s: an ELF file, but no x86-64 kernel", shown(path));
		return NULL;
	}
	while ((at = memmem(at, file.len - (size_t)(at - file.data), BANNER, strlen(BANNER)))) {
		char *release = word_at(file, (size_t)(at - file.data) + strlen(BANNER));

		if (release && strchr("0123456789", release[0]))
			return release;
		free(release);
		at++;
	}
	error("%s: an ELF file, but no Linux kernel", shown(path));
	return NULL;
}

static char *release_of(struct span file, const char *path)
{
	if (file.len >= 4 && !memcmp(file.data, "\177ELF", 4))
		return vmlinux_release(file, path);
	if (span_cut(file, HEADER_MAGIC, 4).data && !memcmp(file.data + HEADER_MAGIC, "HdrS", 4) &&
	    file.len >= KERNEL_VERSION + 2)
		return bzimage_release(file, path);
	error("%s: not an x86 kernel image (neither bzImage nor vmlinux)", shown(path));
	return NULL;
}

char *kernel_release(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *release = NULL;
	struct stat info;
	void *map;

	if (fd < 0 || fstat(fd, &info)) {
		error_errno(errno, "kernel %s", shown(path));
	} else if (!S_ISREG(info.st_mode) || info.st_size == 0) {
		error("kernel %s: %s", shown(path),
		      S_ISREG(info.st_mode) ? "an empty file" : "not a regular file");
	} else {
		map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED) {
			error_errno(errno, "kernel %s", shown(path));
		} else {
			release = release_of((struct span){ map, (size_t)info.st_size }, path);
			munmap(map, (size_t)info.st_size);
		}
	}
	if (fd >= 0)
		close(fd);
	return release;
}

/* The newest by version (6.10 after 6.9) among the readable files of a pattern; NULL for none. */
static char *newest(const char *pattern)
{
	char *best = NULL;
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (access(found.gl_pathv[i], R_OK))
			continue;
		if (best && strverscmp(found.gl_pathv[i], best) < 0)
			continue;
		free(best);
		best = xstrdup(found.gl_pathv[i]);
	}
	globfree(&found);
	return best;
}

static char *find_image(const char *choice)
{
	const char *variable = getenv("RDINIT_KERNEL");
	char *dir, *pattern, *image;

	if (choice)
		return xstrdup(choice);
	if (variable && *variable)
		return xstrdup(variable);
	image = newest("/boot/vmlinuz-*");
	dir = image ? NULL : place_kernel_dir();
	if (dir) {
		pattern = xasprintf("%s/boot/vmlinuz-*", dir);
		image = newest(pattern);
		free(pattern);
		free(dir);
	}
	if (!image)
		error("no kernel found: none readable in /boot (on some systems only root may "
		      "read it); name one with --kernel or RDINIT_KERNEL, or run `make deps`");
	return image;
}

static char *find_modules(const char *image, const char *release)
{
	char *dir = xasprintf("/lib/modules/%s", release);
	char *real, *slash;

	if (!release[0] || !access(dir, F_OK)) {
		if (release[0])
			return dir;
		free(dir);
		return NULL;
	}
	free(dir);
	real = realpath(image, NULL);
	slash = real ? strrchr(real, '/') : NULL;
	if (!slash) {
		free(real);
		return NULL;
	}
	*slash = '\0';
	dir = xasprintf("%s/../lib/modules/%s", real, release);
	free(real);
	real = realpath(dir, NULL);
	free(dir);
	return real;
}

int kernel_find(const char *choice, struct kernel *kernel)
{
	kernel->release = kernel->modules_dir = NULL;
	kernel->image = find_image(choice);
	if (!kernel->image)
		return -1;
	kernel->release = kernel_release(kernel->image);
	if (!kernel->release) {
		kernel_free(kernel);
		return -1;
	}
	kernel->modules_dir = find_modules(kernel->image, kernel->release);
	return 0;
}

void kernel_free(struct kernel *kernel)
{
	free(kernel->image);
	free(kernel->release);
	free(kernel->modules_dir);
	kernel->image = kernel->release = kernel->modules_dir = NULL;
}
