// SPDX-License-Identifier: MIT
/* run.c - rdinit run: an image, or one program of this host, as a machine in QEMU. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/commands.h"
#include "init/pure/limits.h"
#include "init/pure/number.h"
#include "init/pure/restart.h"
#include "init/pure/rlimit.h"
#include "init/pure/sysctl.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/typo.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/base/words.h"
#include "tools/lib/program/program.h"
#include "tools/run.h"

/* For typing errors; init/pure/rlimit.h has them in one text. */
static const char *const limit_names[] = { "cpu",    "fsize",	   "data",     "stack",	  "rss",
					   "core",   "nproc",	   "nofile",   "memlock", "as",
					   "locks",  "sigpending", "msgqueue", "nice",	  "rtprio",
					   "rttime", NULL };

int run_take_append(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	buffer_printf(&run->append, " %s", text);
	return 0;
}

/* NAME=VALUE, or NAME: this machine's value, if it has one. */
static void add_env(struct run *run, const char *text)
{
	const char *value = strchr(text, '=') ? NULL : getenv(text);

	if (strchr(text, '='))
		texts_add(&run->env, text);
	else if (value)
		texts_add(&run->env, xasprintf("%s=%s", text, value));
}

static int take_env(void *into, const struct option_row *row, const char *text)
{
	if (*text == '=' || *text == '-' || !*text)
		return error_usage("run", "--%s: expected NAME=VALUE or NAME, found \"%s\"",
				   row->name, shown(text));
	add_env(into, text);
	return 0;
}

/* As docker has it: a line is a variable, and one that begins with # is a comment. */
static int take_env_file(void *into, const struct option_row *row, const char *path)
{
	struct buffer bytes = { 0 };
	char *rest, *line;
	int status = whole_file(path, ENV_FILE_MAX, "environment file", &bytes) ? 1 : 0;

	rest = bytes.data; /* it stays: variables point into it */
	for (unsigned int number = 1; !status && rest && (line = strsep(&rest, "\n")); number++) {
		line += strspn(line, " \t");
		if (*line == '=')
			status = error_usage("run", "--%s %s: line %u: expected NAME=VALUE or NAME",
					     row->name, shown(path), number);
		else if (*line && *line != '#')
			add_env(into, line);
	}
	return status;
}

static int add_port(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	run->ports = xreallocarray(run->ports, run->port_count + 1, sizeof(*run->ports));
	run->net_choice = RUN_NET_USER;
	return port_parse(text, &run->ports[run->port_count++]);
}

static int add_volume(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	return row->letter ? volumes_add(&run->volumes, text)
			   : volumes_add_writable(&run->volumes, text);
}

static int add_tmpfs(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	return volumes_add_empty(&run->volumes, text);
}

/* The option is named as its bus. */
static int add_disk_on(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	texts_add(&run->disk_texts, xasprintf("%s,%s", text, row->name));
	return 0;
}

/* Words as in a recipe: double quotes keep blanks. */
static int add_qemu(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;
	struct words words = { 0 };
	int status = 0;

	if (words_parse((struct span){ (const uint8_t *)text, strlen(text) }, NULL, NULL, &words))
		status = error_usage("run", "--%s %s: %s", row->name, shown(text), words.fault);
	for (size_t i = 0; !status && i < words.count; i++)
		texts_add(&run->more, xstrdup(words.list[i].text));
	words_free(&words);
	return status;
}

static int add_device(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	texts_add(&run->more, "-device");
	texts_add(&run->more, text);
	return 0;
}

static int take_gdb(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	return port_parse_gdb(text, &run->machine.gdb_port);
}

/* Names that a kernel and a domain accept (hostname(7)). */
static int take_hostname(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;
	size_t len =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	(void)row;
	run->image.hostname = text;
	if (!*text || text[len] || len > HOST_NAME_MAX || *text == '-' || *text == '.')
		return error_usage("run",
				   "--hostname %s: expected up to %d letters, digits, hyphens and "
				   "dots",
				   shown(text), HOST_NAME_MAX);
	return 0;
}

static int add_limit(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;
	struct rlimits limits = { 0 };
	size_t len = strcspn(text, "=");
	char *name;
	const char *near;

	(void)row;
	texts_add(&run->image.limits, text);
	if (!rlimit_parse(text, &limits))
		return 0;
	name = xstrndup(text, len);
	near = typo_nearest(name, limit_names);
	free(name);
	return error_usage("run",
			   "--ulimit %s: expected NAME=SOFT[:HARD], as nofile=1024:4096, with SOFT "
			   "not above HARD%s%s%s",
			   shown(text), near ? "; did you mean " : "", near ? near : "",
			   near ? "?" : "");
}

