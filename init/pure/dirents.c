// SPDX-License-Identifier: MIT
/* dirents.c - the entries that getdents64(2) wrote. */
#include "init/pure/dirents.h"

#define RECORD_LEN_AT 16 /* after the 8-byte inode number and the 8-byte offset */
#define TYPE_AT 18
#define NAME_AT 19

static int is_dot_or_dotdot(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

int dirents_next(struct span *rest, struct dirent_view *entry)
{
	for (;;) {
		struct span record, head = span_cut(*rest, 0, NAME_AT + 1);

		if (!head.data)
			return 0;
		record = span_cut(*rest, 0, le16(head.data + RECORD_LEN_AT));
		if (record.len <= NAME_AT ||
		    !memchr(record.data + NAME_AT, 0, record.len - NAME_AT))
			return 0;
		rest->data += record.len;
		rest->len -= record.len;
		entry->name = (const char *)record.data + NAME_AT;
		entry->type = record.data[TYPE_AT];
		if (!is_dot_or_dotdot(entry->name))
			return 1;
	}
}
