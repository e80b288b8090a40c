/* SPDX-License-Identifier: MIT */
/* sysctl.h - the file of a parameter of the running kernel. */
#ifndef RDINIT_PURE_SYSCTL_H
#define RDINIT_PURE_SYSCTL_H

#include <stddef.h>

#define SYSCTL_PATH_MAX 256 /* bytes with the NUL; the longest names have 60 */

/* Writes the path in /proc/sys for NAME=VALUE to `path`. As in sysctl.d(5) the first separator of
 * NAME decides: after '/' a '.' is a dot, after '.' a '/' is one. Returns VALUE, which is in
 * `text`; NULL: not NAME=VALUE, or NAME is too long or leaves the directory. */
const char *sysctl_parse(const char *text, char path[SYSCTL_PATH_MAX]);

#endif
