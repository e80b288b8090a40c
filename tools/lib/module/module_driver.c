// SPDX-License-Identifier: MIT
/*
 * module_driver.c - /etc/rdinit/drivers: modules that wait for a device.
 *
 * One line a module: PATH NEEDS OPTIONS... . NEEDS is "-", or the numbers (from 0) of the lines,
 * all above, of the modules to be loaded first. Then an empty line, and one line a pattern, sorted
 * by bytes: PATTERN NUMBER[,NUMBER...], the modules to be loaded, in this order, for a device whose
 * modalias fits it as fnmatch(3) has it.
 */
#include <stdlib.h>
#include <string.h>

#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/module_set.h"

struct pattern {
	char *text;
	struct indices ranks; /* what is loaded for it, in this order */
};

struct patterns {
	struct pattern *list;
	size_t count;
};

/* What a device tells of itself begins with its bus and a colon; file systems are asked for when
 * they are to be mounted. All other aliases are for others. A blank ends the pattern in its line,
 * and '?' stands for any letter. */
static void add_pattern(struct patterns *patterns, const char *text, const struct indices *ranks)
{
	struct pattern *pattern;

	if ((!strchr(text, ':') && strncmp(text, "fs-", 3)) || !strncmp(text, "devname:", 8))
		return;
	patterns->list = xreallocarray(patterns->list, patterns->count + 1, sizeof(*pattern));
	pattern = &patterns->list[patterns->count++];
	*pattern = (struct pattern){ .text = xstrdup(text) };
	for (char *at = pattern->text; (at = strpbrk(at, " \t\n")); at++)
		*at = '?';
	for (size_t i = 0; i < ranks->count; i++)
		indices_add(&pattern->ranks, ranks->list[i]);
}

/* What is loaded after the module, also because of what it needs. */
static void add_after(const struct modules *modules, const struct item *item, struct indices *seen,
		      struct indices *ranks)
{
	for (size_t i = 0; i < item->before.count; i++) {
		size_t seen_before = seen->count;

		indices_add(seen, item->before.list[i]);
		if (seen->count > seen_before)
			add_after(modules, &modules->items[item->before.list[i]], seen, ranks);
	}
	for (size_t i = 0; i < item->after.count; i++) {
		const struct item *after = &modules->items[item->after.list[i]];
		size_t seen_before = seen->count;

		indices_add(seen, item->after.list[i]);
		if (seen->count == seen_before)
			continue;
		if (after->load == LOAD_ON_DEVICE)
			indices_add(ranks, after->rank);
		add_after(modules, after, seen, ranks);
	}
}

static void add_aliases(const struct modules *modules, const struct item *item,
			struct patterns *patterns)
{
	struct span left = buffer_span(&item->info);
	struct indices ranks = { NULL, 0 }, seen = { NULL, 0 };
	const char *text;
	size_t at = 0;

	indices_add(&ranks, item->rank);
	add_after(modules, item, &seen, &ranks);
	if (!conf_next(modules, MODCONF_BLACKLIST, item->name, &at))
		while ((text = modinfo_next(&left)))
			if (!strncmp(text, "alias=", 6))
				add_pattern(patterns, text + 6, &ranks);
	for (size_t i = 0; i < modules->conf_count; i++)
		if (modules->conf[i].kind == MODCONF_ALIAS &&
		    modname_same(modules->conf[i].value, item->name))
			add_pattern(patterns, modules->conf[i].name, &ranks);
	free(ranks.list);
	free(seen.list);
}

static int by_number(const void *a, const void *b)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;

	return left < right ? -1 : left > right;
}

/* All that must be loaded before it, as lines above its own: also what those need, so that a reader
 * of the list need not follow it. In a cycle of soft dependencies one of them comes first. */
static void collect_needs(const struct modules *modules, const struct item *item,
			  const struct item *of, struct indices *seen, struct indices *ranks)
{
	for (size_t i = 0; i < item->before.count; i++) {
		const struct item *need = &modules->items[item->before.list[i]];
		size_t seen_before = seen->count;

		indices_add(seen, item->before.list[i]);
		if (seen->count == seen_before)
			continue;
		if (need->load == LOAD_ON_DEVICE && need->rank < of->rank)
			indices_add(ranks, need->rank);
		collect_needs(modules, need, of, seen, ranks);
	}
}

static void print_numbers(const struct indices *indices, struct buffer *out)
{
	for (size_t i = 0; i < indices->count; i++)
		buffer_printf(out, "%s%zu", i ? "," : "", indices->list[i]);
}

static void print_line(const struct modules *modules, const struct item *item, struct buffer *out)
{
	struct indices needs = { NULL, 0 }, seen = { NULL, 0 };
	char *place = modules_image_path(modules, item);

	collect_needs(modules, item, item, &seen, &needs);
	if (needs.count)
		qsort(needs.list, needs.count, sizeof(*needs.list), by_number);
	buffer_printf(out, "%s ", place);
	print_numbers(&needs, out);
	if (!needs.count)
		buffer_text(out, "-");
	modules_options(modules, item, out);
	buffer_text(out, "\n");
	free(place);
	free(seen.list);
	free(needs.list);
}

static int by_text(const void *a, const void *b)
{
	const struct pattern *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	return order ? order : by_number(&left->ranks.list[0], &right->ranks.list[0]);
}

/* Equal ones stand side by side, and share a line. */
static void print_patterns(struct patterns *patterns, struct buffer *out)
{
	if (patterns->count)
		qsort(patterns->list, patterns->count, sizeof(*patterns->list), by_text);
	for (size_t i = 0; i < patterns->count;) {
		struct pattern *first = &patterns->list[i++];

		for (; i < patterns->count && !strcmp(patterns->list[i].text, first->text); i++)
			for (size_t k = 0; k < patterns->list[i].ranks.count; k++)
				indices_add(&first->ranks, patterns->list[i].ranks.list[k]);
		buffer_printf(out, "%s ", first->text);
		print_numbers(&first->ranks, out);
		buffer_text(out, "\n");
	}
}

int modules_write_drivers(struct modules *modules, struct image *image, struct item *const *sorted,
			  size_t count)
{
	struct patterns patterns = { NULL, 0 };
	struct buffer out = { NULL, 0, 0 };
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		print_line(modules, sorted[i], &out);
		add_aliases(modules, sorted[i], &patterns);
	}
	if (count) {
		buffer_text(&out, "\n");
		print_patterns(&patterns, &out);
		if (!image_add_data(image, DRIVERS_FILE, out.data, out.len, 0644,
				    "list of drivers"))
			result = -1;
	}
	for (size_t i = 0; i < patterns.count; i++) {
		free(patterns.list[i].text);
		free(patterns.list[i].ranks.list);
	}
	free(patterns.list);
	buffer_free(&out);
	return result;
}
