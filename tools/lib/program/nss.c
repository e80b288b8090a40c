// SPDX-License-Identifier: MIT
/* nss.c - what getpwnam(3), getaddrinfo(3) and their like open, as /etc/nsswitch.conf says. */
#include "tools/lib/program/nss.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/spool.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/program/image_layout.h"

/* Brackets may hold blanks. */
static void blank_actions(char *words)
{
	while ((words = strchr(words, '['))) {
		size_t len = strcspn(words, "]");

		memset(words, ' ', len + (words[len] == ']'));
	}
}

/* 0 at the end of the text. */
static int next_line(struct nss_conf *conf)
{
	char *line = strsep(&conf->text, "\n"), *colon;

	if (!line)
		return 0;
	line[strcspn(line, "#")] = '\0';
	colon = strchr(line, ':');
	conf->words = colon ? colon + 1 : line + strlen(line);
	blank_actions(conf->words);
	return 1;
}

const char *nss_conf_next(struct nss_conf *conf)
{
	do {
		char *word;

		while (conf->words && (word = strsep(&conf->words, " \t\r")))
			if (*word && !strchr(word, '/'))
				return word;
	} while (next_line(conf));
	return NULL;
}

#define CONF "/etc/nsswitch.conf"
#define CONF_MAX 65536 /* bytes; Debian's has 500 */

static bool is_builtin(const char *service)
{
	return !strcmp(service, "files") || !strcmp(service, "dns");
}

static void add_service(struct closure *closure, const char *service)
{
	char *name = xasprintf("libnss_%s.so.2", service);
	char *feature = xasprintf("the service %s of " CONF, service);

	if (closure_dlopen_name(closure, name, feature) && !is_builtin(service))
		warning("%s not found: " CONF " names the service %s, which will not work",
			shown(name), shown(service));
	free(feature);
	free(name);
}

/* The file came with an archive. */
static int read_spooled(const struct entry *entry, struct buffer *text)
{
	const struct blob blob = spool_blob(entry->spooled - 1, entry->size, CONF);
	size_t len = entry->size < CONF_MAX ? entry->size : CONF_MAX;
	char *bytes = xmalloc(len + 1);
	int result = blob_read(&blob, 0, bytes, len);

	if (!result)
		buffer_add(text, bytes, len);
	free(bytes);
	return result;
}

/* The image's own file, or the root's, which is then the image's as well. */
static int read_conf(struct image *image, const struct closure *closure, const char *why,
		     struct buffer *text)
{
	char *place = image_layout_resolve(image, CONF);
	struct entry *entry = image_find(image, place);
	int result;

	if (!entry) {
		result = image_layout_add(image, closure->source.root, CONF, why);
		free(place);
		place = image_layout_resolve(image, CONF);
		entry = image_find(image, place);
		if (!result)
			warning("the image has no " CONF ": it gets %s" CONF,
				shown(closure->source.root));
	}
	free(place);
	entry = entry ? image_inode(entry) : NULL;
	if (!entry || !S_ISREG(entry->mode))
		return error("nss: " CONF
			     " is missing, which names the services: add one with a file line");
	if (entry->host_path)
		return whole_file(entry->host_path, CONF_MAX, CONF, text);
	if (entry->spooled)
		return read_spooled(entry, text);
	buffer_add(text, entry->data, entry->size);
	return 0;
}

int nss_add(struct image *image, struct closure *closure, const char *why)
{
	struct buffer text = { 0 };
	struct nss_conf conf = { 0 };
	const char *service;
	int result;

	if (closure->loader == LOADER_MUSL)
		return error("nss: %s is a program of musl, which has no such modules: remove nss",
			     shown(closure->objects[0].path));
	result = read_conf(image, closure, why, &text);
	conf.text = text.data;
	while (!result && (service = nss_conf_next(&conf)))
		add_service(closure, service);
	buffer_free(&text);
	return result;
}
