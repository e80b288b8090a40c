// SPDX-License-Identifier: MIT
/* sbom.c - a software bill of materials: the image's files, and the packages that they are of. */
#include <stdlib.h>
#include <time.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/digest.h"
#include "tools/lib/image/owners.h"
#include "tools/lib/image/provenance_parts.h"

struct sbom {
	const struct provenance *provenance;
	struct owners *owners;
	json_t *files, *packages, *relationships;
	const struct package **listed; /* those in packages, in their order behind the image */
	size_t listed_count;
};

static void relate(struct sbom *sbom, const char *from, const char *kind, const char *to)
{
	json_array_append_new(sbom->relationships,
			      json_pack("{s:s, s:s, s:s}", "spdxElementId", from,
					"relationshipType", kind, "relatedSpdxElement", to));
}

/* Versions have bytes that a package URL must escape. Source: the purl specification. */
static void add_escaped(struct buffer *url, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:";

	for (; *text; text++)
		if (strchr(plain, *text))
			buffer_add(url, text, 1);
		else
			buffer_printf(url, "%%%02X", (uint8_t)*text);
}

static json_t *package_json(const struct package *package, const char *id)
{
	struct buffer url = { 0 };
	json_t *object;

	buffer_printf(&url, "pkg:%s/", package->kind);
	add_escaped(&url, package->distribution);
	buffer_text(&url, "/");
	add_escaped(&url, package->name);
	buffer_text(&url, "@");
	add_escaped(&url, package->version);
	if (*package->architecture)
		buffer_printf(&url, "?arch=%s", package->architecture);
	object =
		json_pack("{s:s, s:s, s:s, s:s, s:b, s:[{s:s, s:s, s:s}]}", "SPDXID", id, "name",
			  package->name, "versionInfo", package->version, "downloadLocation",
			  "NOASSERTION", "filesAnalyzed", 0, "externalRefs", "referenceCategory",
			  "PACKAGE-MANAGER", "referenceType", "purl", "referenceLocator", url.data);
	buffer_free(&url);
	return object;
}

/* The id of a package, which is listed when it is first met. */
static char *package_id(struct sbom *sbom, const struct package *package)
{
	size_t i = 0;
	char *id;

	while (i < sbom->listed_count && sbom->listed[i] != package)
		i++;
	id = xasprintf("SPDXRef-Package-%zu", i + 1);
	if (i < sbom->listed_count)
		return id;
	sbom->listed = xreallocarray(sbom->listed, i + 1, sizeof(*sbom->listed));
	sbom->listed[sbom->listed_count++] = package;
	json_array_append_new(sbom->packages, package_json(package, id));
	relate(sbom, "SPDXRef-Image", "CONTAINS", id);
	return id;
}

/* "./bin/sh": names that are no UTF-8 are written with the bytes that are none as %XX. */
static char *file_name(const char *path)
{
	struct buffer name = { 0 };
	json_t *text = json_string(path);

	buffer_text(&name, ".");
	for (; *path; path++)
		if (text || (uint8_t)*path < 0x80)
			buffer_add(&name, path, 1);
		else
			buffer_printf(&name, "%%%02X", (uint8_t)*path);
	json_decref(text);
	return name.data;
}

static void add_file(struct sbom *sbom, size_t index)
{
	const struct archive_entry *entry = &sbom->provenance->archive->entries[index];
	const struct package *package = owners_of(sbom->owners, index);
	struct span data = archive_data(sbom->provenance->archive, entry);
	char *id = xasprintf("SPDXRef-File-%zu", index + 1), *name = file_name(entry->path);
	char one[SHA1_HEX], two[SHA256_HEX];

	sha1_data(data.data, data.len, one);
	sha256_data(data.data, data.len, two);
	json_array_append_new(sbom->files, json_pack("{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}]}",
						     "SPDXID", id, "fileName", name, "checksums",
						     "algorithm", "SHA1", "checksumValue", one,
						     "algorithm", "SHA256", "checksumValue", two));
	relate(sbom, "SPDXRef-Image", "CONTAINS", id);
	if (package) {
		char *owner = package_id(sbom, package);

		relate(sbom, id, "GENERATED_FROM", owner);
		free(owner);
	}
	free(name);
	free(id);
}

/* What the image's own database says is in it, with files or without. */
static void add_own_packages(struct sbom *sbom)
{
	const struct package *package;

	for (size_t i = 0; (package = owners_own_package(sbom->owners, i)); i++)
		free(package_id(sbom, package));
}

static json_t *document(struct sbom *sbom)
{
	const struct provenance *provenance = sbom->provenance;
	const char *name = path_name(provenance->archive->name);
	const time_t created = (time_t)provenance->created;
	char hex[SHA256_HEX], when[32];
	struct tm utc;
	json_t *whole;

	sha256_data(sbom->provenance->archive->file.data, sbom->provenance->archive->file.len, hex);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&created, &utc));
	json_array_insert_new(sbom->packages, 0,
			      json_pack("{s:s, s:s, s:s, s:b, s:s, s:[{s:s, s:s}]}", "SPDXID",
					"SPDXRef-Image", "name", name, "downloadLocation",
					"NOASSERTION", "filesAnalyzed", 0, "primaryPackagePurpose",
					"OPERATING-SYSTEM", "checksums", "algorithm", "SHA256",
					"checksumValue", hex));
	relate(sbom, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image");
	whole = json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:{s:s, s:[s]}, s:o, s:o, s:o}", "spdxVersion",
		"SPDX-2.3", "dataLicense", "CC0-1.0", "SPDXID", "SPDXRef-DOCUMENT", "name", name,
		"documentNamespace", json_sprintf("urn:rdinit:sha256:%s", hex), "creationInfo",
		"created", when, "creators", "Tool: rdinit-" RDINIT_VERSION, "packages",
		sbom->packages, "files", sbom->files, "relationships", sbom->relationships);
	return whole;
}

int sbom_write(const struct provenance *provenance, const char *path)
{
	const struct archive *archive = provenance->archive;
	struct sbom sbom = { .provenance = provenance };
	json_t *whole;

	sbom.files = json_array();
	sbom.packages = json_array();
	sbom.relationships = json_array();
	sbom.owners = owners_find(provenance);
	for (size_t i = 0; i < archive->count; i++)
		if (S_ISREG(archive->entries[i].newc.fields.mode))
			add_file(&sbom, i);
	add_own_packages(&sbom);
	whole = document(&sbom);
	owners_free(sbom.owners);
	free(sbom.listed);
	return provenance_save(whole, path);
}
