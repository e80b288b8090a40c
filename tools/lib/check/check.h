/* SPDX-License-Identifier: MIT */
/* check.h - whether an image will boot, told from its bytes: rules, and what they go by. */
#ifndef TOOLS_LIB_CHECK_H
#define TOOLS_LIB_CHECK_H

#include <stdbool.h>

#include "init/pure/mode.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/host/disk_names.h"
#include "tools/lib/kernel/kernel_config.h"

/* The numbers are part of the manual and never change their meaning. */
enum check_number {
	CHECK_NO_INIT = 1,
	CHECK_NOT_EXECUTABLE,
	CHECK_FOREIGN_PROGRAM,
	CHECK_NO_INTERPRETER,
	CHECK_NO_LIBRARY,
	CHECK_UNREADABLE,
	CHECK_LOST_ENTRY,
	CHECK_NO_CONSOLE,
	CHECK_MEMORY,
	CHECK_MODULE,
	CHECK_NO_DEVICE,
	CHECK_WORD,
	CHECK_ROOT,
	CHECK_KERNEL,
	CHECK_REAL_INIT,
	CHECK_NO_PROGRAM,
	CHECK_NO_ROOT,
	CHECK_DRIVER,
	CHECK_NUMBERS /* one more than the last */
};

struct check;

struct check_rule {
	enum check_number number;
	const char *name;
	const char *help; /* one line for --help */
	void (*judge)(struct check *check);
};

/* In the order of their numbers. */
extern const struct check_rule check_rules[];
extern const size_t check_rule_count;

enum check_severity {
	CHECK_ERROR, /* it will not boot, or not do what it is asked */
	CHECK_WARNING, /* something is lost */
};

struct check_finding {
	enum check_number number;
	enum check_severity severity;
	const char *text; /* a sentence without its full stop, printable */
	const char *cure; /* static */
};

/* A rule that had too little to go by. */
struct check_unjudged {
	enum check_number number;
	const char *why;
};

enum check_machine { CHECK_ANY_MACHINE, CHECK_PC, CHECK_Q35, CHECK_MICROVM };

enum check_role {
	CHECK_STARTS, /* the kernel starts it: /init */
	CHECK_RUNS, /* rdinit's /init runs it */
	CHECK_INTERPRETS, /* a script of these names it */
};

struct check_program {
	enum check_role role;
	const char *path; /* as it was asked for */
	const char *whose; /* for messages: "/init", "the interpreter of /init" */
	const struct archive_entry *entry; /* NULL: not in the image */
	const char *why; /* then: a static text */
};

#define CHECK_SHOWN 20 /* findings of one rule that are printed; all are counted */

/* What the rules found. */
struct check_results {
	struct check_finding *findings; /* by number, once check_judge() has returned */
	size_t finding_count; /* those that are printed */
	size_t counts[2]; /* all, by enum check_severity */
	size_t per_rule[CHECK_NUMBERS];
	struct check_unjudged *unjudged;
	size_t unjudged_count;
};

/* What the rules go by. Texts of which nothing else is said live as long as it. */
struct check {
	/* The caller's options. */
	const char *append; /* the kernel's command line, or NULL: not known */
	enum check_machine machine;
	unsigned int memory_mib; /* 0: not known */
	struct disk_names disk; /* its path NULL: not known */

	/* The kernel, as far as it is known. */
	bool has_kernel;
	struct kernel kernel;
	struct kernel_config config; /* `from` NULL: not known */
	struct buffer builtin; /* modules.builtin; empty: not known */
	size_t kernel_bytes; /* of memory while it unpacks; 0: not known */

	/* The image, and what it is asked for. */
	struct archive *archive; /* as the kernel unpacks it: without what is lost */
	struct settings settings;
	const char *rootflags; /* as they were given; NULL: not */
	const char *rdinit; /* the first program, "/init" */
	bool is_ours; /* that is the /init of this project */
	bool only_runs; /* that of `init run` */
	struct check_program *programs;
	size_t program_count;

	struct check_results results;
	struct arena texts;
};

/* Reads the kernel of --kernel and the configuration of --config; either may be NULL. 0, or -1
 * after reporting: unreadable, no kernel, no whole configuration. */
int check_read_kernel(struct check *check, const char *choice, const char *config);

/* Reads `file` (bytes that it takes over) as the kernel would unpack it; damage is a finding.
 * `name` is for messages. Limit: that of limit.h. */
void check_read_image(struct check *check, const char *name, struct mapped_file *file);

/* Applies every rule. An unknown input is never a finding. */
void check_judge(struct check *check);
void check_free(struct check *check);

/* --- for the rules --- */

/* A finding; names in it go through shown(). `cure` must be static. */
void check_report(struct check *check, enum check_number number, enum check_severity severity,
		  const char *cure, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Why a rule, or a part of it, was not applied. */
void check_skip(struct check *check, enum check_number number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* kconfig_get() of the kernel's configuration; KCONFIG_UNKNOWN if there is none. */
enum kconfig_value check_config(const struct check *check, const char *symbol);

/* Whether the kernel is known to be User-mode Linux, whose devices and memory differ. */
bool check_is_uml(const struct check *check);

/* Whether the configuration is known, and this is not built into the kernel: n, or m. */
int check_lacks(const struct check *check, const char *symbol);

/* Fills in settings, rdinit and programs. Source: init/settings.c, init/stay.c. */
void check_read_settings(struct check *check);

/* archive_resolve(), with a *why that says whole what is wrong. */
const struct archive_entry *check_resolve(const struct check *check, const char *path,
					  const char **why);

/* The file at `path`, links followed, ended by a NUL; malloc'd, with *len (without the NUL), or
 * NULL: no such file. */
char *check_file(const struct check *check, const char *path, size_t *len);

/* Whether nothing is asked for, so that the image's own /sbin/init replaces /init. */
enum mode check_mode(const struct check *check);
bool check_stays_as_own_init(const struct check *check);

/* The program that the image or the line asks for and its arguments, as mode_words(); *text has
 * their bytes, malloc'd. 0 words if there is no run file. */
int check_run_words(const struct check *check, char *words[RUN_WORDS_MAX + 1], char **text);

/* The part of the disk of --root that root= names, by the first of what has its name; NULL: there
 * is none, or it cannot be told. */
const struct disk_part *check_root_part(const struct check *check);

/* Whether a module of this name is loaded: it stands in /etc/rdinit/modules. */
bool check_loads(const struct check *check, const char *name);

/* Whether it is loaded when its device appears: a pattern of /etc/rdinit/drivers leads to it. */
bool check_waits(const struct check *check, const char *name);

/* Says CHECK_ROOT where none of the types of a list ("ext4,xfs") can be read, of what `what` is. */
void check_root_types(struct check *check, const char *list, const char *what);

/* The rules. */
void check_no_init(struct check *check);
void check_not_executable(struct check *check);
void check_foreign_program(struct check *check);
void check_no_interpreter(struct check *check);
void check_no_library(struct check *check);
void check_unreadable(struct check *check);
void check_lost_entry(struct check *check);
void check_no_console(struct check *check);
void check_memory(struct check *check);
void check_module(struct check *check);
void check_no_device(struct check *check);
void check_word(struct check *check);
void check_root(struct check *check);
void check_kernel(struct check *check);
void check_real_init(struct check *check);
void check_no_program(struct check *check);
void check_no_root(struct check *check);
void check_driver(struct check *check);

#endif
