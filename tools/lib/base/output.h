/* SPDX-License-Identifier: MIT */
/* output.h - a file that takes the place of its target when it is whole: a failure changes nothing.
 */
#ifndef TOOLS_LIB_OUTPUT_H
#define TOOLS_LIB_OUTPUT_H

#include <stddef.h>

struct output;

/*
 * path "-" is standard output, which must not be a terminal. An existing path that is not a regular
 * file (/dev/null, a pipe, a disk) is written in place. A symlink is kept and its target is
 * replaced, or made. The new file has the old one's mode, or 0666 without the umask, without the
 * bits that rights.h removes; before, only its owner may read it. It has no name until it is
 * complete. If the file system does not support that, it has a name next to the target: one output
 * at a time, and SIGINT, SIGTERM and SIGHUP remove it. Returns NULL after reporting.
 */
struct output *output_open(const char *path);

/* Collects and writes. 0, or -1 after reporting (once: later calls only return -1). */
int output_write(struct output *output, const void *data, size_t len);

/* Makes the first `len` bytes of a file part of the output, as extents that both share
 * (ioctl_ficlonerange(2)): both `len` and the output's end must be multiples of OUTPUT_SHARE. 0, or
 * -1 without a report and with the output as it was: it is no new file, the file systems cannot, or
 * not all of the file is on its disk yet. */
#define OUTPUT_SHARE 4096 /* bytes: blocks of the file systems that share */
int output_share(struct output *output, int fd, size_t len);

/* Bytes given to output_write() so far. */
unsigned long long output_total(const struct output *output);

/* Writes what is left and gives the file its name. Frees output. 0, or -1 after
 * reporting, the old file whole. */
int output_commit(struct output *output);

/* Forgets what was written and frees output; the old file stays. NULL is fine. */
void output_abort(struct output *output);

#endif
