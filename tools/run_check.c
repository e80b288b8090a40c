// SPDX-License-Identifier: MIT
/* run_check.c - rdinit run: operands and options that do not go together. */
#include <stdbool.h>
#include <stddef.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/run.h"

struct rule {
	bool is_wrong;
	const char *text;
};

static int first_wrong(const struct rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].is_wrong)
			return error_usage("run", "%s", rules[i].text);
	return 0;
}

/* Those of the image and its program. */
static int check_image_options(const struct run *run)
{
	const struct run_image *image = &run->image;
	bool is_uml = run->machine.type == MACHINE_UML;
	const struct rule rules[] = {
		{ !run_is_made(run) && (image->modules.count || image->trees.count),
		  "--module and --tree need -- PROGRAM: an IMAGE is not changed" },
		{ !run_is_made(run) && (run->env.count || image->workdir || image->user ||
					image->hostname || image->limits.count),
		  "--env, --workdir, --user, --hostname and --ulimit need -- PROGRAM: an IMAGE is "
		  "not changed" },
		{ !run_is_made(run) && image->asked.count,
		  "--sysctl, --restart and --oom-score-adj need -- PROGRAM: an IMAGE is not changed "
		  "(--append rdinit.sysctl= and so on)" },
		{ !run_is_made(run) && run->volumes.count,
		  "-v, --rw and --tmpfs need -- PROGRAM or --oci: an IMAGE is not changed" },
		{ is_uml && volumes_are_shared(&run->volumes),
		  "-v and --rw need QEMU, and not --machine uml" },
		{ run->entrypoint && !image->oci,
		  "--entrypoint needs --oci; else the program follows --" },
		{ run->keep && !run_is_made(run),
		  "--keep needs -- PROGRAM or --oci: an IMAGE is a file already" },
	};

	return first_wrong(rules, COUNT(rules));
}

static int check_machine_options(const struct run *run)
{
	const struct run_image *image = &run->image;
	bool is_uml = run->machine.type == MACHINE_UML;
	bool in_memory = run->isolated || image->oci || image->sysroot || image->trees.count;
	const struct rule rules[] = {
		{ is_uml && (run->dry_run || run->more.count || run->machine.gdb_port),
		  "--dry-run, --qemu, --device and --gdb need QEMU, and not --machine uml" },
		{ run->dry_run && run->stdio_choice == 0,
		  "--dry-run prints a machine with a console: omit --stdio pipe" },
		{ run->read_only && (!image->program || in_memory),
		  "--read-only is for a root that is shared: omit it with --isolated, --oci, "
		  "--sysroot and --tree, whose root is in memory anyway" },
		{ run->root && (!image->program || in_memory || is_uml),
		  "--root needs -- PROGRAM, and none of --isolated, --oci, --sysroot, --tree and "
		  "--machine uml" },
		{ run->machine.nodes && (is_uml || run->machine.type == MACHINE_MICROVM),
		  "--numa needs --machine pc or q35" },
		{ run->wants_tpm && (is_uml || run->machine.type == MACHINE_MICROVM),
		  "--tpm needs --machine pc or q35" },
		{ run->matrix &&
			  (run->machine_choice >= 0 || run->machine.cpus || run->machine.nodes ||
			   run->stdio_choice >= 0 || run->root || run->read_only || run->json ||
			   run->log || run->keep || run->dry_run || run->machine.gdb_port),
		  "--matrix has machines of its own: omit --machine, --cpus, --numa, --stdio, --root, "
		  "--read-only, --json, --log, --keep, --dry-run and --gdb" },
		{ image->sysroot && !image->program,
		  "--sysroot needs -- PROGRAM, which it searches there" },
		{ run->net_choice == RUN_NET_USER && (!run_is_made(run) || is_uml),
		  "--net and -p need -- PROGRAM or --oci, and QEMU" },
	};

	return first_wrong(rules, COUNT(rules));
}

static int check_values(const struct run *run)
{
	if (run->image.workdir && *run->image.workdir != '/')
		return error_usage("run", "--workdir %s: expected a path that begins with /",
				   shown(run->image.workdir));
	if (run->machine.type == MACHINE_UML && run->machine.cpus > 1)
		return error_usage("run", "--machine uml has one processor, but --cpus asks for %u",
				   run->machine.cpus);
	return 0;
}

int run_check(const struct run *run, int operands, char *const *argv)
{
	int status;

	if (run->image.program && !run->image.program[0])
		return error_usage("run", "expected a PROGRAM after --");
	if (run->image.oci && operands)
		return error_usage("run", "expected --oci or an IMAGE, not both: \"%s\"",
				   shown(argv[1]));
	if (run->image.program && operands)
		return error_usage("run", "expected an IMAGE or -- PROGRAM, not both: \"%s\"",
				   shown(argv[1]));
	if (!run_is_made(run) && operands != 1)
		return error_usage("run", operands ? "expected one IMAGE; a PROGRAM follows --"
						   : "expected an IMAGE, or -- and a PROGRAM");
	status = check_image_options(run);
	if (!status)
		status = check_machine_options(run);
	return status ? status : check_values(run);
}
