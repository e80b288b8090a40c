// SPDX-License-Identifier: MIT
/* plan.c - the boot that /init would do, a line or more for each step. */
#include "tools/lib/check/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/capability.h"
#include "init/pure/count.h"
#include "init/pure/drivers.h"
#include "init/pure/identity.h"
#include "init/pure/imageconf.h"
#include "init/pure/ip.h"
#include "init/pure/layer.h"
#include "init/pure/mode.h"
#include "init/pure/modlist.h"
#include "init/pure/number.h"
#include "init/pure/paths.h"
#include "init/pure/restart.h"
#include "init/pure/rootspec.h"
#include "init/pure/stdioports.h"
#include "init/pure/sysctl.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"

struct plan {
	const struct check *check;
	const struct settings *settings;
	enum mode mode;
	enum mode_from from;
	const char *step; /* printed before the next line; "" after the first */
};

static void say(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct plan *plan, const char *format, ...)
{
	char *text, *line;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	line = shown_line(text); /* words of the image are in it */
	printf("%-13s %s\n", plan->step, line);
	plan->step = "";
	free(line);
	free(text);
}

static const char *missing(const struct plan *plan, const char *path)
{
	const char *why;

	if (plan->mode == MODE_RUN_IN_ROOT || archive_resolve(plan->check->archive, path, &why))
		return "";
	return " (not in the image)";
}

static void plan_early_mounts(struct plan *plan)
{
	say(plan, "/dev, /proc, /sys");
}

static void plan_console(struct plan *plan)
{
	say(plan, "/dev/console");
	for (int i = 0; i < plan->settings->console_count; i++)
		say(plan, "else %s", shown(plan->settings->consoles[i]));
}

static void plan_settings(struct plan *plan)
{
	static const char *const onfail[] = { "as panic= asks, else a shell",
					      "a shell",
					      "power off",
					      "reboot",
					      "halt",
					      "wait for a signal" };
	static const char *const modes[] = {
		[MODE_RUN] = "run one program",
		[MODE_RUN_IN_ROOT] = "run one program in the root of rdinit.root=",
		[MODE_HAND_OFF] = "hand off",
	};
	const struct settings *settings = plan->settings;

	if (plan->mode == MODE_STAY)
		say(plan, "stay in the image, as nothing was asked for");
	else
		say(plan, "%s, by %s", modes[plan->mode], mode_from_name(plan->from));
	say(plan, "after a failure: %s", onfail[settings->onfail]);
	for (int i = 0; i < settings->env_count; i++)
		say(plan, "environment: %s", shown(settings->env[i]));
	for (int i = 0; i < settings->ignored_count && i < SETTINGS_IGNORED_MAX; i++)
		say(plan, "ignored: %s: %s", shown(settings->ignored[i].word),
		    settings->ignored[i].why);
}

static void plan_scope(struct plan *plan)
{
	const char *what = mode_out_of_scope(plan->mode, plan->settings);

	if (what)
		say(plan, "fails for %s: " INIT_ONLY_RUNS, what);
	else
		say(plan, "a program of the image");
}

static void plan_late_mounts(struct plan *plan)
{
	if (plan->settings->mounts == MOUNTS_MINIMAL)
		say(plan, "none: rdinit.mounts=minimal");
	else if (plan->mode == MODE_HAND_OFF)
		say(plan, "/run; /dev/pts, /dev/shm and cgroups are the real root's");
	else
		say(plan, "/run, /dev/pts, /dev/shm, /sys/fs/cgroup");
}

static void plan_keymap(struct plan *plan)
{
	const char *file = plan->settings->keymap;

	say(plan, "%s%s", file ? shown(file) : "the kernel's", file ? missing(plan, file) : "");
}

/* As init/modules.c: the list's options, then those of the command line. */
static void plan_module(struct plan *plan, const struct module_line *line)
{
	char name[64], options[1024];

	modlist_name(line->path, name, sizeof(name));
	snprintf(options, sizeof(options), "%s", line->options);
	for (int i = 0; i < plan->settings->module_count; i++)
		modlist_add_option(options, sizeof(options), name, plan->settings->modules[i]);
	say(plan, "%s%s%s%s", shown(line->path), *options ? " " : "", shown(options),
	    missing(plan, line->path));
}

