// SPDX-License-Identifier: MIT
/*
 * count.c - QEMU plugin: instructions, system calls and forks between two marks.
 *
 * Prints one line at the first end mark: "user kernel syscalls forks", and what had run before the
 * instruction at init=ADDRESS, where /init begins. Forks are counted at the kernel's entries of
 * fork, vfork, clone and clone3, whose addresses come as fork=ADDRESS. With from=reset the count
 * begins there, not at a start mark.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/qemu_plugin.h"

struct counts {
	uint64_t user, kernel, syscalls, forks;
};

#define FORK_ENTRIES 4

static struct counts now, at_start;
static uint64_t init_entry, before_init;
static bool started, ended;
static char out_path[4096];
static uint64_t fork_entries[FORK_ENTRIES];

static void start(unsigned int cpu, void *argument)
{
	(void)cpu, (void)argument;
	at_start = now;
	started = true;
}

static void end(unsigned int cpu, void *argument)
{
	FILE *out;

	(void)cpu, (void)argument;
	if (!started || ended)
		return;
	ended = true;
	out = fopen(out_path, "w");
	if (!out)
		return;
	fprintf(out, "%lu %lu %lu %lu %lu\n", now.user - at_start.user,
		now.kernel - at_start.kernel, now.syscalls - at_start.syscalls,
		now.forks - at_start.forks, before_init);
	fclose(out);
}

static void count(struct qemu_plugin_insn *insn, uint64_t *counter)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, counter, 1);
}

static void watch_kernel(struct qemu_plugin_insn *insn)
{
	count(insn, &now.kernel);
	for (size_t i = 0; i < FORK_ENTRIES; i++)
		if (qemu_plugin_insn_vaddr(insn) == fork_entries[i])
			count(insn, &now.forks);
}

static void watch(struct qemu_plugin_insn *insn)
{
	if (insn_is_of_kernel(insn)) {
		watch_kernel(insn);
		return;
	}
	/* A block is translated when it is about to run for the first time. */
	if (qemu_plugin_insn_vaddr(insn) == init_entry && !before_init)
		before_init = now.user + now.kernel;
	count(insn, &now.user);
	if (insn_is(insn, SYSCALL))
		count(insn, &now.syscalls);
	if (insn_is(insn, START))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, start, NO_REGISTERS, NULL);
	if (insn_is(insn, END))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, end, NO_REGISTERS, NULL);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		watch(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	int forks = 0;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0)
			snprintf(out_path, sizeof(out_path), "%s", argv[i] + 4);
		else if (strcmp(argv[i], "from=reset") == 0)
			started = true;
		else if (strncmp(argv[i], "init=", 5) == 0)
			init_entry = strtoull(argv[i] + 5, NULL, 0);
		else if (strncmp(argv[i], "fork=", 5) == 0 && forks < FORK_ENTRIES)
			fork_entries[forks++] = strtoull(argv[i] + 5, NULL, 0);
		else
			return -1;
	}
	if (!out_path[0])
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
