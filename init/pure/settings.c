// SPDX-License-Identifier: MIT
/* settings.c - parse parameters into settings, by one table of all parameters. */
#include "init/pure/settings.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "init/pure/choice.h"
#include "init/pure/count.h"
#include "init/pure/number.h"
#include "init/pure/modname.h"
#include "init/pure/paths.h"

#define HOOKS_S 30 /* for each; they prepare, and do not serve */
#define GRACE_S 5 /* containers' users expect 10; most servers need less than 1 */

/* What PARAMETER_CHOICE sets: the number of a name in one of these lists, from 1. */
enum choices { MOUNTS, FSCK_MODES, FSCK_REPAIRS, EXITS, ONFAILS };
static const char *const choices[] = {
	[MOUNTS] = "minimal",
	[FSCK_MODES] = "auto|skip|force",
	[FSCK_REPAIRS] = "preen|yes|no",
	[EXITS] = "poweroff|reboot|halt",
	[ONFAILS] = "shell|poweroff|reboot|halt|wait",
};

#define FIELD(name) offsetof(struct settings, name)

/* The argument and the line of help are for readers of this table and for the test that compares it
 * with the manual: /init contains no text that it never prints. */
#define PARAMETER(name, kind, field, value, argument, help) \
	{                                                   \
		name, field, kind, value                    \
	}

