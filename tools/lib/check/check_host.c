// SPDX-License-Identifier: MIT
/* check_host.c - files of this machine: the kernel, its configuration, its built-in modules. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/memory_need.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/kernel/kernel_boot.h"

#define CONFIG_MAX ((size_t)16 << 20) /* bytes; Debian's has 250 KB */

static int read_config(struct check *check, const char *path)
{
	struct buffer packed = { NULL, 0, 0 }, *text = &check->config.text;
	struct span span;
	size_t used;

	if (whole_file(path, CONFIG_MAX, "configuration", text) < 0)
		return -1;
	span = buffer_span(text);
	if (text->len && compress_detect(span)) { /* /proc/config.gz */
		packed = *text;
		*text = (struct buffer){ NULL, 0, 0 };
		if (decompress_buffer(span, text, CONFIG_MAX, &used))
			buffer_free(text);
		buffer_free(&packed);
	}
	if (!kconfig_is_whole(buffer_span(text))) {
		buffer_free(text);
		return error("%s: not a complete configuration of a 64-bit kernel", shown(path));
	}
	check->config.from = xstrdup(path);
	return 0;
}

/* A missing file is not an error: the built-in modules are then unknown. */
static void read_builtin(struct check *check)
{
	char *path;

	if (!check->kernel.modules_dir)
		return;
	path = xasprintf("%s/modules.builtin", check->kernel.modules_dir);
	if (!access(path, R_OK) && whole_file(path, CONFIG_MAX, "list", &check->builtin) < 0)
		buffer_free(&check->builtin);
	free(path);
}

int check_read_kernel(struct check *check, const char *choice, const char *config)
{
	struct kernel_boot form;
	int result;

	if (config && read_config(check, config) < 0)
		return -1;
	if (!choice)
		return 0;
	if (kernel_find(choice, &check->kernel))
		return -1;
	check->has_kernel = 1;
	result = kernel_boot_open(&check->kernel, FORM_FASTEST, &form);
	if (!result) {
		if (!config)
			kernel_config_find(&check->kernel, form.vmlinux, &check->config);
		check->kernel_bytes = memory_kernel_bytes(form.vmlinux);
	}
	kernel_boot_close(&form);
	read_builtin(check);
	return result;
}
