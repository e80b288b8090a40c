/* SPDX-License-Identifier: MIT */
/* snapshot.h - machines that were saved while they waited for an order, to start others from. */
#ifndef TOOLS_LIB_SNAPSHOT_H
#define TOOLS_LIB_SNAPSHOT_H

#include <stdint.h>
#include <stdio.h>

/* What QEMU makes a machine of again. */
struct snapshot {
	int ram; /* the memory: a file with holes */
	int state; /* of processor and devices */
};

/* The name of the machine that `identity` describes: two that differ in it are different machines.
 * malloc'd. */
char *snapshot_key(const char *identity);

/* Opens the snapshot of this name, which stays as it is, whoever removes it. Returns 0; -1, without
 * a report, if there is none. Close it by snapshot_close(). */
int snapshot_open(const char *key, struct snapshot *snapshot);

/* Closes what is open of both; -1 is fine. */
void snapshot_close(const struct snapshot *snapshot);

/* Stores both files, the memory without its holes, and the identity for those who list it. What has
 * not been used for a month goes. Returns 0, or -1 after reporting. */
int snapshot_store(const char *key, const char *identity, const struct snapshot *snapshot);

/* No error if there is none. */
void snapshot_remove(const char *key);

/* Prints a line for each: bytes on disk, days since its last use, identity. */
void snapshot_list(FILE *out);

/* Removes all. Returns their number. */
unsigned int snapshot_clear(void);

/* A new memory of the machine's, of `mib`, with what `from` has, or zeros where that is -1. Returns
 * its descriptor, or -1 after reporting. */
int snapshot_ram(int from, unsigned int mib);

#endif
