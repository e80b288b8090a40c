// SPDX-License-Identifier: MIT
/* kernel_config.c - a kernel's configuration: the value of one symbol. */
#include "tools/lib/kernel/kernel_config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/compress/compress.h"

#define PREFIX "CONFIG_"
#define START "IKCFG_ST"
#define END "IKCFG_ED"
#define HEADER " Kernel Configuration"

/* The next line without its newline; data NULL after the last. */
static struct span next_line(struct span *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	struct span line = { NULL, 0 };

	if (!rest->len)
		return line;
	line = span_cut(*rest, 0, end ? (size_t)(end - rest->data) : rest->len);
	*rest = end ? span_cut(*rest, line.len + 1, rest->len - line.len - 1)
		    : span_cut(*rest, rest->len, 0);
	return line;
}

/* The text after CONFIG_SYMBOL= in a line, or data NULL. */
static struct span value_of(struct span line, const char *symbol)
{
	size_t prefix = strlen(PREFIX), len = strlen(symbol);

	if (line.len <= prefix + len || memcmp(line.data, PREFIX, prefix) ||
	    memcmp(line.data + prefix, symbol, len) || line.data[prefix + len] != '=')
		return (struct span){ NULL, 0 };
	return span_cut(line, prefix + len + 1, line.len - prefix - len - 1);
}

static enum kconfig_value kind_of(struct span *value)
{
	if (value->len == 1 && value->data[0] == 'y')
		return KCONFIG_Y;
	if (value->len == 1 && value->data[0] == 'm')
		return KCONFIG_M;
	if (value->len == 1 && value->data[0] == 'n')
		return KCONFIG_N;
	if (value->len >= 2 && value->data[0] == '"' && value->data[value->len - 1] == '"')
		*value = span_cut(*value, 1, value->len - 2);
	return KCONFIG_TEXT;
}

static enum kconfig_value look_up(struct span text, const char *symbol, struct span *value)
{
	enum kconfig_value found = KCONFIG_N;
	struct span line;

	while ((line = next_line(&text)).data) {
		struct span here = value_of(line, symbol);

		if (!here.data)
			continue;
		found = kind_of(&here);
		if (value)
			*value = here;
	}
	return found;
}

/* 64BIT is asked in the first menu, and every configuration ends in the menu of debugging, whose
 * last line, like all, has its newline. */
bool kconfig_is_whole(struct span text)
{
	return text.len && text.data[text.len - 1] == '\n' &&
	       look_up(text, "64BIT", NULL) == KCONFIG_Y &&
	       look_up(text, "CC_VERSION_TEXT", NULL) == KCONFIG_TEXT;
}

enum kconfig_value kconfig_get(struct span text, const char *symbol, struct span *value)
{
	if (value)
		*value = (struct span){ NULL, 0 };
	return kconfig_is_whole(text) ? look_up(text, symbol, value) : KCONFIG_UNKNOWN;
}

static const uint8_t *find(struct span in, const char *text)
{
	return in.len ? memmem(in.data, in.len, text, strlen(text)) : NULL;
}

struct span kconfig_embedded(struct span vmlinux)
{
	const uint8_t *start = find(vmlinux, START), *end;
	struct span rest;

	if (!start)
		return (struct span){ NULL, 0 };
	start += strlen(START);
	rest = (struct span){ start, vmlinux.len - (size_t)(start - vmlinux.data) };
	end = find(rest, END);
	return end ? (struct span){ start, (size_t)(end - start) } : (struct span){ NULL, 0 };
}

struct span kconfig_release(struct span text)
{
	const uint8_t *end = find(text, HEADER), *start = end;
	struct span line;

	while (start && start > text.data && start[-1] != ' ' && start[-1] != '\n')
		start--;
	if (!start || start == end || *start < '0' || *start > '9')
		return (struct span){ NULL, 0 };
	line = (struct span){ start, (size_t)(end - start) };
	return line.len < 64 ? line : (struct span){ NULL, 0 };
}

#define CONFIG_MAX ((size_t)16 << 20) /* bytes; Debian's has 250 KB */

static struct span text_of(const struct kernel_config *config)
{
	return buffer_span(&config->text);
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

static int read_embedded(struct span vmlinux, struct kernel_config *config)
{
	struct span packed = kconfig_embedded(vmlinux);
	size_t used;

	if (!packed.data || decompress_buffer(packed, &config->text, CONFIG_MAX, &used))
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
static bool is_of(const struct kernel *kernel, const struct kernel_config *config)
{
	struct span release = kconfig_release(text_of(config));

	return release.data && strlen(kernel->release) >= release.len &&
	       !memcmp(kernel->release, release.data, release.len);
}

enum naming { NAME_HAS_RELEASE, NAME_IS_PLAIN };

static int read_config(const struct kernel *kernel, char *path, enum naming naming,
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
	if (read_embedded(vmlinux, config))
		return;
	if (read_config(kernel, xasprintf("%.*sconfig", dir, kernel->image), NAME_IS_PLAIN, config))
		return;
	if (kernel_is_in_tree(kernel->image) &&
	    read_config(kernel, xasprintf("%.*s../../../.config", dir, kernel->image),
			NAME_IS_PLAIN, config))
		return;
	if (!kernel->release[0] || strchr(kernel->release, '/'))
		return;
	if (read_config(kernel, xasprintf("%.*sconfig-%s", dir, kernel->image, kernel->release),
			NAME_HAS_RELEASE, config))
		return;
	read_config(kernel, xasprintf("/boot/config-%s", kernel->release), NAME_HAS_RELEASE,
		    config);
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
