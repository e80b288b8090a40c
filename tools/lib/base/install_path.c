// SPDX-License-Identifier: MIT
/* install_path.c - rdinit's own files: where they are, and which program is our /init. */
#include "tools/lib/base/install_path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "init/pure/mode.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"

/* EXEDIR/NAME, malloc'd, or NULL if there is no such thing. */
static char *beside(const char *name)
{
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *path, *real;

	if (len <= 0)
		return NULL;
	exe[len] = '\0';
	path = xasprintf("%.*s/%s", (int)(strrchr(exe, '/') - exe), exe, name);
	real = realpath(path, NULL);
	free(path);
	return real;
}

static char *first_of(const char *built, const char *installed, const char *what)
{
	char *path = beside(built);

	if (!path)
		path = beside(installed);
	if (!path)
		error("%s not found: neither %s nor %s next to the rdinit command", what, built,
		      installed);
	return path;
}

char *installed_init(void)
{
	const char *variable = getenv("RDINIT_INIT");

	if (variable && *variable)
		return xstrdup(variable);
	return first_of("init", "../lib/rdinit/init", "/init");
}

char *installed_init_run(void)
{
	return first_of("init-run", "../lib/rdinit/init-run", "the /init of `init run`");
}

char *installed_uml_preload(void)
{
	return first_of("uml_regset.so", "../lib/rdinit/uml_regset.so", "uml_regset.so");
}

char *installed_virtiofsd_preload(void)
{
	return first_of("virtiofsd_rights.so", "../lib/rdinit/virtiofsd_rights.so",
			"virtiofsd_rights.so");
}

char *built_kernel_dir(void)
{
	return beside("kernel/debian");
}

char *installed_kernels(size_t i)
{
	static const char *const dirs[] = { "kernel", "../lib/rdinit/kernel" };

	for (size_t at = 0; at < COUNT(dirs); at++) {
		char *dir = beside(dirs[at]);

		if (dir && i-- == 0)
			return dir;
		free(dir);
	}
	return NULL;
}

bool is_in_build_tree(void)
{
	char *script = beside("../tools/deps.sh");
	bool found = script != NULL;

	free(script);
	return found;
}

#define OUR_MARK "rdinit.onfail" /* a parameter that no other program knows */

bool is_our_init(struct span program)
{
	return program.len > 4 && !memcmp(program.data, "\177ELF", 4) &&
	       memmem(program.data, program.len, OUR_MARK, strlen(OUR_MARK));
}

bool is_our_init_run(struct span program)
{
	return is_our_init(program) &&
	       memmem(program.data, program.len, INIT_ONLY_RUNS, strlen(INIT_ONLY_RUNS));
}