/* A parameter of the program; in quotes, as its value may have blanks. */
static int ask_for(struct run *run, const struct option_row *row, const char *parameter,
		   const char *text, bool is_good, const char *expected)
{
	if (!is_good || strpbrk(text, "\"\n"))
		return error_usage("run", "--%s %s: expected %s", row->name, shown(text), expected);
	texts_add(&run->image.asked, parameter);
	texts_add(&run->image.asked_values, text);
	return 0;
}

static int add_sysctl(void *into, const struct option_row *row, const char *text)
{
	char path[SYSCTL_PATH_MAX];

	return ask_for(into, row, "rdinit.sysctl", text, sysctl_parse(text, path) != NULL,
		       "NAME=VALUE, as net.ipv4.ip_forward=1");
}

static int take_restart(void *into, const struct option_row *row, const char *text)
{
	struct restart restart;

	return ask_for(into, row, "rdinit.restart", text, !restart_parse(text, &restart),
		       "never, on-failure[:N] or always");
}

static int take_score(void *into, const struct option_row *row, const char *text)
{
	unsigned int number;

	return ask_for(into, row, "rdinit.oom_score_adj", text,
		       number_parse(text + (*text == '-'), 10, 1000, &number),
		       "a number from -1000 to 1000");
}

static int take_user(void *into, const struct option_row *row, const char *text)
{
	struct run *run = into;

	(void)row;
	free(run->image.user);
	run->image.user = run_user_parameter(text);
	return run->image.user ? 0 : 2;
}

