/* SPDX-License-Identifier: MIT */
/* sim.h - boots of /init in simulated worlds: one, or many. */
#ifndef RDINIT_SIM_SIM_H
#define RDINIT_SIM_SIM_H

#include "tests/sim/world.h"

/* Bugs that boots can be given, to show that they are found. */
enum planted {
	PLANTED_NOTHING,
	PLANTED_WAIT, /* one without a deadline */
	PLANTED_LOST_CHILD,
	PLANTED_WRONG_ROOT,
	PLANTED_TOLD_TWICE,
	PLANTED_LIE, /* of the program's exit status */
	PLANTED_DELETES, /* before the gates */
	PLANTED_LEAK, /* of a descriptor */
	PLANTED_WRITES, /* to a root that is to stay as it is */
	PLANTED_CUT, /* of the program's output, by the power */
	PLANTED_OPENS, /* PID 1 itself calls what may never return: it opens the root's device, */
	PLANTED_COPIES, /* copies it to memory, */
	PLANTED_MOUNTS, /* mounts it, or a share, */
	PLANTED_BLOCKS, /* writes to the console, */
	PLANTED_DRAINS, /* waits until the last byte is sent */
	PLANTED_SPARES, /* a program that was asked to end */
	PLANTED_KEEPS, /* from the host that the program is ready */
	PLANTED_AGAIN, /* a program that succeeded is started once more */
	PLANTED_COUNT
};

extern enum planted planted;
extern const char *const planted_names[PLANTED_COUNT];
void plant_reset(void); /* before each boot */

/* boot.c: boots once, from scratch, in this process. Returns the rule that broke; NULL: none. It is
 * valid until the next boot. */
const char *boot_run(const struct world *world);
void boot_init(void);
/* main.c: the same in a process of its own: a crash is a rule that breaks, too. What happened is
 * in `kernel`. */
const char *boot_safely(const struct world *world);

/* minimise.c: leaves out what does not matter for the rule that breaks in this world. Returns how
 * many boots that took. */
int world_minimise(struct world *world, const char *rule);

/* Whether both are of one rule: the same words, but for numbers and what is in parentheses. */
bool is_same_rule(const char *a, const char *b);

#endif
