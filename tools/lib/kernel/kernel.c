// SPDX-License-Identifier: MIT
/* kernel.c - find a kernel, its release and its modules. */
#include "tools/lib/kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/kernel/bzimage.h"
#include "tools/lib/kernel/vmlinux.h"

static const char *const images[] = { "bzImage", "linux" };

static char *image_in(const char *dir, const char *name)
{
	for (size_t i = 0; i < COUNT(images); i++) {
		char *path = xasprintf("%s/%s/%s", dir, name, images[i]);

		if (!access(path, F_OK))
			return path;
		free(path);
	}
	return NULL;
}

/* The names of DIR/NAME/IMAGE, in their order, each after a blank. */
static void add_names(struct buffer *names, const char *dir)
{
	for (size_t i = 0; i < COUNT(images); i++) {
		char *pattern = xasprintf("%s/*/%s", dir, images[i]);
		glob_t found;

		if (!glob(pattern, 0, NULL, &found)) {
			for (size_t k = 0; k < found.gl_pathc; k++) {
				const char *name = found.gl_pathv[k] + strlen(dir) + 1;

				buffer_printf(names, " %.*s", (int)strcspn(name, "/"), name);
			}
			globfree(&found);
		}
		free(pattern);
	}
}

char *kernel_by_name(const char *name)
{
	struct buffer names = { NULL, 0, 0 };
	char *image = NULL, *dir;

	for (size_t i = 0; !image && (dir = installed_kernels(i)); i++) {
		image = image_in(dir, name);
		add_names(&names, dir);
		free(dir);
	}
	if (!image)
		error("kernel %s: No such file, and no kernel of that name (there %s%s)%s%s%s",
		      shown(name), names.len ? "are:" : "is none", names.len ? names.data : "",
		      is_in_build_tree() ? "; `make kernel PROFILE=" : "",
		      is_in_build_tree() ? shown(name) : "; name its file",
		      is_in_build_tree() ? "` builds one of kconfig-fragments/profiles/" : "");
	buffer_free(&names);
	return image;
}

#define BANNER "Linux version "

static char *text_of(struct span word)
{
	return word.data ? xstrndup((const char *)word.data, word.len) : NULL;
}

static char *bzimage_release(struct span file, const char *path)
{
	struct bzimage image;

	switch (bzimage_parse(file, &image)) {
	case BZIMAGE_OK:
		return text_of(image.version);
	case BZIMAGE_NONE:
		error("%s: not an x86 kernel image (neither bzImage nor vmlinux)", shown(path));
		return NULL;
	case BZIMAGE_TRUNCATED:
		error("%s: a truncated kernel image: %zu bytes", shown(path), file.len);
		return NULL;
	case BZIMAGE_NO_VERSION:
		error("%s: a kernel image without a version in its header", shown(path));
		return NULL;
	}
	return NULL;
}

/* The banner stands among the read-only data, in some versions a second time as a format. */
static char *vmlinux_release(struct span file, const char *path)
{
	const uint8_t *at = file.data;

	while ((at = memmem(at, file.len - (size_t)(at - file.data), BANNER, strlen(BANNER)))) {
		struct span word = bzimage_word(file, (size_t)(at - file.data) + strlen(BANNER));

		if (word.data && strchr("0123456789", word.data[0]))
			return text_of(word);
		at++;
	}
	error("%s: an ELF file, but not a Linux kernel", shown(path));
	return NULL;
}

static char *release_of(struct span file, const char *path, enum kernel_kind *kind)
{
	struct vmlinux vmlinux;

	*kind = KERNEL_BZIMAGE;
	if (file.len < 4 || memcmp(file.data, "\177ELF", 4))
		return bzimage_release(file, path);
	if (vmlinux_parse(file, &vmlinux)) {
		error("%s: an ELF file, but not an x86-64 kernel", shown(path));
		return NULL;
	}
	*kind = vmlinux.runs_high ? KERNEL_VMLINUX : KERNEL_UML;
	return vmlinux_release(file, path);
}

