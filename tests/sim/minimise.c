// SPDX-License-Identifier: MIT
/* minimise.c - leaves out of a world what does not matter for the rule that breaks in it. */
#include <string.h>

#include "tests/sim/kernel.h"
#include "tests/sim/sim.h"

static int boots;

static bool still_breaks(const struct world *world, const char *rule)
{
	const char *broken = boot_safely(world);

	boots++;
	return broken && is_same_rule(broken, rule);
}

/* Another fault than the one that was meant would be hit where anything before it goes: from now
 * on it is known by the line of its call. */
static void name_faults(struct world *world, const char *rule)
{
	static struct world named;
	int fault = 0;

	if (!still_breaks(world, rule))
		return;
	named = *world;
	for (int i = 0; i < named.count && fault < kernel->fault_count; i++) {
		const struct fault *one = &kernel->faults[fault];

		if (!item_is(named.items[i], "fault", NULL))
			continue;
		fault++;
		if (one->line[0] && one->call && !strchr(one->line, ' '))
			snprintf(named.items[i], ITEM_SIZE, "fault line=%s time=%d choice=%d%s",
				 one->line, one->seen, one->choice,
				 one->is_lasting ? " lasting=1" : "");
	}
	if (still_breaks(&named, rule))
		*world = named;
}

static bool drop_item(struct world *world, int at, const char *rule)
{
	static struct world less;

	less = *world;
	memmove(&less.items[at], &less.items[at + 1],
		(size_t)(less.count - at - 1) * sizeof(less.items[0]));
	less.count--;
	if (!still_breaks(&less, rule))
		return false;
	*world = less;
	return true;
}

/* The number-th KEY=VALUE of a line, from its end. Whether there was one that can go. */
static bool drop_key(struct world *world, int at, int number, const char *rule)
{
	static struct world less;
	char *item, *end, *start;

	less = *world;
	item = less.items[at];
	if (item_is(item, "param", NULL) || item_is(item, "file", NULL))
		return false;
	end = item + strlen(item);
	for (start = strrchr(item, ' '); number > 0 && start; number--) {
		end = start;
		while (start > item && *--start != ' ')
			;
	}
	if (!start || start <= strchr(item, ' '))
		return false;
	memmove(start, end, strlen(end) + 1);
	if (!still_breaks(&less, rule))
		return false;
	*world = less;
	return true;
}

static bool has_key(const struct world *world, int at, int number)
{
	const char *item = world->items[at];
	int words = 0;

	for (; *item; item++)
		words += *item == ' ';
	return number < words - 1;
}

int world_minimise(struct world *world, const char *rule)
{
	bool is_less = true;

	boots = 0;
	name_faults(world, rule);
	while (is_less) {
		is_less = false;
		for (int i = world->count - 1; i >= 0; i--)
			is_less |= drop_item(world, i, rule);
		for (int i = 0; i < world->count; i++)
			for (int key = 0; has_key(world, i, key);)
				if (drop_key(world, i, key, rule))
					is_less = true;
				else
					key++;
	}
	return boots;
}
