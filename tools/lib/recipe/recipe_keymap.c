// SPDX-License-Identifier: MIT
/* recipe_keymap.c - the verb that brings a keymap for the console. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/keymap.h"
#include "init/pure/imageconf.h"
#include "tools/lib/base/capture.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/program/program.h"
#include "tools/lib/recipe/recipe_line.h"

#define TEXT_MAX ((size_t)1 << 20) /* bytes */
#define KEYMAP_CONF IMAGECONF_DIR "/40-keymap.conf"

static bool is_binary(const struct buffer *bytes)
{
	struct keymap keymap;

	return keymap_parse(buffer_span(bytes), &keymap) == 0;
}

/* Text files, and names like "de-latin1", are kbd's to read. */
static int compile(const struct line *line, const char *name, struct buffer *bytes)
{
	char *loadkeys = program_lookup("loadkeys");
	int status;

	if (!loadkeys)
		return line_error(
			line, 1,
			"expected loadkeys for the keymap %s, which is not in PATH (Debian: kbd, and console-data for keymaps by name)",
			shown(name));
	status = capture((char *[]){ loadkeys, (char *)"-b", (char *)"--", (char *)name, NULL },
			 bytes);
	if (status < 0)
		error_errno(errno, "%s: cannot run %s", line->why, shown(loadkeys));
	else if (status || !is_binary(bytes))
		status = line_expected(line, 1, "a keymap of loadkeys");
	free(loadkeys);
	return status ? -1 : 0;
}

static int read_keymap(const struct line *line, struct buffer *bytes)
{
	char *path = line_host_path(line, 1);
	bool is_file = access(path, R_OK) == 0;
	int result = is_file ? whole_file(path, TEXT_MAX, "keymap", bytes) : 0;

	if (!result && !is_binary(bytes)) {
		buffer_free(bytes);
		result = compile(line, is_file ? path : line_word(line, 1), bytes);
	}
	free(path);
	return result;
}

int verb_keymap(const struct line *line)
{
	static const char conf[] = "rdinit.keymap=" KEYMAP_FILE "\n";
	struct image *image = line->recipe->image;
	struct buffer bytes = { 0 };
	int result = read_keymap(line, &bytes);

	if (!result &&
	    (!image_add_data(image, KEYMAP_FILE, bytes.data, bytes.len, 0644, line->why) ||
	     !image_add_data(image, KEYMAP_CONF, conf, sizeof(conf) - 1, 0644, line->why)))
		result = -1;
	buffer_free(&bytes);
	return result;
}
