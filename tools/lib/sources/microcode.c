// SPDX-License-Identifier: MIT
/* microcode.c - processors' microcode at the start of an initramfs, where the kernel reads it. */
#include "tools/lib/sources/microcode.h"

#include <cpuid.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"

/* Intel: a header of 48 bytes, data, and a table of further signatures. */
#define INTEL_HEADER 48
#define INTEL_DATA_USUAL 2000 /* bytes, where the header says 0 */
#define INTEL_TABLE_HEADER 20
#define INTEL_TABLE_ROW 12

/* AMD: "DMA", a table of processors, then patches. */
#define AMD_MAGIC 0x00414d44u
#define AMD_TABLE 0u
#define AMD_PATCH 1u
#define AMD_TABLE_ROW 16
#define AMD_HEADER 12 /* magic, 0, length of the table */
#define AMD_PART_HEADER 8 /* type, length */

enum microcode_vendor microcode_vendor_of(struct span file)
{
	if (file.len >= AMD_HEADER && le32(file.data) == AMD_MAGIC)
		return MICROCODE_AMD;
	if (file.len >= INTEL_HEADER && le32(file.data) == 1 && le32(file.data + 20) == 1)
		return MICROCODE_INTEL;
	return MICROCODE_VENDORS;
}

static bool sums_to_zero(struct span words)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 4 <= words.len; i += 4)
		sum += le32(words.data + i);
	return sum == 0;
}

static bool intel_is_for(struct span update, size_t data_len, uint32_t signature)
{
	struct span table =
		span_cut(update, INTEL_HEADER + data_len, update.len - INTEL_HEADER - data_len);

	if (le32(update.data + 12) == signature)
		return true;
	for (size_t at = INTEL_TABLE_HEADER; table.data && at + INTEL_TABLE_ROW <= table.len;
	     at += INTEL_TABLE_ROW)
		if (le32(table.data + at) == signature)
			return true;
	return false;
}

static int next_intel(struct span *file, const struct microcode_filter *filter, struct span *update,
		      const char **fault)
{
	size_t data_len, total;

	if (microcode_vendor_of(*file) != MICROCODE_INTEL) {
		*fault = "the header of an update is missing";
		return -1;
	}
	data_len = le32(file->data + 28);
	total = le32(file->data + 32);
	if (!data_len) {
		data_len = INTEL_DATA_USUAL;
		total = INTEL_HEADER + INTEL_DATA_USUAL;
	}
	if (total > file->len || total % 4 || data_len > total || total - data_len < INTEL_HEADER) {
		*fault = "an update is truncated, or has a wrong size";
		return -1;
	}
	*update = span_cut(*file, 0, total);
	*file = span_cut(*file, total, file->len - total);
	if (!sums_to_zero(*update)) {
		*fault = "the checksum of an update is wrong";
		return -1;
	}
	return !filter->one || intel_is_for(*update, data_len, filter->signature);
}

/* The length of table and patches, or 0 if they do not fit. */
static size_t amd_length(struct span file)
{
	size_t at = AMD_HEADER + (size_t)le32(file.data + 8);

	if (le32(file.data + 4) != AMD_TABLE || at > file.len)
		return 0;
	while (file.len - at >= AMD_PART_HEADER && le32(file.data + at) == AMD_PATCH) {
		size_t len = le32(file.data + at + 4);

		if (len > file.len - at - AMD_PART_HEADER)
			return 0;
		at += AMD_PART_HEADER + len;
	}
	return at;
}

static int next_amd(struct span *file, const struct microcode_filter *filter, struct span *update,
		    const char **fault)
{
	size_t len = microcode_vendor_of(*file) == MICROCODE_AMD ? amd_length(*file) : 0, table;

	if (!len) {
		*fault = "a container is truncated, or has a wrong size";
		return -1;
	}
	*update = span_cut(*file, 0, len);
	*file = span_cut(*file, len, file->len - len);
	table = AMD_HEADER + (size_t)le32(update->data + 8);
	for (size_t at = AMD_HEADER; filter->one && at + AMD_TABLE_ROW <= table;
	     at += AMD_TABLE_ROW)
		if (le32(update->data + at) == filter->signature)
			return 1;
	return !filter->one;
}

