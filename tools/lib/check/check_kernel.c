// SPDX-License-Identifier: MIT
/* check_kernel.c - the rule of what the kernel must have to boot the image. */
#include <stdbool.h>

#include "tools/lib/base/error.h"
#include "init/pure/count.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/check_program.h"

enum needed_by { ANY_IMAGE, OUR_INIT, OUR_STATUS, SCRIPTS };

static const struct {
	enum needed_by by;
	enum check_severity severity;
	const char *symbols[2]; /* one of them is enough */
	const char *what; /* follows without it */
} needs[] = {
	{ ANY_IMAGE, CHECK_ERROR, { "BLK_DEV_INITRD" }, "it unpacks no image" },
	{ ANY_IMAGE, CHECK_ERROR, { "BINFMT_ELF" }, "it runs no program" },
	{ SCRIPTS, CHECK_ERROR, { "BINFMT_SCRIPT" }, "it runs no script, and the image needs one" },
	{ OUR_INIT, CHECK_ERROR, { "PROC_FS" }, "/init finds no command line, and stops" },
	{ OUR_INIT, CHECK_ERROR, { "SYSFS" }, "/init cannot mount /sys, and stops" },
	{ OUR_INIT,
	  CHECK_ERROR,
	  { "DEVTMPFS", "TMPFS" },
	  "/init has nothing to mount on /dev, and stops" },
	{ OUR_STATUS,
	  CHECK_WARNING,
	  { "X86_IOPL_IOPERM" },
	  "/init cannot report the program's exit status on QEMU's debug console port" },
};

static bool has_script(const struct check *check)
{
	for (size_t i = 0; i < check->program_count; i++) {
		struct span bytes = check_program_bytes(check, &check->programs[i]);

		if (bytes.len > 1 && !memcmp(bytes.data, "#!", 2))
			return true;
	}
	return false;
}

void check_kernel(struct check *check)
{
	const int applies[] = { [ANY_IMAGE] = 1,
				[OUR_INIT] = check->is_ours,
				[OUR_STATUS] = check->is_ours && !check_is_uml(check),
				[SCRIPTS] = has_script(check) };

	if (!check->config.from) {
		check_skip(check, CHECK_KERNEL,
			   "the kernel's configuration is unknown (--kernel, --config)");
		return;
	}
	for (size_t i = 0; i < COUNT(needs); i++) {
		const char *second = needs[i].symbols[1];

		if (!applies[needs[i].by] || !check_lacks(check, needs[i].symbols[0]) ||
		    (second && !check_lacks(check, second)))
			continue;
		check_report(check, CHECK_KERNEL, needs[i].severity,
			     "use another kernel, or build it with the symbol",
			     "the kernel has no CONFIG_%s%s%s: %s", needs[i].symbols[0],
			     second ? " and no CONFIG_" : "", second ? second : "", needs[i].what);
	}
}

void check_no_program(struct check *check)
{
	/* Said where the programs are looked for: there is one place that knows how. */
	if (!check->is_ours && check->programs[0].entry)
		check_skip(check, CHECK_NO_PROGRAM, "the programs that %s runs: it is not rdinit's",
			   shown(check->rdinit));
	else if (check->archive->is_damaged)
		check_skip(check, CHECK_NO_PROGRAM, "a part of the image could not be read");
}
