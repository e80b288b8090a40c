/* SPDX-License-Identifier: MIT */
/* uml_reaper.h - a process that watches over User-mode Linux, and cleans up after it. */
#ifndef TOOLS_LIB_UML_REAPER_H
#define TOOLS_LIB_UML_REAPER_H

#include <sys/types.h>

/*
 * UML makes a process of this host for each of its own, and none of them dies with it: killed, it
 * would leave them behind, stopped or spinning. So between it and us stands a reaper, which ends
 * all that is in its group, removes the directory `scratch`, and then ends as it did.
 *
 * uml_reaper_start() parts: its child, for which it returns 0, is to become UML, in a group of its
 * own. The caller, for which it returns 1, has SIGTERM and SIGCHLD blocked and no work but
 * uml_reaper_end(): until that child ends, or SIGTERM says that it shall (or that our own parent
 * died: PR_SET_PDEATHSIG). Never returns if there can be no child.
 */
int uml_reaper_start(const char *scratch);
_Noreturn void uml_reaper_end(void);

#endif
