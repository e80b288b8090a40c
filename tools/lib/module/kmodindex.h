/* SPDX-License-Identifier: MIT */
/* kmodindex.h - the binary tables that kmod looks names up in: modules.dep.bin and its like. */
#ifndef TOOLS_LIB_KMODINDEX_H
#define TOOLS_LIB_KMODINDEX_H

#include "tools/lib/base/mem.h"

struct kmodindex_entry {
	char *key; /* "virtio_pci", or a pattern: "pci:v00001AF4d*" */
	char *value; /* "virtio_pci.ko: virtio.ko" of a name, a module of a pattern */
	size_t priority; /* of values of one key the lowest comes first */
};

/* Appends the table of these entries, which are sorted by this. Keys with bytes over 127 have no
 * place in it and are left out. The format: a tree of letters whose numbers have their big end
 * first, as libkmod reads it since kmod 1. */
void kmodindex_write(struct kmodindex_entry *entries, size_t count, struct buffer *out);

#endif
