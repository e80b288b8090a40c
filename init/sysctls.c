// SPDX-License-Identifier: MIT
/* sysctls.c - sets the parameters of the running kernel that rdinit.sysctl= asks for. */
#include <errno.h>

#include "init/boot.h"
#include "init/pure/sysctl.h"
#include "init/sys/file.h"
#include "init/sys/log.h"

static int set(const char *text)
{
	char path[SYSCTL_PATH_MAX];
	const char *value = sysctl_parse(text, path);
	int error;

	if (!value)
		return log_err(-EINVAL, "parse rdinit.sysctl=%s: expected NAME=VALUE", text);
	error = file_write(path, value);
	return error ? log_err(error, "write %s to %s", value, path) : 0;
}

int sysctls_set(struct boot *boot)
{
	const struct text_list *texts = &boot->settings.sysctls;
	int error = 0;

	for (int i = 0; i < texts->count && !error; i++)
		error = set(texts->all[i]);
	return error;
}
