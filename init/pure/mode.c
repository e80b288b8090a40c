/* mode.c - what a boot is for, and the steps that it takes. */
#include "init/pure/mode.h"

#define FIRST_STEPS "early-mounts", "console", "settings", "late-mounts", "keymap", "modules"

enum mode_from mode_from(const struct settings *settings)
{
	if (settings->run)
		return FROM_RUN_WORD;
	if (settings->root && *settings->root)
		return FROM_ROOT_WORD;
	if (settings->arguments && *settings->arguments)
		return FROM_ARGUMENTS;
	return FROM_RUN_FILE;
}

const char *const *mode_steps(enum mode mode)
{
	static const char *const steps[][12] = {
		[MODE_RUN] = { FIRST_STEPS, "appliance", "power", NULL },
		[MODE_HAND_OFF] = { FIRST_STEPS, "resume", "root-find", "root-mount", "root-usr", "root-switch", NULL },
		[MODE_STAY] = { FIRST_STEPS, "stay", "power", NULL },
	};

	return steps[mode];
}
