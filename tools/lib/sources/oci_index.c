// SPDX-License-Identifier: MIT
/* oci_index.c - which of the images in a store is meant, and what it consists of. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/sources/oci_store.h"

#define NESTED_MAX 4 /* an index within an index; real ones have two */
#define TAG "org.opencontainers.image.ref.name"
#define FULL_NAME "io.containerd.image.name"

static const char *annotation(const json_t *descriptor, const char *key)
{
	return oci_text(json_object_get(descriptor, "annotations"), key);
}

/* "latest" for "docker.io/library/alpine:latest", and the name in full. */
static bool is_called(const char *name, const char *tag)
{
	size_t len, tag_len = strlen(tag);

	if (!name)
		return false;
	len = strlen(name);
	return !strcmp(name, tag) || (len > tag_len && name[len - tag_len - 1] == ':' &&
				      !strcmp(name + len - tag_len, tag));
}

/* Attestations stand among the images, for a platform "unknown". */
static bool is_ours(const json_t *descriptor)
{
	const json_t *platform = json_object_get(descriptor, "platform");
	const char *os = oci_text(platform, "os"), *arch = oci_text(platform, "architecture");

	return (!os || !strcmp(os, "linux")) && (!arch || !strcmp(arch, "amd64"));
}

struct choice {
	const struct oci_store *store;
	const char *tag; /* NULL, and in a nested index, too: any */
	const json_t *chosen;
	size_t candidates;
	struct buffer names; /* of all, for the message */
};

static void note_name(struct choice *choice, const json_t *descriptor)
{
	const json_t *platform = json_object_get(descriptor, "platform");
	const char *name = annotation(descriptor, TAG), *arch = oci_text(platform, "architecture");

	buffer_printf(&choice->names, "%s%s%s%s", choice->names.len ? ", " : "",
		      shown(name ? name : "(no name)"), arch ? " for " : "",
		      arch ? shown(arch) : "");
}

static void consider(struct choice *choice, const json_t *descriptor)
{
	note_name(choice, descriptor);
	if (!is_ours(descriptor))
		return;
	if (choice->tag && !is_called(annotation(descriptor, TAG), choice->tag) &&
	    !is_called(annotation(descriptor, FULL_NAME), choice->tag))
		return;
	choice->chosen = descriptor;
	choice->candidates++;
}

/* The descriptor that is meant in an index. NULL after reporting. */
static const json_t *choose(const struct oci_store *store, const char *name, const json_t *index,
			    const char *tag)
{
	struct choice choice = { .store = store, .tag = tag };
	const json_t *descriptor;
	size_t i;

	json_array_foreach(json_object_get(index, "manifests"), i, descriptor)
		consider(&choice, descriptor);
	if (choice.candidates != 1) {
		oci_error(
			store, name, "%s%s%s; there %s: %s",
			choice.candidates
				? "several images for linux/amd64: choose one by its tag, PATH:TAG"
				: "no image for linux/amd64",
			tag ? " called " : "", tag ? shown(tag) : "",
			json_array_size(json_object_get(index, "manifests")) == 1 ? "is" : "are",
			choice.names.len ? choice.names.data : "none");
		choice.chosen = NULL;
	}
	buffer_free(&choice.names);
	return choice.chosen;
}

/* The size that a descriptor says, -1 if it says none. 0, or -1 after reporting. */
static int read_size(const struct oci_store *store, const char *name, const json_t *descriptor,
		     int64_t *size)
{
	const json_t *number = json_object_get(descriptor, "size");

	*size = number ? json_integer_value(number) : -1;
	if (!number || (json_is_integer(number) && *size >= 0))
		return 0;
	return oci_error(store, name, "a size that is not a number of bytes");
}

static int read_layers(const struct oci_store *store, const char *name, const json_t *manifest,
		       struct oci_parts *parts)
{
	const json_t *layers = json_object_get(manifest, "layers"), *layer;
	size_t i;

	json_array_foreach(layers, i, layer)
	{
		const char *digest = oci_text(layer, "digest"),
			   *type = oci_text(layer, "mediaType");
		int64_t size;
		char *blob;

		if (read_size(store, name, layer, &size) < 0)
			return -1;
		if (!digest || size < 0)
			return oci_error(store, name, "layer %zu has no digest or no size", i);
		if (type && strstr(type, "+encrypted"))
			return oci_error(store, name, "layer %zu is encrypted", i);
		blob = oci_blob_name(store, digest);
		if (!blob)
			return -1;
		oci_add_layer(parts, blob, digest, size);
		free(blob);
	}
	return i ? 0 : oci_error(store, name, "has no layers: it is not a container image");
}