const struct parameter parameters[] = {
	PARAMETER("root", PARAMETER_TEXT, FIELD(root), 0, "DEVICE",
		  "the real root: UUID=, LABEL=, PARTUUID=, PARTLABEL=, WWID=, /dev/NAME, MAJ:MIN"),
	PARAMETER("rootfstype", PARAMETER_TEXT, FIELD(rootfstype), 0, "TYPE[,TYPE...]",
		  "file systems to try, in this order; default: all that the kernel knows"),
	PARAMETER("rootflags", PARAMETER_TEXT, FIELD(rootflags), 0, "OPTIONS",
		  "mount options of the root"),
	PARAMETER("ro", PARAMETER_SET, FIELD(root_access), MOUNT_READ_ONLY, NULL,
		  "mount the root read-only (the default)"),
	PARAMETER("rw", PARAMETER_SET, FIELD(root_access), MOUNT_READ_WRITE, NULL,
		  "mount the root for writing"),
	PARAMETER("rootwait", PARAMETER_ROOTWAIT, FIELD(timeout_s), 0, "[SECONDS]",
		  "wait for the root without a timeout, or with this one"),
	PARAMETER("rootdelay", PARAMETER_NUMBER, FIELD(rootdelay_s), 0, "SECONDS",
		  "wait this long before searching for the root"),
	PARAMETER("rd.timeout", PARAMETER_NUMBER, FIELD(timeout_s), 0, "SECONDS",
		  "timeout of the root; default 30"),
	PARAMETER("rd.overlay", PARAMETER_FLAG_TEXT, FIELD(overlay), 0, "[DEVICE]",
		  "do not change the root: write to memory, or to this device"),
	PARAMETER("init", PARAMETER_TEXT, FIELD(init), 0, "PATH",
		  "the real root's init; default " REAL_INITS(", ")),
	PARAMETER("fsck.mode", PARAMETER_CHOICE, FIELD(fsck_mode), FSCK_MODES, "auto|skip|force",
		  "whether the root and /usr are checked before they are mounted"),
	PARAMETER("fsck.repair", PARAMETER_CHOICE, FIELD(fsck_repair), FSCK_REPAIRS, "preen|yes|no",
		  "what such a check may repair"),
	PARAMETER("resume", PARAMETER_TEXT, FIELD(resume), 0, "DEVICE",
		  "the swap space that holds a hibernated system"),
	PARAMETER("resume_offset", PARAMETER_TEXT, FIELD(resume_offset), 0, "PAGES",
		  "offset of the swap file on that device"),
	PARAMETER("noresume", PARAMETER_SET, FIELD(noresume), 1, NULL, "do not resume"),
	PARAMETER("panic", PARAMETER_SIGNED, FIELD(panic_s), 0, "SECONDS",
		  "reboot after a failure: at once if negative, else after this time"),
	PARAMETER("quiet", PARAMETER_SET, FIELD(verbosity), VERBOSITY_QUIET, NULL,
		  "print only errors and warnings"),
	PARAMETER("debug", PARAMETER_SET, FIELD(verbosity), VERBOSITY_DEBUG, NULL,
		  "print every step"),
	PARAMETER("modules-load", PARAMETER_LIST, FIELD(modules_load), 0, "NAME[,NAME...]",
		  "modules to load even if no device asks for them"),
	PARAMETER("modprobe.blacklist", PARAMETER_LIST, FIELD(blacklist), 0, "NAME[,NAME...]",
		  "modules that are not loaded for a device"),
	PARAMETER("module_blacklist", PARAMETER_LIST, FIELD(blacklist), 0, "NAME[,NAME...]",
		  "modules that the kernel never loads"),
	PARAMETER("console", PARAMETER_CONSOLE, 0, 0, "DEVICE",
		  "consoles to try if /dev/console does not work; null: none"),
	PARAMETER("rdinit.window", PARAMETER_TEXT, FIELD(window), 0, "ROWSxCOLUMNS[,PORT]",
		  "the size of the console's terminal; PORT: later ones come there"),
	PARAMETER("rdinit.keymap", PARAMETER_TEXT, FIELD(keymap), 0, "FILE",
		  "the console's keymap, in the form of loadkeys -b"),
	PARAMETER("ip", PARAMETER_TEXT, FIELD(ip), 0,
		  "ADDRESS:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:off:DNS:DNS",
		  "give a network interface this address"),
	PARAMETER("hostname", PARAMETER_TEXT, FIELD(hostname), 0, "NAME", "the machine's name"),
	PARAMETER("rdinit.run", PARAMETER_TEXT, FIELD(run), 0, "\"PROGRAM ARGS\"",
		  "run this program as the whole machine; '...' keeps spaces"),
	PARAMETER("rdinit.root", PARAMETER_TEXT, FIELD(program_root), 0, "DEVICE|tmpfs[:OPTIONS]",
		  "run the program in this root, named as in root=, or in the image"),
	PARAMETER("rdinit.mount", PARAMETER_LIST, FIELD(mount_lines), 0,
		  "\"SOURCE DIR TYPE [OPTIONS]\"", "mount this before the program runs"),
	PARAMETER("rdinit.user", PARAMETER_TEXT, FIELD(user), 0, "UID:GID[,GID...]",
		  "the program's user, group and further groups; default 0:0"),
	PARAMETER("rdinit.rlimit", PARAMETER_LIST, FIELD(rlimits), 0, "NAME=SOFT[:HARD]",
		  "a resource limit of the program"),
	PARAMETER("rdinit.hooks_timeout", PARAMETER_NUMBER, FIELD(hooks_s), 0, "SECONDS",
		  "how long each program of " HOOKS_DIR " may run; default 30"),
	PARAMETER("rdinit.restart", PARAMETER_TEXT, FIELD(restart), 0,
		  "never|on-failure[:N]|always",
		  "whether the program is started again when it has ended"),
	PARAMETER("rdinit.sysctl", PARAMETER_LIST, FIELD(sysctls), 0, "NAME=VALUE",
		  "a parameter of the running kernel, set before the program runs"),
	PARAMETER("rdinit.umask", PARAMETER_TEXT, FIELD(umask), 0, "OCTAL",
		  "the program's file mode creation mask; default 022"),
	PARAMETER("rdinit.caps", PARAMETER_FLAG_TEXT, FIELD(caps), 0, "[NAMES]",
		  "the only capabilities that the program may have"),
	PARAMETER("rdinit.ambient", PARAMETER_FLAG_TEXT, FIELD(ambient), 0, "[NAMES]",
		  "capabilities that the program has although its user is not root"),
	PARAMETER("rdinit.no_new_privs", PARAMETER_SET, FIELD(no_new_privs), 1, NULL,
		  "the program gains nothing by set-user-ID files"),
	PARAMETER("rdinit.oom_score_adj", PARAMETER_TEXT, FIELD(oom_score_adj), 0, "NUMBER",
		  "-1000 to 1000: how soon the kernel kills the program without memory"),
	PARAMETER("rdinit.chdir", PARAMETER_TEXT, FIELD(chdir), 0, "DIR",
		  "the program's working directory; default /"),
	PARAMETER("rdinit.stdin", PARAMETER_TEXT, FIELD(input), 0, "FILE",
		  "the program's standard input; default: that of the streams"),
	PARAMETER("rdinit.loop", PARAMETER_TEXT, FIELD(loop), 0, "PATH",
		  "the real root is this file, on the file system that root= names"),
	PARAMETER("rdinit.toram", PARAMETER_SET, FIELD(toram), 1, NULL,
		  "copy the root to memory, so that its medium can be removed"),
	PARAMETER("rdinit.mounts", PARAMETER_CHOICE, FIELD(mounts), MOUNTS, "minimal",
		  "mount only /dev, /proc and /sys"),
	PARAMETER("rdinit.unique", PARAMETER_SET, FIELD(unique), 1, NULL,
		  "stop if several devices have the name of root="),
	PARAMETER("rdinit.links", PARAMETER_SET, FIELD(links), 1, NULL,
		  "make the links of /dev/disk for the program, or for the root's check"),
	PARAMETER("rdinit.stdio", PARAMETER_TEXT, FIELD(stdio), 0, "PORT",
		  "send the program's standard streams in packets over this port"),
	PARAMETER("rdinit.notify", PARAMETER_SET, FIELD(notify), 1, NULL,
		  "give the program a socket for sd_notify(3)"),
	PARAMETER("rdinit.watchdog", PARAMETER_NUMBER, FIELD(watchdog_s), 0, "SECONDS",
		  "reset the machine after this time without a healthy program"),
	PARAMETER("rdinit.order", PARAMETER_TEXT, FIELD(order), 0, "PORT",
		  "wait for more files of the image, over this virtio-serial port"),
	PARAMETER("rdinit.host", PARAMETER_TEXT, FIELD(host), 0, "TTY",
		  "report over this serial line if the machine has no port for it"),
	PARAMETER("rdinit.grace", PARAMETER_NUMBER, FIELD(grace_s), 0, "SECONDS",
		  "time from SIGTERM to SIGKILL when the machine ends; default 5"),
	PARAMETER("rdinit.exit", PARAMETER_CHOICE, FIELD(exit), EXITS, "poweroff|reboot|halt",
		  "how the machine ends; the default depends on its firmware"),
	PARAMETER("rdinit.onfail", PARAMETER_CHOICE, FIELD(onfail), ONFAILS,
		  "shell|poweroff|reboot|halt|wait",
		  "what to do after the report of a failed step"),
};
const size_t parameter_count = COUNT(parameters);

