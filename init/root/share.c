// SPDX-License-Identifier: MIT
/* share.c - a directory of the host as the root: 9p and virtiofs, by their tags. */
#include <errno.h>
#include <string.h>

#include "init/mount/mount.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/root/root.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define OPTIONS_MAX 512 /* bytes, with those of rootflags= */

static const struct share {
	const char *type, *prefix; /* "9p:TAG" is customary, too */
	const char *options;
	const char *alias; /* of the module that brings the devices; the type has one, too */
} shares[] = {
	{ "9p", "9p:", "trans=virtio,version=9p2000.L", "virtio:d00000009v00001AF4" },
	{ "virtiofs", "virtiofs:", "", "virtio:d0000001Av00001AF4" },
};

static const struct share *share_of(const struct settings *settings)
{
	for (size_t i = 0; i < COUNT(shares); i++)
		if ((settings->rootfstype && strcmp(settings->rootfstype, shares[i].type) == 0) ||
		    strncmp(settings->root, shares[i].prefix, strlen(shares[i].prefix)) == 0)
			return &shares[i];
	return NULL;
}

int root_share_name(struct root *root)
{
	const struct share *share = share_of(root->settings);
	const char *tag = root->settings->root;

	if (!share)
		return 0;
	if (strncmp(tag, share->prefix, strlen(share->prefix)) == 0)
		tag += strlen(share->prefix);
	if (!*tag || strlen(tag) >= sizeof(root->source.device))
		return log_err(-EINVAL, "parse the tag of root=%s", root->settings->root);
	memcpy(root->source.device, tag, strlen(tag) + 1);
	return 1;
}

static int try(struct root *root, const struct share *share, const struct mount_call *asked)
{
	const char *more = asked->options ? asked->options : "";
	char options[OPTIONS_MAX];
	const struct mount_call call = { asked->source, asked->target, share->type, options,
					 asked->flags };

	if (strlen(share->options) + strlen(more) + 2 > sizeof(options))
		return -E2BIG;
	format_text(options, sizeof(options), "%s%s%s", share->options,
		    *share->options && *more ? "," : "", more);
	return mount_with_driver(root->modules, &call, share->alias);
}

/* The errors of both for a tag that the host does not offer yet. */
static int may_come(int error)
{
	return error == -ENOENT || error == -EINVAL;
}

struct attempts {
	struct root *root;
	const struct share *share;
	const struct mount_call *call;
	int error; /* of the last one */
};

/* The driver of a device that came may still be on its way. */
static bool is_done(void *argument)
{
	struct attempts *attempts = argument;

	if (!module_queue_is_idle(attempts->root->modules))
		return false;
	attempts->error = try(attempts->root, attempts->share, attempts->call);
	return !may_come(attempts->error);
}

static int mount_in_time(struct root *root, const struct share *share,
			 const struct mount_call *call)
{
	struct attempts attempts = { root, share, call, 0 };
	int64_t deadline = loop_deadline(root->settings->timeout_s);

	if (!is_done(&attempts)) {
		uevents_open(root->devices->uevents);
		log_print(LOG_INFO, "waiting for the tag %s", call->source);
		wire_report("status %s: waiting for the tag %s", log_current_step(), call->source);
		uevents_wait(root->devices->uevents, is_done, &attempts, deadline, NULL, NULL);
	}
	return attempts.error ? log_err(attempts.error, "mount the host's directory %s on %s as %s",
					call->source, call->target, share->type)
			      : 0;
}

int root_share(struct root *root, const char *target, unsigned long flags)
{
	const struct mount_call call = { .source = root->source.device,
					 .target = target,
					 .options = root->settings->root_mount.text,
					 .flags = flags };
	const struct share *share = share_of(root->settings);

	return share ? mount_in_time(root, share, &call) : 1;
}

int root_mount_share(struct root *root, const struct mount_call *call)
{
	for (size_t i = 0; i < COUNT(shares); i++)
		if (strcmp(call->type, shares[i].type) == 0)
			return mount_in_time(root, &shares[i], call);
	return 1;
}
