// SPDX-License-Identifier: MIT
/* boot_parameters.c - the words on a guest's command line that only save time, or a hang. */
#include "tools/lib/machine/boot_parameters.h"

#include <stdbool.h>

#include "init/pure/count.h"

static bool is_quiet(const struct boot_facts *facts)
{
	return !facts->verbose;
}

static bool always(const struct boot_facts *facts)
{
	(void)facts;
	return true;
}

static bool is_uml(const struct boot_facts *facts)
{
	return facts->machine == MACHINE_UML;
}

static bool is_emulated(const struct boot_facts *facts)
{
	return !facts->kvm && !is_uml(facts);
}

/* A second processor needs a timer of its own, and so does a microvm with ACPI, which has no other.
 * Under KVM nothing is saved: the processor reports the rate of its timer. */
static bool has_other_ticks(const struct boot_facts *facts)
{
	return is_emulated(facts) && facts->cpus == 1 &&
	       !(facts->machine == MACHINE_MICROVM && facts->acpi);
}

static bool is_microvm(const struct boot_facts *facts)
{
	return facts->machine == MACHINE_MICROVM;
}

/* Loops in a tick of 10 ms: a little over one a cycle, so that no delay becomes too short. */
static unsigned long loops_per_tick(void)
{
	return qemu_tsc_khz() * 10;
}

static const struct boot_parameter {
	const char *word; /* as it stands on the line, or its name before "=" */
	const char *why; /* why, for a sentence */
	bool (*applies)(const struct boot_facts *facts);
	/* The value after "="; 0: omit the parameter. NULL for one without a value. */
	unsigned long (*value)(void);
} tuning_words[] = {
	{ "quiet", "nobody reads the messages", is_quiet, NULL },
	{ "cryptomgr.notests", "the self-tests of ciphers are more than half of a stock boot",
	  always, NULL },
	{ "no_timer_check",
	  "on a busy machine the check of the timer's interrupt fails, and the guest "
	  "panics",
	  is_emulated, NULL },
	{ "nolapic_timer", "measuring the processor's timer takes 0.1 s; another one works as well",
	  has_other_ticks, NULL },
	{ "tsc_early_khz",
	  "without another clock to compare with, measuring the TSC hangs at times", is_microvm,
	  qemu_tsc_khz },
	{ "lpj", "calibrating the delay loop takes longer than the rest of the boot", is_uml,
	  loops_per_tick },
	/* The others are tried first, 3 s in all, and at times end in a second boot. */
	{ "reboot=t", "the machine has hardware for this way to reboot only", is_microvm, NULL },
};

void boot_parameters_add(struct buffer *words, const struct boot_facts *facts)
{
	for (size_t i = 0; i < COUNT(tuning_words); i++) {
		const struct boot_parameter *row = &tuning_words[i];
		unsigned long value = row->value && row->applies(facts) ? row->value() : 0;

		if (!row->applies(facts) || (row->value && !value))
			continue;
		buffer_printf(words, " %s", row->word);
		if (row->value)
			buffer_printf(words, "=%lu", value);
	}
}
