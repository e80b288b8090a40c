// SPDX-License-Identifier: MIT
/* root_find.c - waits for the device that root= names, and opens what stands on it. */
#include "init/boot.h"
#include "init/layer/layer.h"
#include "init/root/root.h"
#include "init/sys/sys.h"

/* An overlay, a loop file or a copy in memory is made below /run, whatever the root is. */
static bool needs_directories(const struct settings *settings)
{
	return settings->overlay || settings->loop || settings->toram;
}

/* The root: the device, and what is asked for on top of it. */
static int find_root(struct root *root, int64_t start, int64_t deadline)
{
	const struct settings *settings = root->settings;
	int error;

	root->source.parameter = "root";
	root->source.name = settings->root;
	/* Whoever names a type knows what is there; with rdinit.loop= the type is that of the file.
	 */
	if (settings->rootfstype && !settings->loop)
		root->source.expected = EXPECT_NAMED_TYPE;
	error = root_share_name(root);
	if (error)
		return error < 0 ? error : 0;
	error = root_resolve(root, &root->source, start, deadline);
	return error ? error : layer_make_requested(root->layers, &root->source, deadline);
}

static int find_upper(struct root *root, int64_t start, int64_t deadline)
{
	const char *name = root->settings->overlay;

	root->upper.parameter = "rd.overlay";
	root->upper.name = name;
	return name && name[0] ? root_resolve(root, &root->upper, start, deadline) : 0;
}

int root_find(struct boot *boot)
{
	const struct settings *settings = &boot->settings;
	int64_t start = sys_clock_ms(), deadline;
	int error = needs_directories(settings) ? root_make_directories(settings) : 0;

	if (error)
		return error;
	if (settings->rootdelay_s)
		loop_run(&boot->loop, NULL, NULL, loop_deadline(settings->rootdelay_s));
	deadline = loop_deadline(settings->timeout_s);
	error = find_root(&boot->root, start, deadline);
	return error ? error : find_upper(&boot->root, start, deadline);
}
