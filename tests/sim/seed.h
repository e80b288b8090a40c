/* SPDX-License-Identifier: MIT */
/* seed.h - what the parts that draw a world have in common. */
#ifndef RDINIT_SIM_SEED_H
#define RDINIT_SIM_SEED_H

#include "tests/sim/world.h"

struct draw {
	struct world *world;
	uint64_t state;
	int disks; /* that were drawn */
	char names[16][8]; /* of devices that may be the root */
	unsigned int minors[16], uuids[16], parts[16], disk_uuids[16];
	char contents[16][12];
	int count;
	int modules;
	bool has_loop, has_layer;
};

/* A number below the limit; whether so many of a hundred; one of the texts. */
unsigned int draw_below(struct draw *draw, unsigned int limit);
bool draw_chance(struct draw *draw, unsigned int percent);
const char *draw_one_of(struct draw *draw, const char *const *texts, unsigned int count);
#define ONE_OF(draw, ...)                                       \
	draw_one_of(draw, (const char *const[]){ __VA_ARGS__ }, \
		    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* Mostly short, now and then long. */
long draw_ms(struct draw *draw);

/* Adds KEY=VALUE to the last line. */
void draw_also(struct draw *draw, const char *key, long value);
void draw_also_text(struct draw *draw, const char *key, const char *value);

/* seed_devices.c: at least so many disks. */
void draw_devices(struct draw *draw, unsigned int least);

#endif