static void plan_drivers(struct plan *plan)
{
	struct drivers *drivers = calloc(1, sizeof(*drivers));
	size_t len;
	char *text = check_file(plan->check, DRIVERS_FILE, &len);

	if (drivers && text && drivers_parse((struct span){ (const uint8_t *)text, len }, drivers))
		say(plan, DRIVERS_FILE " is damaged: no drivers");
	else if (drivers && text && plan->check->only_runs)
		say(plan, DRIVERS_FILE " is not read: " INIT_ONLY_RUNS);
	else if (drivers && text)
		say(plan, "%u drivers, when their devices appear%s", drivers->count,
		    check_stays_as_own_init(plan->check) ? ", until /sbin/init starts" : "");
	free(drivers);
	free(text);
}

static void plan_modules(struct plan *plan)
{
	size_t len;
	char *list = check_file(plan->check, MODULES_FILE, &len), *rest = list;
	struct module_line line;

	while (list && modlist_next(&rest, &line))
		plan_module(plan, &line);
	free(list);
	plan_drivers(plan);
	for (int i = 0; i < plan->settings->blacklist.count; i++)
		say(plan, "never: %s", shown(plan->settings->blacklist.all[i]));
	if (*plan->step)
		say(plan, "none");
}

static void say_caps(struct plan *plan, const char *name, const char *what, const char *text)
{
	uint64_t set;

	if (!text)
		return;
	if (capability_parse(text, &set))
		say(plan, "fails: rdinit.%s=%s has a name that is no capability", name,
		    shown(text));
	else
		say(plan, "%s: %s", what, *text ? shown(text) : "none");
}

static void say_rights(struct plan *plan)
{
	const struct settings *settings = plan->settings;
	unsigned int umask;

	say_caps(plan, "caps", "with these capabilities at most", settings->caps);
	say_caps(plan, "ambient", "with these capabilities as any user", settings->ambient);
	if (settings->no_new_privs)
		say(plan, "without new privileges by what it executes");
	if (settings->umask && !number_parse(settings->umask, 8, 0777, &umask))
		say(plan, "fails: rdinit.umask=%s is not an octal number up to 777",
		    shown(settings->umask));
	else if (settings->umask)
		say(plan, "with the umask %s", shown(settings->umask));
	if (settings->oom_score_adj)
		say(plan, "with the oom_score_adj %s", shown(settings->oom_score_adj));
}

static void say_restart(struct plan *plan)
{
	static const char *const policies[] = {
		[RESTART_NEVER] = "started once",
		[RESTART_ON_FAILURE] = "started again if it fails",
		[RESTART_ALWAYS] = "started again whenever it ends",
	};
	const char *text = plan->settings->restart;
	struct restart restart;

	if (!text)
		return;
	if (restart_parse(text, &restart))
		say(plan, "fails: rdinit.restart=%s is not never, on-failure[:N] or always",
		    shown(text));
	else if (restart.limit)
		say(plan, "%s, up to %u times in a row", policies[restart.policy], restart.limit);
	else
		say(plan, "%s", policies[restart.policy]);
}

static void plan_appliance(struct plan *plan)
{
	const struct settings *settings = plan->settings;
	char *words[RUN_WORDS_MAX + 1], *text;
	struct buffer line = { 0 };
	struct identity identity;
	int count = check_run_words(plan->check, words, &text);

	for (int i = 0; i < count; i++)
		buffer_printf(&line, "%s%s", i ? " " : "", shown(words[i]));
	if (count > 0)
		say(plan, "%s%s", line.data, *words[0] == '/' ? missing(plan, words[0]) : "");
	else
		say(plan, "fails: an open quote, no arguments, or too many");
	if (settings->user && identity_parse(settings->user, &identity))
		say(plan, "fails: rdinit.user=%s is not UID:GID", shown(settings->user));
	else if (settings->user)
		say(plan, "as user %u, group %u and %u more", identity.uid, identity.gid,
		    identity.group_count);
	for (int i = 0; i < settings->rlimits.count; i++)
		say(plan, "with the limit %s", shown(settings->rlimits.all[i]));
	say_rights(plan);
	say_restart(plan);
	if (settings->chdir)
		say(plan, "in %s%s", shown(settings->chdir), missing(plan, settings->chdir));
	if (settings->input)
		say(plan, "with %s as its standard input%s", shown(settings->input),
		    missing(plan, settings->input));
	if (settings->links)
		say(plan, "with links in /dev/disk");
	buffer_free(&line);
	free(text);
}

static void plan_stdio(struct plan *plan)
{
	struct stdio_ports ports;

	if (!plan->settings->stdio) {
		say(plan, "the console");
		return;
	}
	stdio_ports_parse(plan->settings->stdio, &ports);
	if (ports.port[0])
		say(plan, "packets over the virtio-serial port %s", shown(ports.port));
	if (ports.line)
		say(plan, "%spackets over /dev/%s", ports.port[0] ? "else " : "",
		    shown(ports.line));
}

