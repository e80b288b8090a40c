/* SPDX-License-Identifier: MIT */
/* run.h - what `rdinit run` was asked for; for run*.c alone. */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include "tools/lib/base/mem.h"
#include "tools/lib/base/options.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/machine/host_tree.h"
#include "tools/lib/machine/machine.h"
#include "tools/lib/machine/port.h"
#include "tools/lib/machine/run_image.h"

enum run_net { RUN_NET_NONE, RUN_NET_USER };

#define RUN_MEMORY_IN_ROOT                                                    \
	1024 /* MiB: for any program; what nobody uses costs the host nothing \
	      */

struct run {
	struct machine_config machine;
	struct run_image image;
	const char *kernel; /* --kernel */
	struct buffer append; /* all --append, each after a blank */
	struct disk *disks;
	struct texts disk_texts;
	int machine_choice; /* enum machine_type; -1: left to us */
	int stdio_choice; /* of pipe and console; -1: left to us */
	bool no_tuning, dry_run, cold, matrix;
	const char *keep; /* --keep: where the image that is made for a program stays, or NULL */
	struct texts more; /* --qemu and --device: QEMU's further arguments */
	const char *root; /* --root DIR; NULL: /, if this machine can share it */
	bool isolated; /* --isolated: the program is packed */
	bool read_only; /* --read-only: nothing can be written to the root */
	char *directory; /* that it was called in; NULL: it is gone */
	struct port *ports; /* -p */
	size_t port_count;
	char *netdev;
	int net_choice; /* of none and user */
	bool wants_tpm; /* --tpm */
	struct tpm tpm;
	struct host_tree tree, volume_share;
	struct volumes volumes; /* -v and --rw */
	struct buffer input; /* of stdin, where it is in the image */
	struct texts env; /* -e and --env-file: NAME=VALUE */
	const char *image_path; /* IMAGE */
	const char *entrypoint; /* --entrypoint: of `image.program` the first word */
	const char *json, *log; /* --json, --log */
	int json_fd, log_fd; /* -1: none */
	int64_t started; /* ms */
	char *kernel_path, *release; /* of the kernel that was found, for --json */
	struct machine_result result;
};

/* Looks at everything that can be wrong, then boots. The guest's exit status, or 1 after
 * reporting. */
int run_boot(struct run *run);

/* run_machine.c: opens the disks of --disk. Returns 0, or -1 after reporting. */
int run_open_disks(struct run *run);

/* Whether stdin and stdout are a terminal that is the guest's console. */
bool run_is_on_terminal(const struct run *run);

/* Whether --append locks the kernel down, which keeps /init from the debug console port. */
bool run_locks_down(const struct run *run);

/* Applies the kernel's configuration to the machine. Returns 0, or -1 after reporting that it does
 * not fit. */
int run_heed_config(struct run *run, struct kernel *kernel, const struct kernel_boot *form,
		    const struct kernel_config *config);

/*
 * run_root.c: shares this machine's files with the guest, if a program is to be run that is not to
 * be packed. Where that is not possible the program is packed, with a warning; with --root that is
 * an error. Returns 0, or -1 after reporting.
 */
int run_open_root(struct run *run, const struct kernel *kernel, const struct kernel_config *config);

/* The same for the directories of -v and --rw: it is an error if that is not possible. */
int run_open_volumes(struct run *run, const struct kernel *kernel,
		     const struct kernel_config *config);

/* Whether the program can be started, where it is not packed. Returns 0, or the exit status of one
 * that cannot, after reporting. */
int run_judge_program(const struct run *run);

/* Whether the root is to be this machine's. */
bool run_wants_root(const struct run *run);

/* NULL, or which of these symbols the kernel lacks, malloc'd; without modules next to it each must
 * be built in. */
char *run_judge_kernel(const struct kernel *kernel, const struct kernel_config *config,
		       const char *const *symbols);

/* run_boot.c: adds the parameters that only save time, after the console's; and those of this run.
 */
void run_add_tuning(const struct run *run, struct buffer *words);
void run_add_words(const struct run *run, struct buffer *words);

/* run_boot.c: where the program runs in this machine's files it gets their environment. */
void run_complete_program(struct run *run);

/* run_boot.c: the exit status where the image for a program cannot be made. */
int run_status_without_image(const struct run *run);

/* run_warm.c: starts the run from a saved machine. Returns whether it is over, with its exit
 * status; else it is to be booted, and nothing has changed. */
bool run_warm(struct run *run, const struct kernel *kernel, int *status);

/* run_warm.c: boots a machine and saves it. Returns 0, or 1 after reporting. */
int run_save(struct run *run);

/* run.c: --append. */
int run_take_append(void *into, const struct option_row *row, const char *text);

/* run_matrix.c: runs `words`, the arguments of `run`, on one machine after the other, and prints a
 * table; machines with less memory than `least_mib` are left out. Returns 0 if each that could run
 * ended with status 0, and at least one did; else 1; 128 + n after signal n. */
int run_matrix(const struct texts *words, unsigned int least_mib);

/* Whether the image is made for this run. */
bool run_is_made(const struct run *run);

/* run_check.c: the operands, and options that do not go together. Returns 0, or 2 after reporting
 * the first that is wrong. */
int run_check(const struct run *run, int operands, char *const *argv);

/* run_show.c: prints the command line of QEMU for --dry-run. Returns 0, or 1 after reporting. */
int run_print_qemu(const struct run *run, const char *qemu);

/* run_show.c: says how to attach gdb. */
void run_announce_gdb(const struct run *run, const struct kernel *kernel);

/* run_result.c: opens the files of --json and --log, so that a wrong name is told before a boot.
 * Returns 0, or -1 after reporting. */
int run_open_results(struct run *run);

/* run_result.c: writes the file of --json. Returns the status; 1 after reporting that a success
 * could not be written. */
int run_write_result(struct run *run, int status);
void run_close_results(struct run *run);

/* run_result.c: CLOCK_MONOTONIC, ms. */
int64_t run_now_ms(void);

/* The parameter of /init for -u USER[:GROUP]. malloc'd, or NULL after reporting. */
char *run_user_parameter(const char *text);

/* run_input.c: where the program's input would pass a slow line, and standard input is a file of no
 * great size, that goes into the image. Returns 0, or -1 after reporting. */
int run_pack_input(struct run *run);

/* The firmware to start it with; NULL: the machine's own. */
const char *run_firmware(const struct run *run, const struct kernel_boot *form);

#endif
