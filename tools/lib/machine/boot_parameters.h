/* SPDX-License-Identifier: MIT */
/* boot_parameters.h - the words on a guest's command line that only save time, or a hang. */
#ifndef TOOLS_LIB_BOOT_PARAMETERS_H
#define TOOLS_LIB_BOOT_PARAMETERS_H

#include "tools/lib/base/mem.h"
#include "tools/lib/machine/qemu.h"

/* The facts that decide whether a parameter helps. */
struct tuning_facts {
	enum machine_type machine;
	unsigned int cpus;
	int kvm; /* else the machine is emulated */
	int acpi; /* the machine has it, where it may be without */
	int verbose; /* the user wants the kernel's messages */
};

struct tuning_word {
	const char *word; /* as it stands on the line, or its name before "=" */
	const char *why; /* why, for a sentence */
	int (*applies)(const struct tuning_facts *facts);
	/* The value after "="; 0: omit the parameter. NULL for one without a value. */
	unsigned long (*value)(void);
};

/* Every such word, for `run`, the manual and the README, which a test compares. */
extern const struct tuning_word tuning_words[];
extern const size_t tuning_word_count;

/* Appends " WORD" for each one that applies. Without them the same guest boots, only later. */
void tuning_add(struct buffer *words, const struct tuning_facts *facts);

#endif
