// SPDX-License-Identifier: MIT
/* firmware.c - the files that drivers hand to their devices. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "init/pure/modlist.h"
#include "tools/lib/base/path.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/module_set.h"

#define PLACE "/lib/firmware"
#define SHOWN_MAX 3 /* names of missing files in a warning */

/* Both in the kernel's order (drivers/base/firmware_loader/main.c): a plain file in any directory
 * comes before a compressed one. */
static const struct ending {
	const char *text;
	enum firmware_reading reading;
} endings[] = { { "", FIRMWARE_PLAIN }, { ".zst", FIRMWARE_ZSTD }, { ".xz", FIRMWARE_XZ } };

enum { DIRECTORIES = 4 };

struct wanted {
	const char *name;
	const char *why;
};

struct missing {
	struct buffer names;
	size_t count;
};

static char *directory(const struct modules *modules, size_t index)
{
	static const char *const below[DIRECTORIES] = { "/updates/%", "/updates", "/%", "" };
	size_t len = strcspn(below[index], "%");

	return xasprintf("%s%.*s%s", modules->firmware_dir, (int)len, below[index],
			 below[index][len] ? modules->release : "");
}

/* The file that the kernel would take; malloc'd, or NULL. */
static char *find_file(const struct modules *modules, const char *name,
		       const struct ending **ending)
{
	for (size_t e = 0; e < COUNT(endings); e++)
		for (size_t i = 0; i < DIRECTORIES; i++) {
			char *dir = directory(modules, i);
			char *path = xasprintf("%s/%s%s", dir, name, endings[e].text);
			struct stat info;

			free(dir);
			if (!stat(path, &info) && S_ISREG(info.st_mode)) {
				*ending = &endings[e];
				return path;
			}
			free(path);
		}
	return NULL;
}

static struct entry *add_unpacked(struct image *image, const char *place, const char *path,
				  const char *why)
{
	struct buffer plain = { NULL, 0, 0 };
	struct entry *entry = NULL;

	if (!modfile_read(path, &plain))
		entry = image_add_data(image, place, plain.data, plain.len, 0644, why);
	buffer_free(&plain);
	return entry;
}

static int add_file(const struct modules *modules, struct image *image, const char *path,
		    const struct ending *ending, const struct wanted *wanted)
{
	int stays = !*ending->text || (modules->firmware_reading & ending->reading);
	char *place = xasprintf(PLACE "/%s%s", wanted->name, stays ? ending->text : "");
	int result = 0;

	/* Several modules name one file. */
	if (image_find(image, place))
		result = 0;
	else if (stays)
		result = image_add_file(image, place, path, 0644, wanted->why) ? 0 : -1;
	else
		result = add_unpacked(image, place, path, wanted->why) ? 0 : -1;
	free(place);
	return result;
}

/* 1: found, 0: nowhere, -1 after reporting. */
static int add_name(const struct modules *modules, struct image *image, const struct wanted *wanted)
{
	const struct ending *ending = NULL;
	char *path = find_file(modules, wanted->name, &ending);
	int result;

	if (!path)
		return 0;
	result = add_file(modules, image, path, ending, wanted);
	free(path);
	return result ? -1 : 1;
}

/* A directory's name as a pattern that fits it alone. */
static char *quoted(char *dir)
{
	struct buffer out = { NULL, 0, 0 };

	for (const char *at = dir; *at; at++)
		buffer_printf(&out, strchr("*?[\\", *at) ? "\\%c" : "%c", *at);
	free(dir);
	return out.data;
}

static int add_found(const struct modules *modules, struct image *image, char *name,
		     const struct wanted *wanted)
{
	if (modlist_compression(name) == MODULE_COMPRESSED)
		*strrchr(name, '.') = '\0';
	return add_name(modules, image, &(struct wanted){ name, wanted->why });
}

/* As add_name(), for all that fit. */
static int add_pattern(const struct modules *modules, struct image *image,
		       const struct wanted *wanted)
{
	int count = 0;

	for (size_t i = 0; i < DIRECTORIES * COUNT(endings) && count >= 0; i++) {
		char *plain = directory(modules, i % DIRECTORIES), *dir = quoted(xstrdup(plain));
		char *pattern =
			xasprintf("%s/%s%s", dir, wanted->name, endings[i / DIRECTORIES].text);
		glob_t found;

		if (!glob(pattern, 0, NULL, &found)) {
			for (size_t k = 0; k < found.gl_pathc && count >= 0; k++) {
				int more = add_found(modules, image,
						     found.gl_pathv[k] + strlen(plain) + 1, wanted);

				count = more < 0 ? -1 : count + more;
			}
			globfree(&found);
		}
		free(pattern);
		free(plain);
		free(dir);
	}
	return count < 0 ? -1 : count > 0;
}

static int add(const struct modules *modules, struct image *image, const struct wanted *wanted)
{
	const char *why = NULL;
	char *clean = path_clean(wanted->name, &why);

	free(clean);
	if (!clean)
		return error("firmware %s (%s): %s", shown(wanted->name), wanted->why, why);
	if (strpbrk(wanted->name, "*?["))
		return add_pattern(modules, image, wanted);
	return add_name(modules, image, wanted);
}

static void report_missing(const struct modules *modules, const struct item *item,
			   const struct missing *missing)
{
	if (missing->count)
		warning("module %s: firmware not found in %s: %s%s", item->name,
			shown(modules->firmware_dir), missing->names.data,
			missing->count > SHOWN_MAX ? ", ..." : "");
}

/* Modules name files of devices that few people have: a missing one is a warning. */
static int add_of_item(struct modules *modules, struct image *image, const struct item *item)
{
	struct span left = buffer_span(&item->info);
	char *why = xasprintf("needed by module %s", item->name);
	struct missing missing = { .count = 0 };
	const char *text;
	int found = 0;

	while (found >= 0 && (text = modinfo_next(&left))) {
		if (strncmp(text, "firmware=", 9) != 0)
			continue;
		found = add(modules, image, &(struct wanted){ text + 9, why });
		if (!found && missing.count++ < SHOWN_MAX)
			buffer_printf(&missing.names, "%s%s", missing.count > 1 ? ", " : "",
				      shown(text + 9));
	}
	report_missing(modules, item, &missing);
	buffer_free(&missing.names);
	free(why);
	return found < 0 ? -1 : 0;
}

int modules_add_firmware_name(struct modules *modules, const char *name)
{
	size_t count = modules->firmware_count++;

	modules->firmware = xreallocarray(modules->firmware, count + 1, sizeof(*modules->firmware));
	modules->firmware[count] = xstrdup(name);
	return 0;
}

int modules_add_firmware(struct modules *modules, struct image *image)
{
	int result = 0;

	for (size_t i = 0; i < modules->count && !result; i++)
		if (modules->items[i].load != LOAD_NEVER)
			result = add_of_item(modules, image, &modules->items[i]);
	for (size_t i = 0; i < modules->firmware_count && !result; i++) {
		const char *name = modules->firmware[i];
		int found = add(modules, image, &(struct wanted){ name, "firmware line" });

		if (!found)
			error("firmware %s: not found in %s; name its directory with --firmware DIR",
			      shown(name), shown(modules->firmware_dir));
		result = found > 0 ? 0 : -1;
	}
	return result;
}
