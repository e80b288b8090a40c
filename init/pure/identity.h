/* SPDX-License-Identifier: MIT */
/* identity.h - parse the user and groups of a program. */
#ifndef RDINIT_PURE_IDENTITY_H
#define RDINIT_PURE_IDENTITY_H

#define IDENTITY_GROUPS_MAX 32 /* besides the first; the kernel accepts 65536 */

struct identity {
	unsigned int uid, gid;
	unsigned int groups[IDENTITY_GROUPS_MAX];
	unsigned int group_count;
};

/* Reads "UID:GID" and further groups, ",GID", all decimal and below 4294967295, which means
 * "unchanged" to setuid(2). Returns 0, -EINVAL, or -E2BIG: more than IDENTITY_GROUPS_MAX groups. */
int identity_parse(const char *text, struct identity *identity);

#endif