int kernel_map(const char *path, struct span *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	int result = 0;
	void *map;

	*file = (struct span){ NULL, 0 };
	if (fd < 0 || fstat(fd, &info))
		result = error_errno(errno, "kernel %s", shown(path));
	else if (!S_ISREG(info.st_mode) || info.st_size == 0)
		result = error("kernel %s: %s", shown(path),
			       S_ISREG(info.st_mode) ? "an empty file" : "not a regular file");
	if (!result) {
		map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			result = error_errno(errno, "kernel %s", shown(path));
		else
			*file = (struct span){ map, (size_t)info.st_size };
	}
	if (fd >= 0)
		close(fd);
	return result;
}

void kernel_unmap(struct span *file)
{
	if (file->data)
		munmap((void *)file->data, file->len);
	*file = (struct span){ NULL, 0 };
}

char *kernel_release(const char *path, enum kernel_kind *kind)
{
	struct span file;
	char *release;

	if (kernel_map(path, &file))
		return NULL;
	release = release_of(file, path, kind);
	kernel_unmap(&file);
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

/* The image of a source tree, or of a directory of objects (O=), that was built. */
static char *find_in_tree(const char *tree)
{
	char *image = xasprintf("%s/" KERNEL_TREE_IMAGE, tree);

	if (!access(image, F_OK))
		return image;
	error("kernel %s: it has no " KERNEL_TREE_IMAGE ": run make there", shown(tree));
	free(image);
	return NULL;
}

/* A file, or a tree, or else the name of a profile: a directory of that name is no kernel. */
static char *find_named(const char *choice)
{
	struct stat info;
	bool is_there = !stat(choice, &info), is_dir = is_there && S_ISDIR(info.st_mode);

	if (is_dir && (strchr(choice, '/') || !strcmp(choice, ".") || !strcmp(choice, "..")))
		return find_in_tree(choice);
	if (strchr(choice, '/') || (is_there && !is_dir))
		return xstrdup(choice);
	return kernel_by_name(choice);
}

static char *find_image(const char *choice)
{
	const char *variable = getenv("RDINIT_KERNEL");
	char *dir, *pattern, *image;

	if (choice)
		return find_named(choice);
	if (variable && *variable)
		return find_named(variable);
	image = newest("/boot/vmlinuz-*");
	dir = image ? NULL : built_kernel_dir();
	if (dir) {
		pattern = xasprintf("%s/boot/vmlinuz-*", dir);
		image = newest(pattern);
		free(pattern);
		free(dir);
	}
	if (!image)
		error("no kernel found: /boot has no readable one (on some systems only root may "
		      "read it); name one with --kernel or RDINIT_KERNEL, or %s",
		      is_in_build_tree() ? "run `make deps`"
					 : "install one (Debian: linux-image-cloud-amd64)");
	return image;
}

bool kernel_is_in_tree(const char *image)
{
	size_t len = strlen(image), tail = strlen("/" KERNEL_TREE_IMAGE);

	return len >= tail && !strcmp(image + len - tail, "/" KERNEL_TREE_IMAGE);
}

/* The directory `below` the image's own with the modules of this release; malloc'd, or NULL. */
static char *modules_beside(const char *image, const char *below, const char *release)
{
	char *real = realpath(image, NULL), *dir, *found;

	if (!real)
		return NULL;
	dir = xasprintf("%.*s/%s/%s", (int)(strrchr(real, '/') - real), real, below, release);
	found = realpath(dir, NULL);
	free(dir);
	free(real);
	return found;
}

/* A profile's own come first: two profiles of one source have the same release. */
static char *find_modules(const char *image, const char *release)
{
	char *dir;

	if (!release[0])
		return NULL;
	dir = modules_beside(image, "modules/lib/modules", release);
	if (!dir && kernel_is_in_tree(image))
		dir = modules_beside(image, "../../../modules/lib/modules", release);
	if (dir)
		return dir;
	dir = xasprintf("/lib/modules/%s", release);
	if (!access(dir, F_OK))
		return dir;
	free(dir);
	return modules_beside(image, "../lib/modules", release);
}

int kernel_find(const char *choice, struct kernel *kernel)
{
	kernel->release = kernel->modules_dir = NULL;
	kernel->image = find_image(choice);
	if (!kernel->image)
		return -1;
	kernel->release = kernel_release(kernel->image, &kernel->kind);
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
