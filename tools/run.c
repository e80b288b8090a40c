// SPDX-License-Identifier: MIT
/* run.c - rdinit run: an image, or one program of this host, as a machine in QEMU. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/base/error.h"
#include "tools/lib/program/program.h"
#include "tools/run.h"

static const char usage[] =
	"usage: rdinit run [OPTION...] -- PROGRAM [ARG...]\n"
	"       rdinit run [OPTION...] --oci PATH[:TAG] [-- PROGRAM [ARG...]]\n"
	"       rdinit run [OPTION...] IMAGE\n\n"
	"Boots a program of this host with its libraries, a container's image, or an initramfs image,\n"
	"in QEMU.\n"
	"Stdin, stdout and stderr are the program's, and so is the exit status; 124 is a timeout,\n"
	"125 a machine that failed.\n\n"
	"  --kernel FILE|NAME         bzImage, vmlinux or a profile ($RDINIT_KERNEL, the newest in\n"
	"                             /boot; uml: profile uml)\n"
	"  --machine pc|q35|microvm|uml\n"
	"                             what QEMU emulates (by the kernel and the disks), or User-mode\n"
	"                             Linux without it\n"
	"  --memory MIB               by the size of the image, 256 at least\n"
	"  --cpus N                   1\n"
	"  --append WORDS             for the kernel's command line, after our own\n"
	"  --disk FILE[,BUS][,ro|,snapshot]\n"
	"                             a raw disk; BUS is scsi (/dev/sda), virtio (/dev/vda), ide\n"
	"                             (/dev/sda) or nvme (/dev/nvme0n1)\n"
	"  --module NAME              with PROGRAM: a kernel module with what it needs\n"
	"  --tree DIR[:DEST]          with PROGRAM: everything below DIR\n"
	"  --oci PATH[:TAG]           what is in a container's image: an OCI layout, or what docker save\n"
	"                             writes; without PROGRAM, what it says it runs\n"
	"  --sysroot DIR              PROGRAM is of the system whose root is DIR, not of this host\n"
	"  --no-tuning                the kernel as it is, without the words that only save time\n"
	"  --timeout SECONDS          ends the machine, status 124\n"
	"  --stdio pipe|console       separate pipes (PROGRAM, unless stdin and stdout are a\n"
	"                             terminal), or the serial console (IMAGE)\n"
	"  -v, --verbose              kernel messages on stderr\n";

enum {
	OPT_KERNEL = 256,
	OPT_MACHINE,
	OPT_MEMORY,
	OPT_CPUS,
	OPT_APPEND,
	OPT_DISK,
	OPT_MODULE,
	OPT_TREE,
	OPT_OCI,
	OPT_TIMEOUT,
	OPT_STDIO,
	OPT_NO_TUNING,
	OPT_SYSROOT
};

static const struct option long_options[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "machine", required_argument, NULL, OPT_MACHINE },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "disk", required_argument, NULL, OPT_DISK },
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "tree", required_argument, NULL, OPT_TREE },
	{ "oci", required_argument, NULL, OPT_OCI },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "stdio", required_argument, NULL, OPT_STDIO },
	{ "no-tuning", no_argument, NULL, OPT_NO_TUNING },
	{ "sysroot", required_argument, NULL, OPT_SYSROOT },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_number(const char *name, unsigned int max, unsigned int *value)
{
	char *end;
	unsigned long number = strtoul(optarg, &end, 10);

	if (!isdigit((unsigned char)optarg[0]) || *end || !number || number > max)
		return error_usage("run", "%s expects a number from 1 to %u, found \"%s\"", name,
				   max, shown(optarg));
	*value = (unsigned int)number;
	return 0;
}

static int take_machine(struct run *run)
{
	run->machine_given = 1;
	if (!qemu_machine(optarg, &run->machine.type))
		return 0;
	return error_usage("run", "--machine expects pc, q35, microvm or uml, found \"%s\"",
			   shown(optarg));
}

static int take_stdio(struct run *run)
{
	run->stdio_given = 1;
	if (!strcmp(optarg, "pipe"))
		run->machine.stdio = STDIO_PIPE;
	else if (!strcmp(optarg, "console"))
		run->machine.stdio = STDIO_CONSOLE;
	else
		return error_usage("run", "--stdio expects pipe or console, found \"%s\"",
				   shown(optarg));
	return 0;
}

static int take_option(struct run *run, int option, char **argv)
{
	struct machine_config *machine = &run->machine;

	switch (option) {
	case OPT_KERNEL:
		run->kernel = optarg;
		return 0;
	case OPT_MACHINE:
		return take_machine(run);
	case OPT_MEMORY:
		return take_number("--memory", 1 << 20, &machine->memory_mib);
	case OPT_CPUS:
		return take_number("--cpus", 255, &machine->cpus);
	case OPT_APPEND:
		buffer_printf(&run->append, " %s", optarg);
		return 0;
	case OPT_DISK:
		run->disk_texts[run->disk_count++] = optarg;
		return 0;
	case OPT_MODULE:
		run->image.modules[run->image.module_count++] = optarg;
		return 0;
	case OPT_TREE:
		run->image.trees[run->image.tree_count++] = optarg;
		return 0;
	case OPT_OCI:
		run->image.oci = optarg;
		return 0;
	case OPT_TIMEOUT:
		return take_number("--timeout", 1000000, &machine->timeout_s);
	case OPT_STDIO:
		return take_stdio(run);
	case OPT_NO_TUNING:
		run->no_tuning = 1;
		return 0;
	case OPT_SYSROOT:
		run->image.sysroot = optarg;
		return 0;
	case 'v':
		machine->verbose = 1;
		return 0;
	case 'h':
		run->help = 1;
		return 0;
	default:
		return bad_option("run", option, argv, long_options);
	}
}

/* An image made for this run. */
static int is_made(const struct run *run)
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

