// SPDX-License-Identifier: MIT
/* relations.c - which entries of an image need which. */
#include "tools/lib/check/relations.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/pure/paths.h"
#include "init/pure/executable.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/elf_deps.h"
#include "tools/lib/module/modinfo.h"

static const char run_by_init[] = "run by /init", loaded_by_init[] = "loaded by /init";

struct named {
	const char *name; /* the last one of a path */
	size_t index;
};

struct reading {
	const struct archive *archive;
	struct relations *relations;
	struct named *by_name; /* all entries, in the order of their names, then indexes */
	size_t from;
};

static void relate(struct reading *reading, size_t to, const char *kind)
{
	struct relations *relations = reading->relations;

	if (!(relations->count & (relations->count - 1)))
		relations->list =
			xreallocarray(relations->list, relations->count ? 2 * relations->count : 1,
				      sizeof(*relations->list));
	relations->list[relations->count++] = (struct relation){ reading->from, to, kind };
}

static int by_name(const void *one, const void *other)
{
	const struct named *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->index > b->index) - (a->index < b->index);
}

static void index_names(struct reading *reading)
{
	const struct archive *archive = reading->archive;

	reading->by_name = xreallocarray(NULL, archive->count + 1, sizeof(*reading->by_name));
	for (size_t i = 0; i < archive->count; i++)
		reading->by_name[i] = (struct named){ path_name(archive->entries[i].path), i };
	qsort(reading->by_name, archive->count, sizeof(*reading->by_name), by_name);
}

static void relate_name(struct reading *reading, const char *name, const char *kind)
{
	size_t low = 0, high = reading->archive->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(reading->by_name[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low + SAME_NAME_MAX; low < reading->archive->count && low < high &&
					 !strcmp(reading->by_name[low].name, name);
	     low++)
		relate(reading, reading->by_name[low].index, kind);
}

/* The entry at the path, and every symlink on the way to it by that name. */
static void relate_path(struct reading *reading, const char *path, const char *kind)
{
	const struct archive *archive = reading->archive;
	const char *why;
	const struct archive_entry *there = archive_find(archive, path);

	if (!there)
		there = archive_resolve(archive, path, &why);
	if (there)
		relate(reading, (size_t)(there - archive->entries), kind);
}

static void read_elf(struct reading *reading, struct span data)
{
	struct elf_deps deps;

	if (elf_deps_read(data, &deps) == ELF_KIND_GOOD) {
		if (deps.interp)
			relate_path(reading, deps.interp, "its interpreter");
		for (size_t i = 0; i < deps.needed_count; i++)
			relate_name(reading, deps.needed[i], "a library of it");
	}
	elf_deps_free(&deps);
}

static void read_script(struct reading *reading, struct span data)
{
	char interpreter[INTERPRETER_MAX];
	struct span head = { data.data, data.len < EXECUTABLE_HEAD ? data.len : EXECUTABLE_HEAD };

	if (executable_interpreter(head, interpreter) == 0 && *interpreter)
		relate_path(reading, interpreter, "its interpreter");
}

/* "a,b" of depends=: names without their suffix. */
static void read_module(struct reading *reading, struct span data)
{
	struct span info = modinfo_find(data);
	const char *text;

	while (info.data && (text = modinfo_next(&info))) {
		char *words = strncmp(text, "depends=", 8) ? NULL : xstrdup(text + 8),
		     *state = NULL;

		for (char *word = words ? strtok_r(words, ",", &state) : NULL; word;
		     word = strtok_r(NULL, ",", &state)) {
			char *file = xasprintf("%s.ko", word);

			relate_name(reading, file, "a module it depends on");
			free(file);
		}
		free(words);
	}
}

static void read_symlink(struct reading *reading, const struct archive_entry *entry)
{
	char *target = xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
	char *parent = path_parent(entry->path);
	char *path = *target == '/' ? xstrdup(target) : path_join(parent, target);

	relate_path(reading, path, "where it points");
	free(path);
	free(parent);
	free(target);
}

/* Lines of /etc/rdinit/modules: a path first. */
static void read_module_list(struct reading *reading, struct span data)
{
	char *text = xstrndup((const char *)data.data, data.len), *state = NULL;

	for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		line[strcspn(line, " ")] = '\0';
		relate_path(reading, line, loaded_by_init);
	}
	free(text);
}

/* The first word of /etc/rdinit/run. */
static void read_run(struct reading *reading, struct span data)
{
	char *text = xstrndup((const char *)data.data, data.len);

	text[strcspn(text, " \n")] = '\0';
	if (*text == '/')
		relate_path(reading, text, run_by_init);
	else
		relate_name(reading, text, run_by_init);
	free(text);
}

