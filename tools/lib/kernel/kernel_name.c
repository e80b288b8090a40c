// SPDX-License-Identifier: MIT
/* kernel_name.c - kernels by the names that `make kernel PROFILE=NAME` gives them. */
#include "tools/lib/kernel/kernel_name.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/install_path.h"

static const char *const images[] = { "bzImage", "linux" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

	for (size_t i = 0; !image && (dir = place_kernels(i)); i++) {
		image = image_in(dir, name);
		add_names(&names, dir);
		free(dir);
	}
	if (!image)
		error("kernel %s: No such file, and no kernel of that name (there %s%s)%s%s%s",
		      shown(name), names.len ? "are:" : "is none", names.len ? names.data : "",
		      place_is_built() ? "; `make kernel PROFILE=" : "",
		      place_is_built() ? shown(name) : "; name its file",
		      place_is_built() ? "` builds one of kconfig-fragments/profiles/" : "");
	buffer_free(&names);
	return image;
}
