/* SPDX-License-Identifier: MIT */
/* identity.h - whom a program runs as, in numbers. */
#ifndef RDINIT_PURE_IDENTITY_H
#define RDINIT_PURE_IDENTITY_H

#define IDENTITY_GROUPS_MAX 32 /* besides the first; the kernel accepts 65536 */

struct identity {
	unsigned int uid, gid;
	unsigned int groups[IDENTITY_GROUPS_MAX];
	unsigned int group_count;
};

/* Reads "UID:GID" and further groups, ",GID", all decimal and below 4294967295, which setuid(2)
 * takes for none. 0, -EINVAL, or -E2BIG where there are more groups than fit. */
int identity_parse(const char *text, struct identity *identity);

#endif