static const struct option_row rows[] = {
	{ 0, "root", "DIR",
	  "with PROGRAM: the directory that is its root; changes go to\n"
	  "memory (/)",
	  TEXT_AT(run, root) },
	{ 0, "isolated", NULL, "with PROGRAM: pack it with its libraries; it sees no other file",
	  FLAG_AT(run, isolated) },
	{ 0, "read-only", NULL, "nothing can be written to the root; else writing goes to memory",
	  FLAG_AT(run, read_only) },
	{ 'v', "volume", "HOST:GUEST[:rw|ro|overlay]",
	  "a directory or file of this machine at a path of the guest,\n"
	  "which changes it (rw, the default), cannot change it, or\n"
	  "changes a copy in memory",
	  CALL(add_volume) },
	{ 0, "rw", "DIR", "the same path in the guest, where changes are kept", CALL(add_volume) },
	{ 0, "tmpfs", "DIR[:OPTIONS]", "an empty directory in memory, as size=1g",
	  CALL(add_tmpfs) },
	{ 'e', "env", "NAME[=VALUE]", "set this variable of the program's environment",
	  CALL(take_env) },
	{ 0, "env-file", "FILE", "set a variable for each line of the file", CALL(take_env_file) },
	{ 'w', "workdir", "DIR",
	  "the program's working directory (the current one, or / with\n"
	  "--root or --isolated)",
	  TEXT_AT(run, image.workdir) },
	{ 0, "hostname", "NAME", "the guest's name", CALL(take_hostname) },
	{ 0, "ulimit", "NAME=SOFT[:HARD]", "a resource limit of the program, as nofile=1024",
	  CALL(add_limit) },
	{ 0, "sysctl", "NAME=VALUE",
	  "a parameter of the guest's kernel, set before the program runs", CALL(add_sysctl) },
	{ 0, "restart", "never|on-failure[:N]|always", "whether the program is started again",
	  CALL(take_restart) },
	{ 0, "oom-score-adj", "NUMBER", "how soon the guest's kernel kills it without memory",
	  CALL(take_score) },
	{ 0, "net", "none|user",
	  "a network in which the guest reaches what this machine reaches\n(none)",
	  CHOICE_AT(run, net_choice) },
	{ 'p', "publish", "PORT:PORT[/udp]",
	  "a port of this machine (or ADDRESS:PORT) leads to one of the\nguest; implies --net user",
	  CALL(add_port) },
	{ 'u', "user", "USER[:GROUP]", "the program's user (root)", CALL(take_user) },
	{ 0, "kernel", "FILE|NAME",
	  "bzImage, vmlinux or a profile ($RDINIT_KERNEL, the newest in\n/boot; uml: profile uml)",
	  TEXT_AT(run, kernel) },
	{ 0, "machine", "pc|q35|microvm|uml",
	  "what QEMU emulates (by the kernel and the disks), or User-mode\nLinux without it",
	  CHOICE_AT(run, machine_choice) },
	{ 0, "memory", "SIZE", "memory: MiB, or 512M, or 2G (depends on the image, at least\n256M)",
	  MEMORY_AT(run, machine.memory_mib, 1 << 20) },
	{ 0, "cpus", "N", "processors (1)", NUMBER_AT(run, machine.cpus, 255) },
	{ 0, "numa", "NODES", "divide memory and processors among so many nodes",
	  NUMBER_AT(run, machine.nodes, 64) },
	{ 0, "tpm", NULL, "a TPM 2.0 without any state, by swtpm", FLAG_AT(run, wants_tpm) },
	{ 0, "append", "PARAMETERS", "more parameters for the kernel's command line",
	  CALL(run_take_append) },
	{ 0, "disk", "FILE[,BUS][,ro|,snapshot]",
	  "a raw disk; BUS is scsi (/dev/sda), virtio (/dev/vda), ide\n"
	  "(/dev/sda), nvme (/dev/nvme0n1), usb (/dev/sda) or cdrom\n"
	  "(/dev/sr0)",
	  LIST_AT(run, disk_texts) },
	{ 0, "usb", "FILE", "a raw disk on USB: --disk FILE,usb", CALL(add_disk_on) },
	{ 0, "cdrom", "FILE", "a CD, which cannot be written: --disk FILE,cdrom",
	  CALL(add_disk_on) },
	{ 0, "module", "NAME", "with PROGRAM: a kernel module with its dependencies",
	  LIST_AT(run, image.modules) },
	{ 0, "tree", "DIR[:DEST]", "with PROGRAM: everything below DIR",
	  LIST_AT(run, image.trees) },
	{ 0, "oci", "PATH[:TAG]",
	  "a container image: an OCI layout, or a file of docker save;\n"
	  "without PROGRAM, its own program",
	  TEXT_AT(run, image.oci) },
	{ 0, "entrypoint", "PROGRAM",
	  "with --oci: this program instead of the container's; its\narguments follow --",
	  TEXT_AT(run, entrypoint) },
	{ 0, "sysroot", "DIR", "PROGRAM is of the system whose root is DIR",
	  TEXT_AT(run, image.sysroot) },
	{ 0, "dry-run", NULL, "print QEMU's command line instead, for a shell",
	  FLAG_AT(run, dry_run) },
	{ 0, "keep", "FILE", "with PROGRAM: the image that is made for it stays in FILE",
	  TEXT_AT(run, keep) },
	{ 0, "gdb", "[PORT]", "the machine waits for gdb on this port (1234)", CALL(take_gdb) },
	{ 0, "device", "DEVICE", "one more device, as QEMU's -device", CALL(add_device) },
	{ 0, "qemu", "ARGUMENTS", "more arguments for QEMU, with \"...\" around blanks",
	  CALL(add_qemu) },
	{ 0, "matrix", NULL,
	  "run on pc, q35 and microvm, with other firmware, memory and so\n"
	  "on, and print a table",
	  FLAG_AT(run, matrix) },
	{ 0, "cold", NULL, "boot, even if a machine is saved for this (rdinit warm)",
	  FLAG_AT(run, cold) },
	{ 0, "no-tuning", NULL, "boot the kernel without the parameters that save time",
	  FLAG_AT(run, no_tuning) },
	{ 0, "timeout", "SECONDS", "end the machine after this time, status 124",
	  NUMBER_AT(run, machine.timeout_s, 1000000) },
	{ 0, "json", "FILE", "write the result to FILE: status, reason, times",
	  TEXT_AT(run, json) },
	{ 0, "log", "FILE", "write all that the console shows to FILE", TEXT_AT(run, log) },
	{ 0, "stdio", "pipe|console",
	  "separate pipes (PROGRAM, unless stdin and stdout are a\n"
	  "terminal), or the serial console (IMAGE)",
	  CHOICE_AT(run, stdio_choice) },
	{ 0, "verbose", NULL, "kernel messages on stderr", VALUE_AT(run, machine.verbose, 1) },
	{ 0, "", NULL, NULL, REST_AT(run, image.program) },
};

bool run_is_made(const struct run *run)
{
	return run->image.program || run->image.oci;
}

/* Said before anything that a boot needs is looked for. */
static int no_image(const char *name)
{
	int err = errno;
	char *program = program_lookup(name);

	if (program)
		error("%s: no such image; a program follows --: rdinit run -- %s", shown(name),
		      shown(name));
	else
		error_errno(err, "image %s", shown(name));
	free(program);
	return 1;
}

/* Whether the parts of what was asked fit together. 0, or the exit status of a usage error. */
/* An image's console is what it was made for; a program's streams are pipes, but on a terminal. */
static enum machine_stdio default_stdio(const struct run *run)
{
	bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	return is_terminal || !run_is_made(run) ? STDIO_CONSOLE : STDIO_PIPE;
}

