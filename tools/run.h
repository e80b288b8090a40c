/* run.h - what `rdinit run` was asked for; for run.c and run_boot.c alone. */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include "tools/lib/base/mem.h"
#include "tools/lib/run/machine.h"
#include "tools/lib/run/run_image.h"

struct run {
	struct machine_config machine;
	struct run_image image;
	const char *kernel;		/* --kernel */
	struct buffer append;		/* all --append, each after a blank */
	struct disk *disks;
	const char **disk_texts;
	size_t disk_count;
	int machine_given, stdio_given, no_tuning, help;
	const char *image_path;		/* IMAGE */
};

/* Looks at everything that can be wrong, then boots. The guest's exit status, or 1 after
 * reporting. */
int run_boot(struct run *run);

#endif