static void plan_notify(struct plan *plan)
{
	if (plan->settings->notify)
		say(plan, "NOTIFY_SOCKET for the program");
}

static void plan_watchdog(struct plan *plan)
{
	if (plan->settings->watchdog_s)
		say(plan, "/dev/watchdog resets the machine %d s after the program was healthy",
		    plan->settings->watchdog_s);
}

static void plan_power_button(struct plan *plan)
{
	say(plan, "watch it, where the kernel reports it: drivers button and evdev");
}

static void plan_resume(struct plan *plan)
{
	const struct settings *settings = plan->settings;

	if (settings->resume && !settings->noresume)
		say(plan, "from %s, if it holds a hibernated system", shown(settings->resume));
}

static void plan_network(struct plan *plan)
{
	const char *text = plan->settings->ip;
	struct ip_settings ip;
	char address[IP_TEXT_MAX];
	int error = text ? ip_parse(text, &ip) : 1;

	if (plan->settings->hostname)
		say(plan, "name the machine %s", shown(plan->settings->hostname));
	if (plan->mode != MODE_HAND_OFF)
		say(plan, "switch on lo");
	if (error < 0)
		say(plan, "fails: ip=%s", shown(text));
	if (error)
		return;
	ip_format(ip.address, address);
	say(plan, "give %s the address %s", ip.device[0] ? shown(ip.device) : "the first interface",
	    address);
}

static void plan_window(struct plan *plan)
{
	if (plan->settings->window)
		say(plan, "make the console's terminal %s", shown(plan->settings->window));
}

static void plan_reroot(struct plan *plan)
{
	const char *options = mode_tmpfs_root(plan->settings);

	if (options)
		say(plan, "the initramfs, as a tmpfs%s%s", *options ? " with " : "",
		    shown(options));
}

static void plan_mounts(struct plan *plan)
{
	const struct text_list *lines = &plan->settings->mount_lines;

	for (int i = 0; i < lines->count; i++)
		say(plan, "%s", shown(lines->all[i]));
}

static void plan_resolver(struct plan *plan)
{
	struct ip_settings ip;

	if (plan->settings->ip && ip_parse(plan->settings->ip, &ip) == 0 && ip.name_servers[0])
		say(plan, "write /etc/resolv.conf");
}

static void plan_sysctls(struct plan *plan)
{
	const struct text_list *texts = &plan->settings->sysctls;
	char path[SYSCTL_PATH_MAX];

	for (int i = 0; i < texts->count; i++) {
		const char *value = sysctl_parse(texts->all[i], path);

		if (value)
			say(plan, "write %s to %s", shown(value), shown(path));
		else
			say(plan, "fails: rdinit.sysctl=%s is not NAME=VALUE",
			    shown(texts->all[i]));
	}
}

/* In the order of their names, which is that of by_path. */
static void plan_hooks(struct plan *plan)
{
	const struct archive *archive = plan->check->archive;
	int count = 0;

	if (plan->mode == MODE_RUN_IN_ROOT) {
		say(plan, "the programs in " HOOKS_DIR " of that root");
		return;
	}
	for (size_t i = 0; i < archive->count; i++) {
		const char *path = archive->entries[archive->by_path[i]].path;
		const char *name = path + strlen(HOOKS_DIR "/");

		if (!path_is_below(path, HOOKS_DIR) || strchr(name, '/') ||
		    !imageconf_is_hook(name))
			continue;
		say(plan, "%s", shown(path));
		count++;
	}
	if (count)
		say(plan, "%s up to %d s", count == 1 ? "for" : "each for",
		    plan->settings->hooks_s);
}

