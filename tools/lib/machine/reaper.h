/* SPDX-License-Identifier: MIT */
/* reaper.h - a process that watches over another and its directory, and cleans up after it. */
#ifndef TOOLS_LIB_REAPER_H
#define TOOLS_LIB_REAPER_H

#include <sys/types.h>

/*
 * UML makes a process of this host for each of its own, and none of them dies with it: killed, it
 * would leave them behind, stopped or spinning. swtpm(8) leaves the state of its TPM. So between
 * such a program and us stands a reaper, which ends all that is in its group, removes the directory
 * `scratch`, and then ends as it did.
 *
 * reaper_start() parts: its child, for which it returns 0, is to become it, in a group of its
 * own. The caller, for which it returns 1, has SIGTERM and SIGCHLD blocked and no work but
 * reaper_end(): until that child ends, or SIGTERM says that it shall (or that our own parent
 * died: PR_SET_PDEATHSIG). Never returns if there can be no child.
 */
int reaper_start(const char *scratch);
_Noreturn void reaper_end(void);

#endif
