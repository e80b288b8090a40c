/* SPDX-License-Identifier: MIT */
/*
 * world.h - what one simulated boot meets: lines of text, so that a world can be drawn from a
 * seed, printed, made smaller line by line, and kept as a file.
 *
 * A line is a kind, for some an object, and KEY=VALUE; what a line does not say is usual:
 *
 *	param WORD				of the kernel's command line
 *	machine KEY=VALUE			machine.c has the keys
 *	file PATH TEXT				of the image; "\n" and "\0" are escapes
 *	device NAME content= uuid= at= ...	a block device; device.c has the keys
 *	share TAG type= at= mounts=		a directory of the host; share.c has the keys
 *	module NAME ms= result= ...		what comes of loading it
 *	program PATH exit= ms= ...		what comes of running it
 *	signal number= at=			that somebody sends PID 1
 *	fault call= choice=			call number `call` of PID 1 or a child fails
 *	fault line=OPEN:/dev/vda time= choice=	the same, of the calls of this line
 */
#ifndef RDINIT_SIM_WORLD_H
#define RDINIT_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define WORLD_ITEMS 64
#define ITEM_SIZE 192 /* bytes of a line, with its NUL */

struct world {
	int count;
	char items[WORLD_ITEMS][ITEM_SIZE];
};

/* A line that finds no room is left out. */
void world_add(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the line is of this kind; `rest` is what follows the kind, or NULL if not asked for. */
bool item_is(const char *item, const char *kind, const char **rest);

/* The word after the kind; cut off where it does not fit. */
void item_object(const char *item, char *text, size_t size);

/* Of KEY=VALUE. */
long item_number(const char *item, const char *key, long otherwise);
bool item_text(const char *item, const char *key, char *text, size_t size);

/* Of a line "machine KEY=VALUE". */
long world_machine(const struct world *world, const char *key, long otherwise);

/* The parameter's value, "" if it has none; NULL if it is not given. The last one counts. */
const char *world_param(const struct world *world, const char *name);

/* seed.c: the world of this seed. */
void world_draw(struct world *world, uint64_t seed);

/* Lines of the file; blank ones and those that begin with '#' are comments. 0 or -errno. */
int world_read(struct world *world, const char *path);
void world_print(const struct world *world, FILE *to);

#endif