static void plan_root_find(struct plan *plan)
{
	static const char *const kinds[] = {
		[ROOTSPEC_PATH] = "the device",
		[ROOTSPEC_NUMBER] = "the device of number",
		[ROOTSPEC_UUID] = "the file system of UUID",
		[ROOTSPEC_LABEL] = "the file system of label",
		[ROOTSPEC_PARTUUID] = "the partition of UUID",
		[ROOTSPEC_PARTLABEL] = "the partition of label",
		[ROOTSPEC_WWID] = "the disk of WWID",
		[ROOTSPEC_ID] = "the disk of",
		[ROOTSPEC_DISKPATH] = "the disk at",
		[ROOTSPEC_GPT_AUTO] = "the partition whose type is a root's",
	};
	const struct settings *settings = plan->settings;
	struct rootspec spec;
	char part[32] = "";

	if (settings->rootdelay_s)
		say(plan, "waits %d s (rootdelay=)", settings->rootdelay_s);
	if (rootspec_parse(settings->root, &spec)) {
		say(plan, "root=%s: the tag of a shared directory, or not a name of a device",
		    shown(settings->root));
	} else {
		if (spec.part)
			snprintf(part, sizeof(part), "partition %u of ", spec.part);
		say(plan, "%s%s %s", part, kinds[spec.kind],
		    spec.kind == ROOTSPEC_GPT_AUTO ? ""
		    : *spec.value		   ? shown(spec.value)
						   : shown(settings->root));
	}
	for (unsigned int i = 0; i < layer_count; i++)
		if (layer_is_requested(&layer_table[i], settings))
			say(plan, "then %s, as %s asks", layer_text(&layer_table[i], LAYER_NAME),
			    layer_text(&layer_table[i], LAYER_PARAMETER));
	if (settings->timeout_s == WAIT_FOREVER)
		say(plan, "waits without a timeout");
	else
		say(plan, "waits up to %d s", settings->timeout_s);
}

static void plan_root_mount(struct plan *plan)
{
	const struct settings *settings = plan->settings;

	say(plan, "%s, as %s%s%s",
	    settings->root_access == MOUNT_READ_ONLY ? "read-only" : "for writing",
	    settings->rootfstype ? shown(settings->rootfstype) : "what the probe finds",
	    plan->check->rootflags ? ", with " : "",
	    plan->check->rootflags ? shown(plan->check->rootflags) : "");
	if (settings->overlay)
		say(plan, "under an overlay %s",
		    *settings->overlay ? shown(settings->overlay) : "in memory");
}

static void plan_root_usr(struct plan *plan)
{
	say(plan, "/usr, if the root's /etc/fstab has a line for it");
}

static void plan_root_switch(struct plan *plan)
{
	const struct settings *settings = plan->settings;

	if (plan->mode == MODE_RUN_IN_ROOT) {
		say(plan, "the program runs there");
		return;
	}
	say(plan, "%s",
	    settings->init ? shown(settings->init) : "the first that works of " REAL_INITS(", "));
	if (settings->arguments && *settings->arguments)
		say(plan, "with %s", shown(settings->arguments));
}

static void plan_stay(struct plan *plan)
{
	if (!*missing(plan, OWN_INIT))
		say(plan, OWN_INIT " of the image replaces /init");
	else
		say(plan, "a shell, " SHELL "%s", missing(plan, SHELL));
}

static void plan_power(struct plan *plan)
{
	static const char *const ways[] = { "power off with ACPI, else reboot", "power off",
					    "reboot", "halt" };

	say(plan, "TERM, after %d s KILL, sync, unmount; %s", plan->settings->grace_s,
	    ways[plan->settings->exit]);
}

static const struct row {
	const char *step;
	void (*print)(struct plan *plan);
} rows[] = {
	{ "early-mounts", plan_early_mounts },
	{ "console", plan_console },
	{ "settings", plan_settings },
	{ "scope", plan_scope },
	{ "late-mounts", plan_late_mounts },
	{ "keymap", plan_keymap },
	{ "modules", plan_modules },
	{ "network", plan_network },
	{ "window", plan_window },
	{ "reroot", plan_reroot },
	{ "mounts", plan_mounts },
	{ "resolver", plan_resolver },
	{ "sysctls", plan_sysctls },
	{ "hooks", plan_hooks },
	{ "stdio", plan_stdio },
	{ "notify", plan_notify },
	{ "watchdog", plan_watchdog },
	{ "power-button", plan_power_button },
	{ "appliance", plan_appliance },
	{ "root-find", plan_root_find },
	{ "root-mount", plan_root_mount },
	{ "root-switch", plan_root_switch },
	{ "resume", plan_resume },
	{ "root-usr", plan_root_usr },
	{ "stay", plan_stay },
	{ "power", plan_power },
};

static void print_step(struct plan *plan, const char *step)
{
	plan->step = step;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].step, step))
			rows[i].print(plan);
	if (*plan->step)
		say(plan, "-");
}

void plan_print(const struct check *check)
{
	struct settings settings = check->settings;
	struct plan plan = { .check = check, .settings = &settings };
	const char *step;
	unsigned int at = 0;

	plan.from = mode_from(plan.settings);
	plan.mode = check_mode(check);
	if (plan.mode == MODE_RUN_IN_ROOT)
		settings.root = settings.program_root;
	while ((step = mode_next_step(check->only_runs ? STEPS_OF_INIT_RUN : STEPS_OF_INIT,
				      plan.mode, &at)))
		print_step(&plan, step);
}
