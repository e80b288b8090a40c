// SPDX-License-Identifier: MIT
/*
 * calls.c - QEMU plugin: instructions of each system call between two marks, in their order.
 *
 * A line for each stay in the kernel: the instructions outside of it before, those in it, and the
 * call; "-" for a fault, an interrupt, or the other process after a switch. A plugin of version 1
 * reads no registers: a call is known by the kernel's function that it enters, __x64_sys_NAME,
 * whose addresses come in a file, entries=FILE, as /proc/kallsyms has them, sorted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/qemu_plugin.h"

#define ENTRIES_MAX 1024
#define NAME_SIZE 64

static struct entry {
	unsigned long address;
	char name[NAME_SIZE];
} entries[ENTRIES_MAX];
static size_t entry_count;

static uint64_t user, kernel; /* instructions since the last line */
static const char *call = "-";
static bool started;
static FILE *out;

static void start(unsigned int cpu, void *argument)
{
	(void)cpu, (void)argument;
	started = true;
	user = kernel = 0;
}

static void line(void)
{
	if (started && out)
		fprintf(out, "%lu %lu %s\n", user, kernel, call);
	user = kernel = 0;
	call = "-";
}

static void end(unsigned int cpu, void *argument)
{
	(void)cpu, (void)argument;
	line();
	started = false;
	fflush(out);
}

static void enter(unsigned int cpu, void *entry)
{
	(void)cpu;
	call = ((const struct entry *)entry)->name;
}

/* A block of a program begins. */
static void leave(unsigned int cpu, void *argument)
{
	(void)cpu, (void)argument;
	if (kernel)
		line();
}

static int compare(const void *address, const void *entry)
{
	unsigned long a = *(const unsigned long *)address,
		      b = ((const struct entry *)entry)->address;

	return (a > b) - (a < b);
}

/* A function's first instruction begins a block, as whatever is jumped to. */
static void watch_first(struct qemu_plugin_insn *insn)
{
	unsigned long address = qemu_plugin_insn_vaddr(insn);
	struct entry *entry = bsearch(&address, entries, entry_count, sizeof(*entry), compare);

	if (!insn_is_of_kernel(insn))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, leave, NO_REGISTERS, NULL);
	else if (entry)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, enter, NO_REGISTERS, entry);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	watch_first(qemu_plugin_tb_get_insn(tb, 0));
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		bool is_of_kernel = insn_is_of_kernel(insn);

		if (!is_of_kernel && insn_is(insn, START))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, start, NO_REGISTERS, NULL);
		if (!is_of_kernel && insn_is(insn, END))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, NO_REGISTERS, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
							   is_of_kernel ? &kernel : &user, 1);
	}
}

static void read_entries(const char *path)
{
	FILE *file = fopen(path, "r");

	while (file && entry_count < ENTRIES_MAX &&
	       fscanf(file, "%lx %*c __x64_sys_%63s", &entries[entry_count].address,
		      entries[entry_count].name) == 2)
		entry_count++;
	if (file)
		fclose(file);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "w");
		else if (strncmp(argv[i], "entries=", 8) == 0)
			read_entries(argv[i] + 8);
		else
			return -1;
	}
	if (!out || !entry_count)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
