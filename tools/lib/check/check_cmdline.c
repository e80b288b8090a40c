// SPDX-License-Identifier: MIT
/* check_cmdline.c - rules of the command line: unknown parameters, missing consoles. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/typo.h"
#include "tools/lib/check/check.h"

#define LINE_BYTES 2047 /* COMMAND_LINE_SIZE of x86, without its NUL */
#define KNOWN_MAX 80 /* our parameters and the words below */

/* The kernel's words that a misspelt one may mean: those whose loss is noticed. Source:
 * Documentation/admin-guide/kernel-parameters.txt. */
static const char *const kernel_words[] = {
	"crashkernel",	    "earlycon",	     "earlyprintk",    "ignore_loglevel", "initrd",
	"lockdown",	    "log_buf_len",   "loglevel",       "maxcpus",	  "mitigations",
	"module_blacklist", "netconsole",    "no_timer_check", "nokaslr",	  "nolapic",
	"nolapic_timer",    "nomodeset",     "nr_cpus",	       "panic_on_warn",	  "rdinit",
	"reboot",	    "tsc_early_khz",
};

/* Words of the kernel, or of other programs, that look like one of the above or of ours. */
static const char *const other_words[] = {
	"boot",	  "noapic",	   "nolapic",	   "nosmp",	   "nosmt",	     "norandmaps",
	"resume", "rootovl",	   "splash",	   "single",	   "memmap",	     "nohz",
	"nohlt",  "init_on_alloc", "init_on_free", "intel_iommu",  "initcall_debug", "nopcid",
	"nopti",  "nopat",	   "maxcpus",	   "nr_hugepages", "unit",	     "exit",
};

static void list_known(const char *known[KNOWN_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < parameter_count && count < KNOWN_MAX - 1; i++)
		known[count++] = parameters[i].name;
	for (size_t i = 0; i < COUNT(kernel_words) && count < KNOWN_MAX - 1; i++)
		known[count++] = kernel_words[i];
	known[count] = NULL;
}

static bool is_other(const char *name)
{
	for (size_t i = 0; i < COUNT(other_words); i++)
		if (!strcmp(name, other_words[i]))
			return true;
	return false;
}

static bool is_in(const char *name, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(name, *known))
			return true;
	return false;
}

static void report_ignored(struct check *check, const struct ignored *ignored,
			   const char *const *known)
{
	char *name = xstrndup(ignored->word, strcspn(ignored->word, "="));
	const char *nearest = is_in(name, known) ? NULL : typo_nearest(name, known);

	check_report(check, CHECK_WORD, CHECK_ERROR,
		     "see rdinit-cmdline(7) for parameters and their values",
		     "/init ignores %s: %s%s%s", shown(ignored->word), ignored->why,
		     nearest ? "; did you mean " : "", nearest ? nearest : "");
	free(name);
}

static void judge_word(struct check *check, const struct word *word, const char *const *known)
{
	const char *nearest;

	if (!strncmp(word->name, "rdinit.", 7)) {
		if (!check->is_ours && check->programs[0].entry)
			check_report(check, CHECK_WORD, CHECK_WARNING,
				     "add a line `init` to the recipe",
				     "nothing reads %s: %s is not rdinit's /init",
				     shown(word->name), check->programs[0].whose);
		return;
	}
	/* Capitals are the environment's. */
	if (isupper((unsigned char)word->name[0]) || is_in(word->name, known) ||
	    is_other(word->name))
		return;
	nearest = typo_nearest(word->name, known);
	if (nearest)
		check_report(check, CHECK_WORD, CHECK_WARNING,
			     "correct it, or ignore this if it is meant so",
			     "nothing reads %s: did you mean %s?", shown(word->name), nearest);
}

/* What an image asks of an /init that only runs programs. */
static void judge_scope(struct check *check)
{
	static const char cure[] = "write `init` in place of `init run` in the recipe";
	const char *what = mode_out_of_scope(check_mode(check), &check->settings);
	const char *why;
	unsigned int at = 0;

	if (!check->only_runs)
		return;
	if (what && (check->append || check_mode(check) != MODE_STAY))
		check_report(check, CHECK_WORD, CHECK_ERROR, cure,
			     "/init fails for %s: it only runs programs", what);
	if (archive_resolve(check->archive, DRIVERS_FILE, &why))
		check_report(check, CHECK_WORD, CHECK_WARNING, cure,
			     "nothing reads " DRIVERS_FILE ": this /init only runs programs");
	for (const char *name; (name = mode_next_unread(&check->settings, &at));)
		check_report(check, CHECK_WORD, CHECK_WARNING, cure,
			     "nothing reads %s: this /init only runs programs", name);
}