void settings_defaults(struct settings *settings)
{
	settings->timeout_s = ROOT_TIMEOUT_S;
	settings->grace_s = GRACE_S;
	settings->hooks_s = HOOKS_S;
}

void settings_finish(struct settings *settings)
{
	if (settings->rootflags)
		mountopts_parse(settings->rootflags, &settings->root_mount);
	if (settings->root_access == MOUNT_ACCESS_UNSET)
		settings->root_access = settings->root_mount.access;
	if (settings->root_access == MOUNT_ACCESS_UNSET)
		settings->root_access = MOUNT_READ_ONLY;
	settings->root_mount.flags &= ~(unsigned long)MS_RDONLY;
}

static void ignore(struct settings *settings, struct word *word, const char *why)
{
	if (settings->ignored_count < SETTINGS_IGNORED_MAX)
		settings->ignored[settings->ignored_count] =
			(struct ignored){ cmdline_join(word), why };
	settings->ignored_count++;
}

static const struct parameter *find(const char *name, size_t len)
{
	for (size_t i = 0; i < parameter_count && len; i++) {
		const char *known = parameters[i].name;

		if (*known == *name && strncmp(known, name, len) == 0 && known[len] == '\0')
			return &parameters[i];
	}
	return NULL;
}

int settings_knows(const char *name, size_t len)
{
	return find(name, len) != NULL;
}

bool settings_has(const struct settings *settings, const char *name)
{
	const struct parameter *parameter = find(name, strlen(name));
	const char *field = (const char *)settings + (parameter ? parameter->field : 0);

	if (!parameter)
		return false;
	return parameter->kind == PARAMETER_SET ? *(const int *)(const void *)field != 0
						: *(const char *const *)(const void *)field != NULL;
}

/* NULL, or why the value cannot be used. */
static const char *set_number(int *field, const char *value, unsigned int max)
{
	unsigned int number;

	if (!number_parse(value, 10, max, &number))
		return "not a number of seconds";
	*field = (int)number;
	return NULL;
}