static void read_file(struct reading *reading, const struct archive_entry *entry)
{
	struct span data = archive_data(reading->archive, entry);

	if (!strcmp(entry->path, MODULES_FILE))
		read_module_list(reading, data);
	else if (!strcmp(entry->path, RUN_FILE))
		read_run(reading, data);
	else if (path_has_suffix(entry->path, ".ko"))
		read_module(reading, data);
	else if (data.len > 4 && !memcmp(data.data, "\177ELF", 4))
		read_elf(reading, data);
	else if (data.len > 2 && !memcmp(data.data, "#!", 2))
		read_script(reading, data);
}

static int by_to(const void *one, const void *other, void *context)
{
	const struct relation *list = context;
	size_t a = *(const size_t *)one, b = *(const size_t *)other;

	if (list[a].to != list[b].to)
		return list[a].to < list[b].to ? -1 : 1;
	return (a > b) - (a < b);
}

static void index_targets(struct relations *relations)
{
	relations->by_to = xreallocarray(NULL, relations->count + 1, sizeof(*relations->by_to));
	for (size_t i = 0; i < relations->count; i++)
		relations->by_to[i] = i;
	if (relations->count)
		qsort_r(relations->by_to, relations->count, sizeof(*relations->by_to), by_to,
			relations->list);
}

void relations_read(const struct archive *archive, struct relations *relations)
{
	struct reading reading = { .archive = archive, .relations = relations };

	*relations = (struct relations){ 0 };
	index_names(&reading);
	for (size_t i = 0; i < archive->count; i++) {
		const struct archive_entry *entry = &archive->entries[i];

		reading.from = i;
		if (S_ISREG(entry->newc.fields.mode))
			read_file(&reading, entry);
		else if (S_ISLNK(entry->newc.fields.mode))
			read_symlink(&reading, entry);
	}
	free(reading.by_name);
	index_targets(relations);
}

enum end { FROM, TO };

static size_t end_of(const struct relations *relations, enum end end, size_t at)
{
	return end == FROM ? relations->list[at].from : relations->list[relations->by_to[at]].to;
}

/* How many have an end below `index`. */
static size_t count_below(const struct relations *relations, enum end end, size_t index)
{
	size_t low = 0, high = relations->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(relations, end, middle) < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t relations_from(const struct relations *relations, size_t index, size_t *count)
{
	size_t first = count_below(relations, FROM, index);

	*count = count_below(relations, FROM, index + 1) - first;
	return first;
}

size_t relations_to(const struct relations *relations, size_t index, size_t *count)
{
	size_t first = count_below(relations, TO, index);

	*count = count_below(relations, TO, index + 1) - first;
	return first;
}

void relations_free(struct relations *relations)
{
	free(relations->by_to);
	free(relations->list);
	*relations = (struct relations){ 0 };
}

static int begins_at_init(const struct relations *relations, size_t via)
{
	const char *kind = via ? relations->list[via - 1].kind : "";

	return kind == run_by_init || kind == loaded_by_init;
}

/* Reaches all that need the entry at the end of the queue; via is the relation by which, plus 1.
 * How many. */
static size_t reach(const struct relations *relations, size_t at, size_t start, size_t *via,
		    size_t *queue, size_t *last)
{
	size_t needed = 0, count, first = relations_to(relations, at, &count);

	for (size_t k = first; k < first + count; k++) {
		size_t i = relations->by_to[k], from = relations->list[i].from;

		if (from == at)
			continue;
		needed++;
		if (via[from] || from == start)
			continue;
		via[from] = i + 1;
		queue[(*last)++] = from;
	}
	return needed;
}

/* Breadth first against the arrows. */
size_t *relations_way(const struct relations *relations, size_t entries, size_t index,
		      size_t *count)
{
	size_t *via = xcalloc(entries + 1, sizeof(*via)),
	       *queue = xcalloc(entries + 1, sizeof(*queue));
	size_t *way = xcalloc(entries + 1, sizeof(*way)), last = 0, end = index;

	queue[last++] = index;
	for (size_t first = 0; first < last; first++) {
		size_t needed = reach(relations, queue[first], index, via, queue, &last);

		if (!needed && end == index)
			end = queue[first];
		if (begins_at_init(relations, via[queue[first]])) {
			end = queue[first];
			break;
		}
	}
	*count = 0;
	for (size_t at = end; at != index; at = relations->list[way[*count - 1]].to)
		way[(*count)++] = via[at] - 1;
	free(queue);
	free(via);
	return way;
}
