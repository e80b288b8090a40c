// SPDX-License-Identifier: MIT
/* check_drivers.c - the rule of drivers that wait for their device: the table
 * /etc/rdinit/drivers. */
#include <stdlib.h>

#include "init/pure/drivers.h"
#include "init/pure/modlist.h"
#include "init/pure/modname.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check_modules.h"

static const char pack_it[] = "pack the table again with `rdinit pack --driver NAME`";

struct table {
	struct drivers drivers;
	unsigned int line; /* the one that is judged, from 0 */
	char path[DRIVER_PATH_MAX]; /* of its module */
	unsigned char loads[DRIVERS_MAX]; /* whether a line's module is loaded for it */
};

static struct span span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

/* The module that a line names. 0, or -1 if its path is longer than /init takes. */
static int path_of(const struct table *table, unsigned int line, char path[DRIVER_PATH_MAX])
{
	struct driver driver;

	return drivers_at(&table->drivers, line, &driver) ||
			       span_text(driver.path, path, DRIVER_PATH_MAX)
		       ? -1
		       : 0;
}

/* Checks the modules that are loaded before that of a line, and the line itself. All numbers point
 * upwards. */
static void mark_needs(struct table *table)
{
	struct driver driver;
	unsigned int needed;

	memset(table->loads, 0, sizeof(table->loads));
	table->loads[table->line] = 1;
	for (unsigned int line = table->line + 1; line--;) {
		if (!table->loads[line] || drivers_at(&table->drivers, line, &driver))
			continue;
		while (drivers_number(&driver.needs, line, &needed))
			table->loads[needed] = 1;
	}
}

static char *lacks(const struct check *check, const struct module_loading *loading,
		   const char *name)
{
	const struct table *table = loading->argument;
	char path[DRIVER_PATH_MAX], own[MODULE_NAME_SIZE];

	if (check_loads(check, name))
		return NULL;
	for (unsigned int line = 0; line < table->line; line++) {
		if (!table->loads[line] || path_of(table, line, path))
			continue;
		modlist_name(path, own, sizeof(own));
		if (modname_same(own, name))
			return NULL;
	}
	return xasprintf("line %u of " DRIVERS_FILE " does not lead to", table->line + 1);
}

static void judge_line(struct check *check, const struct table *table)
{
	struct driver driver;
	unsigned int needed;

	if (drivers_at(&table->drivers, table->line, &driver))
		return;
	if (driver.options.len >= DRIVER_OPTIONS_MAX)
		check_report(check, CHECK_DRIVER, CHECK_ERROR, "use fewer options",
			     "line %u of " DRIVERS_FILE
			     " (%s) has %zu bytes of options, and /init reads up to %d",
			     table->line + 1, shown(table->path), driver.options.len,
			     DRIVER_OPTIONS_MAX - 1);
	while (drivers_number(&driver.needs, table->line, &needed))
		;
	if (driver.needs.len && (driver.needs.len != 1 || driver.needs.data[0] != '-'))
		check_report(check, CHECK_DRIVER, CHECK_ERROR, pack_it,
			     "line %u of " DRIVERS_FILE " (%s) must have numbers of lines above it",
			     table->line + 1, shown(table->path));
}

static void judge_lines(struct check *check, struct table *table)
{
	const struct module_loading loading = { .number = CHECK_DRIVER,
						.list = DRIVERS_FILE,
						.path = table->path,
						.lacks = lacks,
						.argument = table };

	for (table->line = 0; table->line < table->drivers.count; table->line++) {
		if (path_of(table, table->line, table->path)) {
			check_report(check, CHECK_DRIVER, CHECK_ERROR, "use a shorter path",
				     "line %u of " DRIVERS_FILE
				     ": the path has more than the %d bytes that /init reads",
				     table->line + 1, DRIVER_PATH_MAX - 1);
			continue;
		}
		judge_line(check, table);
		mark_needs(table);
		check_module_file(check, &loading);
	}
}