/* The blob of a descriptor in the file `from`. NULL after reporting. */
static json_t *blob_json(const struct oci_store *store, const char *from, const json_t *descriptor)
{
	const char *digest = oci_text(descriptor, "digest");
	int64_t size;
	char *name;
	json_t *json;

	if (read_size(store, from, descriptor, &size) < 0)
		return NULL;
	name = oci_blob_name(store, digest);
	json = name ? oci_store_json(store, name, digest, size) : NULL;
	free(name);
	return json;
}

static int read_manifest(const struct oci_store *store, const char *name, const json_t *manifest,
			 struct oci_parts *parts)
{
	const json_t *config = json_object_get(manifest, "config");

	if (!oci_text(config, "digest"))
		return oci_error(store, name, "is not a manifest: it has no config");
	if (read_layers(store, name, manifest, parts) < 0)
		return -1;
	parts->config = blob_json(store, name, config);
	return parts->config ? 0 : -1;
}

int oci_read_index(const struct oci_store *store, const char *tag, struct oci_parts *parts)
{
	char *name = xstrdup("index.json");
	json_t *json = oci_store_json(store, name, NULL, -1);
	int result = json ? 0 : -1;

	for (int depth = 0; !result && json_object_get(json, "manifests"); depth++) {
		const json_t *chosen = choose(store, name, json, depth ? NULL : tag);
		const char *digest = oci_text(chosen, "digest");
		json_t *next = NULL;

		if (depth == NESTED_MAX)
			result = oci_error(store, name, "more than %d nested indexes", NESTED_MAX);
		else if (chosen && !digest)
			result = oci_error(store, name, "an image without a digest");
		else if (!chosen || !(next = blob_json(store, name, chosen)))
			result = -1;
		free(name);
		name = xstrdup(digest ? digest : "index.json");
		json_decref(json);
		json = next;
	}
	if (!result)
		result = read_manifest(store, name, json, parts);
	json_decref(json);
	free(name);
	return result;
}

static bool has_tag(const json_t *image, const char *tag)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(image, "RepoTags"), i,
			   name) if (is_called(json_string_value(name), tag)) return true;
	return false;
}

/* The digest that layer `index` has unpacked, which in this form is the one it has. */
static const char *diff_id(const struct oci_parts *parts, size_t index)
{
	const json_t *rootfs = json_object_get(parts->config, "rootfs");

	return json_string_value(json_array_get(json_object_get(rootfs, "diff_ids"), index));
}

/* A name in manifest.json is of a file within what was saved. */
static int check_name(const struct oci_store *store, const char *name)
{
	const char *fault;
	char *clean = path_clean(name, &fault);
	bool is_inside = clean && *name != '/';

	free(clean);
	if (is_inside)
		return 0;
	return oci_error(store, "manifest.json", "%s is not a name of a file in it", shown(name));
}

static int read_docker_image(const struct oci_store *store, const json_t *image,
			     struct oci_parts *parts)
{
	const char *config = oci_text(image, "Config");
	const json_t *layer;
	size_t i;

	if (!config)
		return oci_error(store, "manifest.json", "an image without Config");
	if (check_name(store, config) < 0)
		return -1;
	parts->config = oci_store_json(store, config, NULL, -1);
	if (!parts->config)
		return -1;
	json_array_foreach(json_object_get(image, "Layers"), i, layer)
	{
		if (!json_is_string(layer) || !diff_id(parts, i))
			return oci_error(store, config, "has no diff_id for layer %zu", i);
		if (check_name(store, json_string_value(layer)) < 0)
			return -1;
		oci_add_layer(parts, json_string_value(layer), diff_id(parts, i), -1);
	}
	return i ? 0 : oci_error(store, "manifest.json", "an image without Layers");
}

int oci_read_docker(const struct oci_store *store, const char *tag, struct oci_parts *parts)
{
	json_t *json = oci_store_json(store, "manifest.json", NULL, -1);
	const json_t *image, *chosen = NULL;
	size_t i, count = 0;
	int result;

	if (!json)
		return -1;
	json_array_foreach(json, i, image) if (!tag || has_tag(image, tag))
	{
		chosen = image;
		count++;
	}
	if (count == 1)
		result = read_docker_image(store, chosen, parts);
	else
		result = oci_error(store, "manifest.json",
				   "%zu images%s%s; choose one with PATH:TAG", count,
				   tag ? " called " : "", tag ? shown(tag) : "");
	json_decref(json);
	return result;
}
