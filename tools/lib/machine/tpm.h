/* SPDX-License-Identifier: MIT */
/* tpm.h - a TPM 2.0 for one machine, by swtpm(8). */
#ifndef TOOLS_LIB_TPM_H
#define TOOLS_LIB_TPM_H

#include <sys/types.h>

struct tpm {
	pid_t pid; /* of what watches over swtpm; 0: none */
	int socket; /* QEMU's end */
	int errors; /* what swtpm wrote */
};

/* Starts swtpm with an empty state, which is removed when it ends: with QEMU's end of the socket,
 * or with this process. Returns NULL, or why that is not possible, malloc'd, with the cure. Close
 * `tpm` in both cases. */
char *tpm_open(struct tpm *tpm);

/* Ends it, and prints what it complained of if it failed. */
void tpm_close(struct tpm *tpm);

#endif
