/* SPDX-License-Identifier: MIT */
/* errors.h - how the system calls of sys.h may fail: for the sweep and the simulated boots. */
#ifndef RDINIT_TESTS_ERRORS_H
#define RDINIT_TESTS_ERRORS_H

/* Of a call in a child: it dies there; or it never comes back. */
#define CHILD_DIES (-100001)
#define CHILD_HANGS (-100002)

/* The plausible results of a call that fails, ended by 0. `line` begins with the call's name, and
 * ends after it or goes on with a blank. NULL: there is no such call. */
const long *errors_of(const char *line);

/* "EIO", "DIES". */
const char *errors_name(long result);

#endif
