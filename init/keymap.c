// SPDX-License-Identifier: MIT
/* keymap.c - load the console's keymap if rdinit.keymap= names one. */
#include <errno.h>
#include <fcntl.h>

#include "init/boot.h"
#include "init/pure/keymap.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define TERMINAL "/dev/tty0" /* all virtual terminals share one keymap */

/* Skips keys that this kernel does not know (EINVAL). */
static int set_keys(int tty, const struct keymap *keymap)
{
	struct keymap_key key;
	int error = 0;

	for (unsigned int i = 0; keymap_get(keymap, i, &key) && (!error || error == -EINVAL); i++)
		error = sys_set_key(tty, key.table, key.key, key.value);
	return error == -EINVAL ? 0 : error;
}

static int set_keymap(const char *path, struct span file)
{
	struct keymap keymap;
	int error = keymap_parse(file, &keymap), tty;

	if (error)
		return log_err(error, "read %s: not a binary keymap (make one by loadkeys -b)",
			       path);
	tty = sys_open(TERMINAL, O_RDWR | O_NOCTTY);
	if (tty < 0)
		return log_err(tty, "open " TERMINAL " for its keymap");
	error = set_keys(tty, &keymap);
	sys_close(tty);
	return error ? log_err(error, "set the keymap %s", path) : 0;
}

int keymap_load(struct boot *boot)
{
	static char file[KEYMAP_MAX + 1];
	const char *path = boot->settings.keymap;
	long len;

	if (!path)
		return 0;
	len = file_read(path, file, sizeof(file));
	if (len < 0)
		return log_err((int)len, "read %s", path);
	return set_keymap(path, (struct span){ (const uint8_t *)file, (size_t)len });
}
