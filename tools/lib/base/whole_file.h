/* SPDX-License-Identifier: MIT */
/* whole_file.h - a whole file to be read, without a copy in memory where it can be mapped. */
#ifndef TOOLS_LIB_WHOLE_FILE_H
#define TOOLS_LIB_WHOLE_FILE_H

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/collected.h"

/* Appends the bytes of `path` ("-": standard input) to `bytes`. More than `max` are refused, as a
 * `what`
 * ("recipe") of more than so many MiB. 0, or -1 after reporting. */
int whole_file(const char *path, size_t max, const char *what, struct buffer *bytes);

struct mapped_file {
	struct span bytes;
	size_t mapped; /* bytes; 0: they are those of `copy` */
	struct collected copy; /* of a pipe, of standard input, of a file of /proc */
};

/* Maps `path`, or reads it ("-": standard input), as whole_file() does and with its errors. A file
 * that becomes shorter while it is mapped ends the tool with a message and status 2, which is what
 * SIGBUS stands for. 0, or -1 after reporting. */
int mapped_file_open(const char *path, size_t max, const char *what, struct mapped_file *file);
void mapped_file_close(struct mapped_file *file); /* and makes it empty */

/* Gives back the memory of its pages. They are read again where they are wanted. */
void mapped_file_forget(const struct mapped_file *file);

#endif