/* The words after -- are the arguments of --entrypoint. */
static void set_entrypoint(struct run *run)
{
	struct texts words = { 0 };

	texts_add(&words, run->entrypoint);
	for (char **word = run->image.program; word && *word; word++)
		texts_add(&words, *word);
	run->image.program = (char **)words.list;
}

/* Completes the options by what follows from the others. Returns 0, or an exit status. */
static int choose(struct run *run, int argc, char **argv)
{
	int status;

	if (run->machine_choice >= 0)
		run->machine.type = (enum machine_type)run->machine_choice;
	status = run_check(run, argc - 1, argv);
	if (!status && run->entrypoint)
		set_entrypoint(run);
	if (!status)
		status = volumes_check(&run->volumes);
	if (status)
		return status;
	run->machine.stdio = run->dry_run	      ? STDIO_CONSOLE
			     : run->stdio_choice < 0  ? default_stdio(run)
			     : run->stdio_choice == 0 ? STDIO_PIPE
						      : STDIO_CONSOLE;
	run->machine.has_keys = run->machine.stdio == STDIO_CONSOLE && isatty(STDIN_FILENO) &&
				run->machine.type != MACHINE_UML;
	if (!run->machine.cpus)
		run->machine.cpus = 1;
	run->machine.payload = run_is_made(run) ? PAYLOAD_PROGRAM : PAYLOAD_IMAGE;
	run->image_path = run_is_made(run) ? NULL : argv[1];
	run->image.has_network = run->net_choice == RUN_NET_USER;
	if (run->image.has_network)
		run->machine.netdev = run->netdev = port_netdev(run->ports, run->port_count);
	return run->image_path && access(argv[1], F_OK) ? no_image(argv[1]) : 0;
}

/* What --matrix passes on: all words of the user but that one. */
static void copy_words(int argc, char **argv, struct texts *words)
{
	bool is_option = true;

	for (int i = 1; i < argc; i++) {
		is_option = is_option && strcmp(argv[i], "--") != 0;
		if (!is_option || strcmp(argv[i], "--matrix") != 0)
			texts_add(words, argv[i]);
	}
}

static int start(struct run *run, const struct texts *words)
{
	if (run->matrix)
		return run_matrix(words, run->machine.memory_mib);
	return run_open_results(run) ? 1 : run_boot(run);
}

static int run_command(int argc, char **argv)
{
	struct texts words = { 0 };
	struct run run = { .machine_choice = -1,
			   .stdio_choice = -1,
			   .json_fd = -1,
			   .log_fd = -1,
			   .tpm = { .socket = -1, .errors = -1 },
			   .tree = { .socket = -1, .errors = -1 },
			   .volume_share = { .socket = -1, .errors = -1 } };
	int status;

	run.started = run_now_ms();
	copy_words(argc, argv, &words);
	status = options_parse(&command_run, &argc, argv, &run);
	run.directory = getcwd(NULL, 0);
	if (status == OPTIONS_PARSED) {
		status = choose(&run, argc, argv);
		if (!status)
			status = start(&run, &words);
		status = run_write_result(&run, status);
	}
	run_close_results(&run);
	for (size_t i = 0; run.disks && i < run.disk_texts.count; i++)
		disk_free(&run.disks[i]);
	free(words.list);
	free(run.disks);
	free(run.disk_texts.list);
	free(run.image.modules.list);
	free(run.image.trees.list);
	free(run.env.list);
	free(run.image.limits.list);
	free(run.image.asked.list);
	free(run.image.asked_values.list);
	free(run.image.user);
	free(run.image.keep);
	free(run.more.list);
	free(run.directory);
	free(run.ports);
	free(run.netdev);
	tpm_close(&run.tpm);
	host_tree_close(&run.tree);
	host_tree_close(&run.volume_share);
	volumes_free(&run.volumes);
	buffer_free(&run.append);
	buffer_free(&run.input);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "boot an image, or one program, in a virtual machine",
	.usage = "[OPTION...] -- PROGRAM [ARG...]\n"
		 "[OPTION...] --oci PATH[:TAG] [-- PROGRAM [ARG...]]\n"
		 "[OPTION...] IMAGE",
	.text = "Boots a program, a container image, or an initramfs image in QEMU.\n"
		"A program sees this machine's files, and the directory and the environment that it is "
		"called\n"
		"in. What it writes stays in the guest's memory.\n"
		"Stdin, stdout and stderr are the program's, and so is the exit status; 124 is "
		"a timeout,\n"
		"125 a failure of the machine.\n",
	OPTION_ROWS(rows),
	.stray = "a program and its options follow --: rdinit run -- PROGRAM ARG...",
	.run = run_command,
};
