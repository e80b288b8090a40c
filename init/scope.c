// SPDX-License-Identifier: MIT
/* scope.c - refuses what an /init that only runs programs does not do. */
#include <errno.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/paths.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* NULL, or what only the other /init does. */
static const char *asked_for(const struct boot *boot)
{
	switch (boot->mode) {
	case MODE_RUN:
		return boot->settings.mount_lines.count ? "rdinit.mount=" : NULL;
	case MODE_RUN_IN_ROOT:
		return "rdinit.root=";
	case MODE_HAND_OFF:
		return "root=";
	default:
		return "no program (rdinit.run=, " RUN_FILE ")";
	}
}

/* The program may well do without these. */
static void warn(const struct boot *boot)
{
	if (sys_access(DRIVERS_FILE, F_OK) == 0)
		log_say(LOG_WARNING, DRIVERS_FILE ": " INIT_ONLY_RUNS);
	if (boot->settings.modules_load.count)
		log_say(LOG_WARNING, "modules-load=: " INIT_ONLY_RUNS);
	if (boot->settings.links)
		log_say(LOG_WARNING, "rdinit.links: " INIT_ONLY_RUNS);
}

int scope_check(struct boot *boot)
{
	const char *what = asked_for(boot);

	if (what)
		return log_err(-EOPNOTSUPP, "%s: " INIT_ONLY_RUNS, what);
	warn(boot);
	return 0;
}
