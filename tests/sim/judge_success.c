// SPDX-License-Identifier: MIT
/* judge_success.c - a boot in which nothing goes wrong gets what was asked for. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/paths.h"
#include "tests/sim/judge.h"

static bool is_one_of(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && strncmp(text, *words, len) == 0)
			return true;
	return false;
}

/* Whether a line is of those that take nothing from a boot but a little time. */
static bool is_harmless(const char *item)
{
	static const char *const params[] = { "root",	     "rd.timeout",     "rdinit.onfail",
					      "rw",	     "rdinit.exit",    "rdinit.grace",
					      "quiet",	     "debug",	       "rdinit.links",
					      "rd.overlay",  "rdinit.run",     "rootwait",
					      "rdinit.host", "rdinit.restart", NULL };
	static const char *const machines[] = { "acpi",	  "efi",   "processors", "cgroup2",
						"devpts", "ramfs", NULL };
	static const char *const troubles[] = { " gone=",   " changes=", " bad=",    " reads=",
						" stops=",  " opens=",	 " silent=", " mounts=",
						" module=", NULL };
	const char *rest;

	if (item_is(item, "param", &rest) && strcmp(rest, "rdinit.root=tmpfs") == 0)
		return world_machine(&kernel->world, "ramfs", 1) == 0;
	if (item_is(item, "param", &rest))
		return is_one_of(rest, strcspn(rest, "="), params);
	if (item_is(item, "machine", &rest))
		return is_one_of(rest, strcspn(rest, "="), machines);
	for (size_t i = 0; item_is(item, "device", NULL) && troubles[i]; i++)
		if (strstr(item, troubles[i]))
			return false;
	return item_is(item, "device", NULL) ||
	       (item_is(item, "program", NULL) && !strstr(item, HOOKS_DIR));
}

static bool is_quiet_world(void)
{
	for (int i = 0; i < kernel->world.count; i++)
		if (!is_harmless(kernel->world.items[i]))
			return false;
	return true;
}

static bool can_run(const char *path)
{
	char name[64];

	for (int i = 0; i < kernel->world.count; i++) {
		const char *item = kernel->world.items[i];

		item_object(item, name, sizeof(name));
		if (item_is(item, "program", NULL) && strcmp(name, path) == 0)
			return !item_number(item, "missing", 0) && !item_number(item, "no-exec", 0);
	}
	return false;
}

/* A device that comes in time, alone of its name, with an init that can be executed. */
static bool has_sound_root(void)
{
	const char *root = param_root(), *timeout = param("rd.timeout");
	long until = (timeout ? atol(timeout) : 30) * 1000;
	const struct block *found = NULL;
	const char *item;
	char tree[16] = "init";

	for (int i = 0; i < kernel->device_count; i++) {
		if (!judge_is_meant(&kernel->devices[i], root))
			continue;
		if (found)
			return false;
		found = &kernel->devices[i];
	}
	if (!found || found->item < 0 || image_content(found->image) != CONTENT_EXT2)
		return false;
	item = kernel->world.items[found->item];
	item_text(item, "tree", tree, sizeof(tree));
	return strcmp(tree, "init") == 0 &&
	       item_number(item, "at", 0) + item_number(item, "ready", 0) + 500 < until;
}

void judge_success(void)
{
	if (!is_quiet_world())
		return;
	if (is_param("rdinit.run", "/app") && !kernel->main_started &&
	    (param_root() ? has_sound_root() : can_run("/app")))
		break_rule("the program was not run, and nothing is wrong with it");
	if (kernel->main_started && kernel->main_status && !kernel->asked_signal &&
	    is_param("rdinit.restart", "on-failure:4") && kernel->main_starts < 5)
		break_rule("a program that failed is not started again");
	if (!param("rdinit.run") && param("root") && has_sound_root() &&
	    kernel->ending != END_BECAME)
		break_rule("the root was there, and the boot did not get to it");
}
