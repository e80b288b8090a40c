/* SPDX-License-Identifier: MIT */
/* qmp.h - commands to a running QEMU, by its machine protocol. */
#ifndef TOOLS_LIB_QMP_H
#define TOOLS_LIB_QMP_H

#include <stdint.h>

#include "tools/lib/base/mem.h"

struct qmp {
	int fd; /* our end of the monitor */
	int64_t until; /* ms of CLOCK_MONOTONIC, for everything together */
	struct buffer received; /* not yet read as lines */
};

/* Each returns NULL, or why it failed, malloc'd. Events are passed over. */

/* Reads the greeting and leaves the negotiation. The rest of *qmp is set before. */
char *qmp_open(struct qmp *qmp);

/* `arguments` as JSON, or NULL. */
char *qmp_command(struct qmp *qmp, const char *command, const char *arguments);

/* Gives QEMU a copy of the descriptor; from then on "fd:NAME" is that file. */
char *qmp_give_file(struct qmp *qmp, const char *name, int file);

/* Waits until the machine is saved. */
char *qmp_wait_saved(struct qmp *qmp);

/* Waits until the saved machine runs. */
char *qmp_wait_running(struct qmp *qmp);

void qmp_close(struct qmp *qmp);

#endif
