/* SPDX-License-Identifier: MIT */
/* preload.h - a library that the next program loads before its own. */
#ifndef TOOLS_LIB_PRELOAD_H
#define TOOLS_LIB_PRELOAD_H

/* Sets LD_PRELOAD for the next exec(3) of this process: ld.so(8) loads the library at `path`,
 * whatever bytes the path has. Returns 0, or -1 with errno. */
int preload_set(const char *path);

#endif
