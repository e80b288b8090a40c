/* SPDX-License-Identifier: MIT */
/*
 * qemu_plugin.h - the few prototypes of QEMU's plugin interface, version 1, that plugins here use.
 *
 * Debian's QEMU 7.2 takes plugins but ships no header. Source: QEMU's docs/devel/tcg-plugins.rst.
 */
#ifndef RDINIT_BENCH_QEMU_PLUGIN_H
#define RDINIT_BENCH_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t; /* the interface's own name */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

enum { NO_REGISTERS = 0, INLINE_ADD_U64 = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
						  void (*translated)(qemu_plugin_id_t,
								     struct qemu_plugin_tb *));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
						   void (*executed)(unsigned int, void *),
						   int registers, void *argument);
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
						       void *counter, uint64_t addend);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);

/* Instructions: a system call, and the marks of nolibc.h. */
#define SYSCALL "\x0f\x05"
#define START "\x66\x87\xdb"
#define END "\x66\x87\xc9"

#define insn_is(insn, bytes)                                 \
	(qemu_plugin_insn_size(insn) == sizeof(bytes) - 1 && \
	 memcmp(qemu_plugin_insn_data(insn), bytes, sizeof(bytes) - 1) == 0)

static inline bool insn_is_of_kernel(const struct qemu_plugin_insn *insn)
{
	return qemu_plugin_insn_vaddr(insn) >> 47;
}

#endif