int microcode_next(enum microcode_vendor vendor, struct span *file,
		   const struct microcode_filter *filter, struct span *update, const char **fault)
{
	return vendor == MICROCODE_AMD ? next_amd(file, filter, update, fault)
				       : next_intel(file, filter, update, fault);
}

#define UPDATES_MAX ((size_t)64 << 20) /* bytes of a file; all of Intel's together have 13 MB */
/* The packages that have updates. */
#define PACKAGES "Debian: intel-microcode, amd64-microcode"

const char *microcode_path(enum microcode_vendor vendor)
{
	return vendor == MICROCODE_AMD ? "/kernel/x86/microcode/AuthenticAMD.bin"
				       : "/kernel/x86/microcode/GenuineIntel.bin";
}

struct microcode_filter microcode_this(void)
{
	struct microcode_filter filter = { .one = 1 };
	unsigned int ebx, ecx, edx;

	__get_cpuid(1, &filter.signature, &ebx, &ecx, &edx);
	return filter;
}

static int add_updates(struct microcode *microcode, const char *path, struct span file,
		       const struct microcode_filter *filter, const char *why)
{
	enum microcode_vendor vendor = microcode_vendor_of(file);
	struct span update;
	const char *fault;

	if (vendor == MICROCODE_VENDORS)
		return error(
			"%s: %s: is not microcode of Intel or AMD; their files are in intel-ucode and "
			"amd-ucode (" PACKAGES ")",
			why, shown(path));
	while (file.len) {
		int wanted = microcode_next(vendor, &file, filter, &update, &fault);

		if (wanted < 0)
			return error("%s: %s: %s", why, shown(path), fault);
		if (wanted)
			buffer_add(&microcode->updates[vendor], update.data, update.len);
	}
	microcode->files++;
	return 0;
}

static int add_file(struct microcode *microcode, const char *path,
		    const struct microcode_filter *filter, const char *why)
{
	struct buffer bytes = { 0 };
	int result = whole_file(path, UPDATES_MAX, "microcode file", &bytes);

	if (!result)
		result = add_updates(microcode, path, buffer_span(&bytes), filter, why);
	buffer_free(&bytes);
	return result;
}

/* Next to AMD's files are signatures (.asc), next to others a README. */
static bool is_updates(const char *name, const char *suffix)
{
	return *name != '.' && path_has_suffix(name, suffix);
}

static int add_directory(struct microcode *microcode, const char *path, const char *suffix,
			 const struct microcode_filter *filter, const char *why)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort), result = 0;

	if (count < 0)
		return errno == ENOENT ? 0
				       : error_errno(errno, "%s: cannot read %s", why, shown(path));
	for (int i = 0; i < count; i++) {
		char *file = path_join(path, names[i]->d_name);
		struct stat st;

		if (!result && is_updates(names[i]->d_name, suffix) && !stat(file, &st) &&
		    S_ISREG(st.st_mode))
			result = add_file(microcode, file, filter, why);
		free(file);
		free(names[i]);
	}
	free(names);
	return result;
}

static int add_firmware(struct microcode *microcode, const char *path,
			const struct microcode_filter *filter, const char *why)
{
	char *intel = path_join(path, "intel-ucode"), *amd = path_join(path, "amd-ucode");
	size_t before = microcode->files;
	int result = add_directory(microcode, intel, "", filter, why);

	if (!result)
		result = add_directory(microcode, amd, ".bin", filter, why);
	if (!result && microcode->files == before)
		result = add_directory(microcode, path, "", filter, why);
	if (!result && microcode->files == before)
		result = error("%s: %s: no microcode: neither intel-ucode nor amd-ucode (" PACKAGES
			       ")",
			       why, shown(path));
	free(intel);
	free(amd);
	return result;
}

int microcode_add(struct microcode *microcode, const char *path,
		  const struct microcode_filter *filter, const char *why)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_errno(errno, "%s: cannot open %s", why, shown(path));
	return S_ISDIR(st.st_mode) ? add_firmware(microcode, path, filter, why)
				   : add_file(microcode, path, filter, why);
}

void microcode_free(struct microcode *microcode)
{
	for (int i = 0; i < MICROCODE_VENDORS; i++)
		buffer_free(&microcode->updates[i]);
}
