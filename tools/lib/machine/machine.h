/* SPDX-License-Identifier: MIT */
/* machine.h - one QEMU run: its bytes passed both ways, its end told as an exit status. */
#ifndef TOOLS_LIB_MACHINE_H
#define TOOLS_LIB_MACHINE_H

#include <stdint.h>

#include "tools/lib/machine/qemu.h"

#define STATUS_TIMEOUT 124 /* --timeout passed, as timeout(1) has it */
#define STATUS_FAILED 125 /* the machine or its init failed, not the program */

/* Times are ms of CLOCK_MONOTONIC; 0: it did not come to that. */
struct machine_result {
	const char *reason; /* a word for programs, as rdinit(1) lists them; NULL: no machine ran */
	char *sentence; /* what was printed of it, malloc'd; NULL: nothing */
	int64_t started, ready, exited, ended;
	long peak_kib; /* of this machine's memory that QEMU had */
};

/*
 * Boots `program` (QEMU) with this configuration and waits until it ended. Returns the exit status:
 * the guest's, 124, 125 after reporting, 128 + n if signal n ended us (SIGINT is also what Ctrl-C
 * means before the guest is ready, after its program ended, and three times within a second), 141
 * if nobody reads our stdout any more. QEMU never outlives this process. SIGINT, SIGTERM, SIGHUP,
 * SIGQUIT and SIGCHLD are blocked from here on, so that the caller can clean up. SIGPIPE is
 * ignored. `result` is filled in, whatever comes.
 */
int machine_run(const char *program, const struct machine_config *config,
		struct machine_result *result);

/* The same for a machine that was saved (config->warm). Returns NULL, with the exit status in
 * *status; or, malloc'd, why it could not be started from there: nothing has run then, and nothing
 * was printed. */
char *machine_run_warm(const char *program, const struct machine_config *config,
		       struct machine_result *result, int *status);

/* Boots the machine until it waits for its order, and saves it. Returns NULL, or why that failed,
 * malloc'd; *signal: the one that ended it, or 0. Signals are as after machine_run(). */
char *machine_save(const char *program, const struct machine_config *config, int *signal);

#endif
