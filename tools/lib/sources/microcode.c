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
#include "tools/lib/sources/microcode_parse.h"

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

static int take_updates(struct microcode *microcode, const char *path, struct span file,
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
		result = take_updates(microcode, path,
				      (struct span){ (const uint8_t *)bytes.data, bytes.len },
				      filter, why);
	buffer_free(&bytes);
	return result;
}

/* Next to AMD's files are signatures (.asc), next to others a README. */
static bool is_updates(const char *name, const char *suffix)
{
	return *name != '.' && path_has_suffix(name, suffix);
}

static int add_folder(struct microcode *microcode, const char *path, const char *suffix,
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
	int result = add_folder(microcode, intel, "", filter, why);

	if (!result)
		result = add_folder(microcode, amd, ".bin", filter, why);
	if (!result && microcode->files == before)
		result = add_folder(microcode, path, "", filter, why);
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