static const char *set_signed(int *field, const char *value)
{
	const char *why = set_number(field, value + (*value == '-'), INT_MAX);

	if (!why && *value == '-')
		*field = -*field;
	return why;
}

static const char *set_choice(int *field, const char *value, const char *names)
{
	int number = choice_find(names, value, strlen(value));

	if (number < 0)
		return "no such choice";
	*field = number + 1;
	return NULL;
}

static const char *set_console(struct settings *settings, const char *value)
{
	if (settings->console_count == SETTINGS_CONSOLES_MAX)
		return "too many consoles";
	settings->consoles[settings->console_count++] = value;
	return NULL;
}

static const char *set_list(struct text_list *list, const char *value)
{
	if (list->count == SETTINGS_LIST_MAX)
		return "given too often";
	list->all[list->count++] = value;
	return NULL;
}

/* Moves `value` after its next name. Returns whether that name is `name`. */
static int skip_name(const char **value, const char *name)
{
	while (*name && modname_letter(**value) == modname_letter(*name)) {
		name++;
		++*value;
	}
	if (*name == '\0' && (**value == '\0' || **value == ','))
		return 1;
	*value += strcspn(*value, ",");
	*value += **value == ',';
	return 0;
}

int settings_list_has(const struct text_list *list, const char *name)
{
	for (int i = 0; i < list->count; i++)
		for (const char *value = list->all[i]; *value;)
			if (skip_name(&value, name))
				return 1;
	return 0;
}

/* The enumerations that a choice sets count from 1 in the order of its names, or, for
 * rdinit.mounts, MOUNTS_MINIMAL is 1. */
static const char *apply(struct settings *settings, const struct parameter *parameter,
			 const struct word *word)
{
	char *field = (char *)settings + parameter->field;

	if (parameter->kind == PARAMETER_FLAG_TEXT) {
		*(const char **)(void *)field = word->value ? word->value : "";
		return NULL;
	}
	if (parameter->kind == PARAMETER_ROOTWAIT && !word->value) {
		*(int *)(void *)field = WAIT_FOREVER;
		return NULL;
	}
	if (parameter->kind == PARAMETER_SET) {
		*(int *)(void *)field = parameter->value;
		return word->value ? "takes no value" : NULL;
	}
	if (!word->value)
		return "needs a value";
	switch (parameter->kind) {
	case PARAMETER_TEXT:
		*(const char **)(void *)field = word->value;
		return NULL;
	case PARAMETER_SIGNED:
		settings->has_panic = 1;
		return set_signed((int *)(void *)field, word->value);
	case PARAMETER_CHOICE:
		return set_choice((int *)(void *)field, word->value, choices[parameter->value]);
	case PARAMETER_CONSOLE:
		return set_console(settings, word->value);
	case PARAMETER_LIST:
		return set_list((struct text_list *)(void *)field, word->value);
	default:
		return set_number((int *)(void *)field, word->value, INT_MAX);
	}
}

static void take_unknown(struct settings *settings, struct word *word, enum settings_source source)
{
	if (strncmp(word->name, "rdinit.", 7) == 0) {
		ignore(settings, word, "no such parameter");
	} else if (strchr(word->name, '.')) {
		/* It may be a parameter of the kernel, or of a later program. */
		if (settings->module_count == SETTINGS_MODULES_MAX)
			ignore(settings, word, "too many parameters of modules");
		else
			settings->modules[settings->module_count++] = cmdline_join(word);
	} else if (source == FROM_IMAGE && word->value) {
		if (settings->env_count == SETTINGS_ENV_MAX)
			ignore(settings, word, "too much environment");
		else
			settings->env[settings->env_count++] = cmdline_join(word);
	}
}

void settings_parse(struct settings *settings, char *line, enum settings_source source)
{
	struct word word;

	while (cmdline_next(&line, &word)) {
		const struct parameter *parameter = find(word.name, strlen(word.name));
		const char *why;

		if (cmdline_is_end(&word)) {
			settings->arguments = line;
			return;
		}
		if (!parameter) {
			take_unknown(settings, &word, source);
			continue;
		}
		why = apply(settings, parameter, &word);
		if (why)
			ignore(settings, &word, why);
		/* Without it the program would be root. */
		if (why && parameter->field == FIELD(user))
			settings->is_unsafe = 1;
	}
}
