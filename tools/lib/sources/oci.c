// SPDX-License-Identifier: MIT
/* oci.c - the layers of a container's image, one upon the other. */
#include "tools/lib/sources/oci.h"

#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/sources/tar.h"
#include "tools/lib/sources/oci_parts.h"

void oci_add_layer(struct oci_parts *parts, const char *name, const char *digest, int64_t size)
{
	struct oci_layer *layer;

	parts->layers =
		xreallocarray(parts->layers, parts->layer_count + 1, sizeof(*parts->layers));
	layer = &parts->layers[parts->layer_count++];
	layer->name = xstrdup(name);
	layer->digest = digest ? xstrdup(digest) : NULL;
	layer->size = size;
}

static void free_parts(struct oci_parts *parts)
{
	for (size_t i = 0; i < parts->layer_count; i++) {
		free(parts->layers[i].name);
		free(parts->layers[i].digest);
	}
	free(parts->layers);
	json_decref(parts->config);
}

static int apply_layer(const struct oci_store *store, struct image *stage,
		       const struct oci_parts *parts, size_t index)
{
	const struct oci_layer *layer = &parts->layers[index];
	struct blob blob;
	int result;

	if (oci_store_blob(store, layer->name, &blob) < 0)
		return -1;
	result = oci_verify(store, &blob, layer->digest, layer->size);
	if (!result)
		result = tar_add(stage, &blob, (unsigned int)index + 1, store->why);
	oci_store_done(store, &blob);
	return result;
}

static int read_parts(const struct oci_store *store, const char *tag, struct oci_parts *parts)
{
	if (oci_store_has(store, "index.json"))
		return oci_read_index(store, tag, parts);
	if (oci_store_has(store, "manifest.json"))
		return oci_read_docker(store, tag, parts);
	return error(
		"%s: %s: neither an OCI layout nor a file of docker save: it has no index.json "
		"and no manifest.json",
		store->why, shown(store->path));
}

int oci_add(struct image *stage, const char *path, const char *tag, struct oci_run *run,
	    const char *why)
{
	struct oci_store store;
	struct oci_parts parts = { 0 };
	int result;

	*run = (struct oci_run){ 0 };
	if (oci_store_open(&store, path, why) < 0)
		return -1;
	result = read_parts(&store, tag, &parts);
	for (size_t i = 0; i < parts.layer_count && !result; i++)
		result = apply_layer(&store, stage, &parts, i);
	if (!result)
		result = oci_read_config(&store, &parts, stage, run);
	free_parts(&parts);
	oci_store_close(&store);
	return result;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

void oci_run_free(struct oci_run *run)
{
	free_list(run->argv);
	free_list(run->env);
	free(run->workdir);
	free(run->user);
	free(run->home);
	*run = (struct oci_run){ 0 };
}
