/* SPDX-License-Identifier: MIT */
/* run.h - what `rdinit run` was asked for; for run*.c alone. */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include "tools/lib/base/mem.h"
#include "tools/lib/base/options.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/machine/machine.h"
#include "tools/lib/machine/run_image.h"

struct run {
	struct machine_config machine;
	struct run_image image;
	const char *kernel; /* --kernel */
	struct buffer append; /* all --append, each after a blank */
	struct disk *disks;
	struct texts disk_texts;
	int machine_choice; /* enum machine_type; -1: left to us */
	int stdio_choice; /* of pipe and console; -1: left to us */
	bool no_tuning;
	const char *image_path; /* IMAGE */
};

/* Looks at everything that can be wrong, then boots. The guest's exit status, or 1 after
 * reporting. */
int run_boot(struct run *run);

/* run_machine.c: opens the disks of --disk. Returns 0, or -1 after reporting. */
int run_open_disks(struct run *run);

/* Applies the kernel's configuration to the machine. Returns 0, or -1 after reporting that it does
 * not fit. */
int run_heed_config(struct run *run, struct kernel *kernel, const struct kernel_boot *form,
		    const struct kernel_config *config);

/* The firmware to start it with; NULL: the machine's own. */
const char *run_firmware(const struct run *run, const struct kernel_boot *form);

#endif