void check_word(struct check *check)
{
	char *line = xstrdup(check->append ? check->append : ""), *rest = line;
	const struct settings *settings = &check->settings;
	const char *known[KNOWN_MAX];
	struct word word;

	list_known(known);
	judge_scope(check);
	for (int i = 0; check->is_ours && i < settings->ignored_count && i < SETTINGS_IGNORED_MAX;
	     i++)
		report_ignored(check, &settings->ignored[i], known);
	if (check->is_ours && settings->ignored_count > SETTINGS_IGNORED_MAX)
		check_report(check, CHECK_WORD, CHECK_ERROR, "correct or remove them",
			     "/init ignores %d more parameters",
			     settings->ignored_count - SETTINGS_IGNORED_MAX);
	while (cmdline_next(&rest, &word) && !cmdline_is_end(&word))
		judge_word(check, &word, known);
	if (check->is_ours && settings->root_mount.is_bind)
		check_report(check, CHECK_WORD, CHECK_ERROR, "remove bind, rbind, move and remount",
			     "rootflags=%s does not mount a device", shown(check->rootflags));
	free(line);
	if (check->append && strlen(check->append) > LINE_BYTES)
		check_report(check, CHECK_WORD, CHECK_ERROR,
			     "move parameters into the image (rdinit pack --cmdline)",
			     "the line has %zu bytes, but the kernel truncates it to %d",
			     strlen(check->append), LINE_BYTES);
	if (!check->append)
		check_skip(check, CHECK_WORD, "the kernel's command line is unknown (--append)");
}

/* The number after `prefix`, or -1. */
static long number_after(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);
	char *end;
	long number;

	if (strncmp(name, prefix, len) || !isdigit((unsigned char)name[len]))
		return -1;
	number = strtol(name + len, &end, 10);
	return *end ? -1 : number;
}

/* NULL, or why there is no such console. The machines are those that `rdinit run` makes: two serial
 * ports at most, no virtio console. */
static const char *why_not(const struct check *check, const char *name)
{
	int known = check->machine != CHECK_ANY_MACHINE;

	if (number_after(name, "ttyS") > 1 && known)
		return "the machine has the serial ports ttyS0 and ttyS1";
	if (number_after(name, "ttyS") >= 0 && check_lacks(check, "SERIAL_8250_CONSOLE"))
		return "the kernel has no CONFIG_SERIAL_8250_CONSOLE";
	if (number_after(name, "hvc") >= 0 && known)
		return "the machine has no virtio console";
	if (number_after(name, "hvc") >= 0 && check_lacks(check, "HVC_DRIVER"))
		return "the kernel has no CONFIG_HVC_DRIVER";
	if (number_after(name, "tty") >= 0 && check_lacks(check, "VT_CONSOLE"))
		return "the kernel has no CONFIG_VT_CONSOLE";
	if (number_after(name, "ttyAMA") >= 0 && known)
		return "the machine has no such serial port";
	return NULL;
}

void check_no_device(struct check *check)
{
	char *line = xstrdup(check->append ? check->append : ""), *rest = line;
	struct word word;

	while (!check_is_uml(check) && cmdline_next(&rest, &word) && !cmdline_is_end(&word)) {
		const char *why;

		if (strcmp(word.name, "console") || !word.value)
			continue;
		word.value[strcspn(word.value, ",")] = '\0';
		why = why_not(check, word.value);
		if (why)
			check_report(check, CHECK_NO_DEVICE, CHECK_WARNING, "use console=ttyS0",
				     "console=%s has no device: %s", shown(word.value), why);
	}
	free(line);
	if (check->machine == CHECK_ANY_MACHINE)
		check_skip(check, CHECK_NO_DEVICE, "the machine is unknown (--machine)");
}