/* What was asked, once all options are known. 0, or the exit status of a usage error. */
static int check(struct run *run, int operands, char **argv)
{
	if (run->image.program && !run->image.program[0])
		return error_usage("run", "expected a PROGRAM after --");
	if (run->image.oci && operands)
		return error_usage("run", "expected --oci or an IMAGE, not both: \"%s\"",
				   shown(argv[optind]));
	if (run->image.program && operands)
		return error_usage("run", "expected an IMAGE or -- PROGRAM, not both: \"%s\"",
				   shown(argv[optind]));
	if (!is_made(run) && operands != 1)
		return error_usage("run", operands ? "expected one IMAGE; a PROGRAM follows --"
						   : "expected an IMAGE, or -- and a PROGRAM");
	if (!is_made(run) && (run->image.module_count || run->image.tree_count))
		return error_usage("run",
				   "--module and --tree need -- PROGRAM: an IMAGE is not changed");
	if (run->image.sysroot && !run->image.program)
		return error_usage("run", "--sysroot needs -- PROGRAM, which it searches there");
	if (run->machine.type == MACHINE_UML && run->machine.cpus > 1)
		return error_usage("run", "--machine uml has one processor, but --cpus asks for %u",
				   run->machine.cpus);
	if (!is_made(run) && run->machine.stdio == STDIO_PIPE && run->stdio_given == 0)
		run->machine.stdio = STDIO_CONSOLE;
	return !is_made(run) && access(argv[optind], F_OK) ? no_image(argv[optind]) : 0;
}

/* 0, or the exit status of a usage error, or that of an image that is not there. */
static int parse(struct run *run, int argc, char **argv)
{
	int option, status = 0, end = 1;

	/* getopt(3) would go on into the program's own options. */
	while (end < argc && strcmp(argv[end], "--"))
		end++;
	run->image.program = end < argc ? argv + end + 1 : NULL;
	run->disk_texts = xcalloc((size_t)argc + 1, sizeof(*run->disk_texts));
	run->image.modules = xcalloc((size_t)argc + 1, sizeof(*run->image.modules));
	run->image.trees = xcalloc((size_t)argc + 1, sizeof(*run->image.trees));
	opterr = 0;
	while (!status && (option = getopt_long(end, argv, ":vh", long_options, NULL)) != -1)
		status = take_option(run, option, argv);
	if (status || run->help)
		return status;
	run->image_path = is_made(run) ? NULL : argv[optind];
	return check(run, end - optind, argv);
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .machine = { .cpus = 1, .stdio = STDIO_PIPE } };
	int status;

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		run.machine.stdio = STDIO_CONSOLE;
	status = parse(&run, argc, argv);
	run.machine.payload = is_made(&run) ? PAYLOAD_PROGRAM : PAYLOAD_IMAGE;
	if (!status && run.help)
		fputs(usage, stdout);
	else if (!status)
		status = run_boot(&run);
	for (size_t i = 0; run.disks && i < run.disk_count; i++)
		disk_free(&run.disks[i]);
	free(run.disks);
	free(run.disk_texts);
	free(run.image.modules);
	free(run.image.trees);
	buffer_free(&run.append);
	return status;
}
