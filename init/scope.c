// SPDX-License-Identifier: MIT
/* scope.c - refuses what an /init that only runs programs does not do. */
#include <errno.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/paths.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* The program may well do without these. */
static void warn(const struct boot *boot)
{
	unsigned int at = 0;

	if (sys_access(DRIVERS_FILE, F_OK) == 0)
		log_print(LOG_WARNING, DRIVERS_FILE ": " INIT_ONLY_RUNS);
	for (const char *name; (name = mode_next_unread(&boot->settings, &at));)
		log_print(LOG_WARNING, "%s: " INIT_ONLY_RUNS, name);
}

int scope_check(struct boot *boot)
{
	const char *what = mode_out_of_scope(boot->mode, &boot->settings);

	if (what)
		return log_err(-EOPNOTSUPP, "%s: " INIT_ONLY_RUNS, what);
	warn(boot);
	return 0;
}