static int compare(struct span one, struct span other)
{
	int order = memcmp(one.data, other.data, one.len < other.len ? one.len : other.len);

	return order ? order : (one.len > other.len) - (one.len < other.len);
}

/* /init looks these lines up at need, by halving: one that is wrong is as if it were not there. */
static void judge_patterns(struct check *check, const struct drivers *drivers)
{
	struct span rest = drivers->aliases, before = span_of("");

	for (unsigned int line = drivers->count + 2; rest.len; line++) {
		struct span pattern, numbers;
		unsigned int number;

		drivers_alias(&rest, &pattern, &numbers);
		if (!numbers.len)
			check_report(check, CHECK_DRIVER, CHECK_ERROR, pack_it,
				     "line %u of " DRIVERS_FILE " names no module", line);
		while (drivers_number(&numbers, drivers->count, &number))
			;
		if (numbers.len)
			check_report(check, CHECK_DRIVER, CHECK_ERROR, pack_it,
				     "line %u of " DRIVERS_FILE
				     " has a number that is no module's line",
				     line);
		if (compare(pattern, before) < 0)
			check_report(
				check, CHECK_DRIVER, CHECK_ERROR, pack_it,
				"line %u of " DRIVERS_FILE
				" is not sorted: /init finds a pattern only if all are sorted by their bytes",
				line);
		before = pattern;
	}
}

/* The line of a module in the table; `count` if none names it. */
static unsigned int line_of(const struct table *table, const char *name)
{
	char path[DRIVER_PATH_MAX], own[MODULE_NAME_SIZE];
	unsigned int line = 0;

	for (; line < table->drivers.count; line++) {
		if (path_of(table, line, path))
			continue;
		modlist_name(path, own, sizeof(own));
		if (modname_same(own, name))
			break;
	}
	return line;
}

static bool has_pattern(const struct drivers *drivers, unsigned int line)
{
	struct span rest = drivers->aliases, pattern, numbers;
	unsigned int number;

	while (drivers_alias(&rest, &pattern, &numbers))
		while (drivers_number(&numbers, drivers->count, &number))
			if (number == line)
				return true;
	return false;
}

bool check_waits(const struct check *check, const char *name)
{
	size_t len;
	char *text = check_file(check, DRIVERS_FILE, &len);
	struct table *table = xcalloc(1, sizeof(*table));
	bool found = text &&
		     !drivers_parse((struct span){ (const uint8_t *)text, len }, &table->drivers) &&
		     has_pattern(&table->drivers, line_of(table, name));

	free(table);
	free(text);
	return found;
}

static void judge_table(struct check *check, const char *text, size_t len)
{
	struct table *table = xcalloc(1, sizeof(*table));
	int error = drivers_parse((struct span){ (const uint8_t *)text, len }, &table->drivers);

	if (error && table->drivers.count == DRIVERS_MAX)
		check_report(check, CHECK_DRIVER, CHECK_ERROR, "remove some",
			     DRIVERS_FILE
			     " lists more than %d modules, and /init then uses none of them",
			     DRIVERS_MAX);
	else if (error)
		check_report(
			check, CHECK_DRIVER, CHECK_ERROR, pack_it,
			"line %u of " DRIVERS_FILE
			" is not a module and its dependencies, and /init then uses none of the others",
			table->drivers.count);
	if (!error) {
		judge_lines(check, table);
		judge_patterns(check, &table->drivers);
		if (table->drivers.count && check_stays_as_own_init(check))
			check_report(
				check, CHECK_DRIVER, CHECK_WARNING,
				"list them with --module, or let /sbin/init start a device manager",
				"the image's /sbin/init replaces /init: a device that appears later gets no "
				"driver from " DRIVERS_FILE);
	}
	free(table);
}

void check_driver(struct check *check)
{
	size_t len;
	char *text = check_file(check, DRIVERS_FILE, &len);

	if (text && check_can_judge_modules(check, CHECK_DRIVER, DRIVERS_FILE, len))
		judge_table(check, text, len);
	free(text);
}
