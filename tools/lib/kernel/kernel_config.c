// SPDX-License-Identifier: MIT
/* kernel_config.c - where the configuration of a kernel is found. */
#include "tools/lib/kernel/kernel_config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/compress/compress.h"

#define CONFIG_MAX ((size_t)16 << 20) /* bytes; Debian's has 250 KB */

static struct span text_of(const struct kernel_config *config)
{
	return (struct span){ (const uint8_t *)config->text.data, config->text.len };
}

/* Keeps it if it is one. */
static int keep(struct kernel_config *config, const char *from)
{
	if (!kconfig_is_whole(text_of(config))) {
		buffer_free(&config->text);
		return 0;
	}
	config->from = xstrdup(from);
	return 1;
}

static int take_embedded(struct span vmlinux, struct kernel_config *config)
{
	struct span packed = kconfig_embedded(vmlinux);
	size_t used;

	if (!packed.data || decompress_quietly(packed, &config->text, CONFIG_MAX, &used))
		buffer_free(&config->text);
	return keep(config, "the kernel itself");
}

static void read_all(const char *path, struct buffer *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	char block[8192];
	ssize_t len = 0;

	if (fd >= 0 && !fstat(fd, &info) && S_ISREG(info.st_mode))
		while (text->len < CONFIG_MAX && (len = read(fd, block, sizeof(block))) > 0)
			buffer_add(text, block, (size_t)len);
	if (len)
		buffer_free(text);
	if (fd >= 0)
		close(fd);
}

/* A file without a release in its name may be of another build: its header must fit. */
static int is_of(const struct kernel *kernel, const struct kernel_config *config)
{
	struct span release = kconfig_release(text_of(config));

	return release.data && strlen(kernel->release) >= release.len &&
	       !memcmp(kernel->release, release.data, release.len);
}

enum naming { NAME_HAS_RELEASE, NAME_IS_PLAIN };

static int take_file(const struct kernel *kernel, char *path, enum naming naming,
		     struct kernel_config *config)
{
	int taken;

	read_all(path, &config->text);
	if (naming == NAME_IS_PLAIN && !is_of(kernel, config))
		buffer_free(&config->text);
	taken = keep(config, path);
	free(path);
	return taken;
}

void kernel_config_find(const struct kernel *kernel, struct span vmlinux,
			struct kernel_config *config)
{
	const char *slash = strrchr(kernel->image, '/');
	int dir = slash ? (int)(slash + 1 - kernel->image) : 0;

	*config = (struct kernel_config){ .from = NULL };
	if (take_embedded(vmlinux, config))
		return;
	if (take_file(kernel, xasprintf("%.*sconfig", dir, kernel->image), NAME_IS_PLAIN, config))
		return;
	if (!kernel->release[0] || strchr(kernel->release, '/'))
		return;
	if (take_file(kernel, xasprintf("%.*sconfig-%s", dir, kernel->image, kernel->release),
		      NAME_HAS_RELEASE, config))
		return;
	take_file(kernel, xasprintf("/boot/config-%s", kernel->release), NAME_HAS_RELEASE, config);
}

void kernel_config_free(struct kernel_config *config)
{
	buffer_free(&config->text);
	free(config->from);
	config->from = NULL;
}

enum kconfig_value kernel_config_get(const struct kernel_config *config, const char *symbol)
{
	return kconfig_get(text_of(config), symbol, NULL);
}
