// SPDX-License-Identifier: MIT
/* ldconf.c - the directories in which the dynamic loaders look for libraries. */
#include "tools/lib/program/ldconf.h"

#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/sysroot.h"

#define INCLUDE_DEPTH 8 /* ld.so.conf files that include each other must end somewhere */

/* Debian's, then what others build in. */
static const char *const glibc_dirs[] = {
	"/lib/x86_64-linux-gnu",
	"/usr/lib/x86_64-linux-gnu",
	"/lib64",
	"/usr/lib64",
	"/lib",
	"/usr/lib",
};
static const char *const musl_dirs[] = { "/lib", "/usr/local/lib", "/usr/lib" };

enum loader ldconf_loader(const char *interp)
{
	return interp && strstr(interp, "ld-musl") ? LOADER_MUSL : LOADER_GLIBC;
}

static void add_dir(struct ldconf *conf, const char *dir, size_t len)
{
	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (!len || dir[0] != '/')
		return;
	for (size_t i = 0; i < conf->count; i++)
		if (strlen(conf->dirs[i]) == len && !memcmp(conf->dirs[i], dir, len))
			return;
	conf->dirs = xreallocarray(conf->dirs, conf->count + 1, sizeof(*conf->dirs));
	conf->dirs[conf->count++] = xstrndup(dir, len);
}

static void read_glibc(struct ldconf *conf, const char *file, int depth);

/* Only the directory is followed within the root: matches are opened that way again. */
static char *glob_pattern(const struct ldconf *conf, const char *file, const char *text)
{
	char *whole = text[0] == '/' ? xstrdup(text) : path_beside(file, text);
	char *dir = path_parent(whole), *host = sysroot_path(conf->root, dir, LAST_FOLLOWED);
	char *pattern = host ? path_join(host, path_name(whole)) : NULL;

	free(whole);
	free(dir);
	free(host);
	return pattern;
}

/* `include PATTERN...`; a relative pattern counts from the directory of the file it is in. */
static void include(struct ldconf *conf, const char *file, char *patterns, int depth)
{
	char *state = NULL;

	for (char *one = strtok_r(patterns, " \t", &state); one;
	     one = strtok_r(NULL, " \t", &state)) {
		char *pattern = glob_pattern(conf, file, one);
		glob_t found;

		if (pattern && !glob(pattern, 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				read_glibc(conf, sysroot_inside(conf->root, found.gl_pathv[i]),
					   depth + 1);
			globfree(&found);
		}
		free(pattern);
	}
}

static void conf_line(struct ldconf *conf, const char *file, char *line, int depth)
{
	line += strspn(line, " \t");
	line[strcspn(line, "#\n\r")] = '\0';
	if (!strncmp(line, "include", 7) && strchr(" \t", line[7]) && line[7]) {
		include(conf, file, line + 8, depth);
		return;
	}
	if (!strncmp(line, "hwcap", 5))
		return;
	/* "DIR=TYPE" is an old form of libc5's days; ldconfig ignores the type, too. */
	line[strcspn(line, "=")] = '\0';
	for (size_t len; (len = strcspn(line, " \t,:")), *line; line += len, line += !!*line)
		add_dir(conf, line, len);
}

static FILE *open_text(const struct ldconf *conf, const char *file)
{
	int fd = sysroot_open(conf->root, file, O_RDONLY | O_NONBLOCK);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

static void read_glibc(struct ldconf *conf, const char *file, int depth)
{
	FILE *in = depth < INCLUDE_DEPTH ? open_text(conf, file) : NULL;
	char *line = NULL;
	size_t size = 0;

	if (!in)
		return;
	while (getline(&line, &size, in) > 0)
		conf_line(conf, file, line, depth);
	free(line);
	fclose(in);
}

/* One list, separated by newlines or colons; it replaces the built-in one. */
static void read_musl(struct ldconf *conf, const char *file)
{
	FILE *in = open_text(conf, file);
	char *line = NULL;
	size_t size = 0;

	if (in) {
		while (getline(&line, &size, in) > 0)
			for (char *at = line; *at; at += strcspn(at, ":\n"), at += !!*at)
				add_dir(conf, at, strcspn(at, ":\n"));
		free(line);
		fclose(in);
	}
	for (size_t i = 0; !in && i < COUNT(musl_dirs); i++)
		add_dir(conf, musl_dirs[i], strlen(musl_dirs[i]));
}

bool ldconf_is_builtin(const char *dir)
{
	for (size_t i = 0; i < COUNT(glibc_dirs); i++)
		if (!strcmp(glibc_dirs[i], dir))
			return true;
	return false;
}

void ldconf_read(enum loader loader, const char *root, struct ldconf *conf)
{
	const char *file = loader == LOADER_MUSL ? LDCONF_MUSL : LDCONF_GLIBC;

	*conf = (struct ldconf){ .root = root };
	if (loader == LOADER_MUSL) {
		read_musl(conf, file);
		return;
	}
	read_glibc(conf, file, 0);
	for (size_t i = 0; i < COUNT(glibc_dirs); i++)
		add_dir(conf, glibc_dirs[i], strlen(glibc_dirs[i]));
}

void ldconf_free(struct ldconf *conf)
{
	for (size_t i = 0; i < conf->count; i++)
		free(conf->dirs[i]);
	free(conf->dirs);
	memset(conf, 0, sizeof(*conf));
}
