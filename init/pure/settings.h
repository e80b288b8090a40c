/* SPDX-License-Identifier: MIT */
/* settings.h - parse parameters into settings, by one table of all parameters. */
#ifndef RDINIT_PURE_SETTINGS_H
#define RDINIT_PURE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/pure/cmdline.h"
#include "init/pure/limits.h"
#include "init/pure/mountopts.h"

#define WAIT_FOREVER (-1) /* struct settings, timeout_s */
#define ROOT_TIMEOUT_S 30 /* slow USB hubs and RAID controllers take 10 to 20 s */

enum mounts_choice { MOUNTS_ALL, MOUNTS_MINIMAL };
enum verbosity { VERBOSITY_NORMAL, VERBOSITY_QUIET, VERBOSITY_DEBUG };
enum onfail {
	ONFAIL_UNSET,
	ONFAIL_SHELL,
	ONFAIL_POWEROFF,
	ONFAIL_REBOOT,
	ONFAIL_HALT,
	ONFAIL_WAIT
};
enum power_action { POWER_UNSET, POWER_OFF, POWER_REBOOT, POWER_HALT };

enum fsck_mode { FSCK_MODE_UNSET, FSCK_MODE_AUTO, FSCK_MODE_SKIP, FSCK_MODE_FORCE };
enum fsck_repair { FSCK_REPAIR_UNSET, FSCK_REPAIR_PREEN, FSCK_REPAIR_YES, FSCK_REPAIR_NO };

/* Values of a parameter that may be repeated; a value may be several, separated by commas. */
struct text_list {
	const char *all[SETTINGS_LIST_MAX];
	int count;
};

/* Without init= the first of them that can be executed; `between` separates them. */
#define REAL_INITS(between) "/sbin/init" between "/etc/init" between "/bin/init" between "/bin/sh"
#define COMMA ,

/* All strings point into the parsed lines. */
struct settings {
	char *rootflags; /* until settings_finish() */
	const char *root, *rootfstype, *init, *run, *stdio, *host, *user, *chdir, *input, *keymap,
		*loop, *resume, *resume_offset;
	const char *umask, *caps, *ambient, *oom_score_adj; /* of the program; NULL: as it is */
	const char *restart; /* rdinit.restart=; NULL: never */
	const char *ip; /* ip=; the kernel obeys it, too, if it was built to (CONFIG_IP_PNP) */
	const char *window; /* rdinit.window=: ROWSxCOLUMNS[,PORT] of the console */
	const char *hostname; /* the kernel obeys it, too, from Linux 6.0 on */
	const char *order; /* rdinit.order=: the port that the rest of the image comes over */
	const char *program_root; /* rdinit.root=: the root that the program runs in */
	const char *overlay; /* NULL: none; "": in memory; else the device of its layer */
	char *arguments; /* the line after "--", not yet split; NULL: no "--" */
	int root_access; /* enum mount_access, by ro and rw; final after settings_finish() */
	struct mount_options root_mount; /* rootflags=, parsed by settings_finish() */
	int timeout_s; /* for the root, seconds; or WAIT_FOREVER */
	int rootdelay_s; /* seconds */
	int watchdog_s; /* seconds; 0: none */
	int hooks_s; /* for each hook, seconds */
	int grace_s; /* between TERM and KILL, seconds */
	int panic_s; /* as the kernel's panic=: 0 never, below 0 at once, else seconds */
	int has_panic;
	int mounts; /* enum mounts_choice */
	int verbosity; /* enum verbosity */
	int onfail; /* enum onfail */
	int fsck_mode; /* enum fsck_mode */
	int fsck_repair; /* enum fsck_repair */
	int noresume;
	int is_unsafe; /* rdinit.user is invalid: no program may run */
	int links, toram, unique, no_new_privs, notify;
	int exit; /* enum power_action */
	const char *consoles[SETTINGS_CONSOLES_MAX]; /* values of console=, in order */
	int console_count;
	const char *env[SETTINGS_ENV_MAX]; /* unknown NAME=VALUE of the image's files */
	int env_count;
	const char *modules[SETTINGS_MODULES_MAX]; /* MODULE.PARAM[=VALUE], in order */
	int module_count;
	struct text_list modules_load, blacklist; /* names of modules */
	struct text_list rlimits; /* rdinit.rlimit=: NAME=SOFT[:HARD] */
	struct text_list sysctls; /* rdinit.sysctl=: NAME=VALUE */
	struct text_list mount_lines; /* rdinit.mount=, as lines of fstab(5) */
	struct ignored {
		const char *word, *why;
	} ignored[SETTINGS_IGNORED_MAX];
	int ignored_count; /* may exceed the array, which has the first ones */
};

enum parameter_kind {
	PARAMETER_TEXT,
	PARAMETER_SET, /* a parameter without value that sets a number */
	PARAMETER_NUMBER, /* seconds, not below 0 */
	PARAMETER_SIGNED,
	PARAMETER_ROOTWAIT, /* bare: for ever; with a value: seconds */
	PARAMETER_CHOICE,
	PARAMETER_CONSOLE,
	PARAMETER_LIST, /* struct text_list: all values are used */
	PARAMETER_FLAG_TEXT, /* bare: an empty text */
};

struct parameter {
	const char *name; /* as written before "=" */
	uint16_t field; /* offset in struct settings */
	uint8_t kind; /* enum parameter_kind */
	uint8_t value; /* PARAMETER_SET: the number that it sets; PARAMETER_CHOICE: its list */
};

extern const struct parameter parameters[];
extern const size_t parameter_count;

/* The source decides about unknown parameters: the kernel has put those of its command line into
 * /init's environment already; those of the image's files are stored in `env`. */
enum settings_source { FROM_IMAGE, FROM_KERNEL };

/* Sets the defaults that are not 0. `settings` must be all zeros: so untouched pages of /init's
 * memory stay untouched. */
void settings_defaults(struct settings *settings);

/* Call once, after all lines are read: it splits rootflags= in place. ro and rw override those in
 * rootflags=; without any the root is read-only. */
void settings_finish(struct settings *settings);

/* Parses `line` into `settings`, in place; `line` must outlive `settings`. A later parameter
 * replaces an earlier one. Invalid parameters are stored in `ignored` with a reason. */
void settings_parse(struct settings *settings, char *line, enum settings_source source);

/* Whether one of the list's values contains this name, between commas. "-" and "_" are equal, as in
 * names of modules. */
int settings_list_has(const struct text_list *list, const char *name);

/* Whether `parameters` has this name. Such a parameter is not for a program's environment. */
int settings_knows(const char *name, size_t len);

/* Whether this parameter of the kind PARAMETER_TEXT, PARAMETER_FLAG_TEXT or PARAMETER_SET is set.
 */
bool settings_has(const struct settings *settings, const char *name);

#endif
