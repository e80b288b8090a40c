// SPDX-License-Identifier: MIT
/* resolve.c - finds the device that a parameter names, as soon as the kernel reports it. */
#include "init/root/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/layer/layer.h"
#include "init/loop/apart.h"
#include "init/pure/format.h"
#include "init/pure/layer.h"
#include "init/pure/partitions.h"
#include "init/pure/rootspec.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NODE_BY_NUMBER "/dev/root-%u:%u" /* a number may be waited for before it has a name */

static void name_device(char path[DEVICE_PATH_MAX], const struct device *device)
{
	format_text(path, DEVICE_PATH_MAX, "/dev/%s", device->name);
}

/* --- by name: what a probe found on a device --- */

/* PARTUUID=X/PARTNROFF=N: the partition with a number higher by N, on the same disk. */
static int is_partnroff_of(struct devices *devices, const struct rootspec *spec,
			   const struct device *device)
{
	for (int i = 0; i < devices->count; i++) {
		const struct device *named = &devices->all[i];

		if (device_is_known(named) && named->part && device->part &&
		    (int)named->part + spec->offset == (int)device->part &&
		    strcmp(named->disk, device->disk) == 0 &&
		    rootspec_matches(spec, &named->finding))
			return 1;
	}
	return 0;
}

/* As the specification has it: the root is on the disk that was booted from. */
static int is_on_disk_of(const struct devices *devices, const char *uuid,
			 const struct device *device)
{
	for (int i = 0; i < devices->count; i++) {
		const struct device *named = &devices->all[i];

		if (device_is_known(named) && strcmp(named->disk, device->disk) == 0 &&
		    strcmp(named->finding.part_uuid, uuid) == 0)
			return 1;
	}
	return 0;
}

static int matches_spec(struct devices *devices, const struct rootspec *spec,
			const struct device *device)
{
	if (device_is_in_member(devices, device))
		return 0;
	if (spec->offset)
		return is_partnroff_of(devices, spec, device);
	if (rootspec_is_of_disk(spec))
		return device_is_known(device) && device_has_id(device, spec);
	return device_is_known(device) && rootspec_matches(spec, &device->finding) &&
	       (!spec->disk_of[0] || is_on_disk_of(devices, spec->disk_of, device));
}

/* What another device is made of is only meant if nothing else has the name. */
static bool is_better(const struct device *a, const struct device *b)
{
	bool is_inner = a->state > DEVICE_KNOWN;

	return is_inner == (b->state > DEVICE_KNOWN) ? devices_is_lower(a, b) : !is_inner;
}

/* Of several the one with the lowest number, whichever came first. `is_twice`: and it is not the
 * only one, though devices of one file system are one. */
static struct device *choose(struct devices *devices, const struct source *source,
			     const struct rootspec *spec, int *is_twice)
{
	struct device *chosen = NULL;

	*is_twice = 0;
	for (int i = 0; i < devices->count; i++) {
		struct device *device = &devices->all[i], *other = chosen;

		if (!matches_spec(devices, spec, device))
			continue;
		if (!chosen || is_better(device, chosen)) {
			chosen = device;
			device = other;
		}
		if (!device || device->finding.members > 1 || device->state > DEVICE_KNOWN)
			continue;
		*is_twice = 1;
		log_print(LOG_WARNING, "%s is %s, and %s, too: the lower number is used",
			  source->name, chosen->name, device->name);
	}
	return chosen;
}

static void log_waiting(const struct source *source)
{
	log_print(LOG_INFO, "waiting for %s", source->name);
	wire_report("status root-find: waiting for %s", source->name);
}

struct search {
	struct root *root;
	const struct source *source;
	const struct rootspec *spec;
	struct device *device; /* NULL: not found until now */
	int is_twice;
};

/* Every device that is there is probed, and every driver asked for is loaded, before one is chosen:
 * so their order never matters. */
static bool is_chosen(void *argument)
{
	struct search *search = argument;

	if (!hardware_is_known(search->root->modules))
		return false;
	search->device =
		choose(search->root->devices, search->source, search->spec, &search->is_twice);
	return search->device != NULL;
}

static int search_for(struct search *search, int64_t deadline)
{
	struct root *root = search->root;

	devices_scan(root->devices);
	devices_probe_all(root->devices);
	hardware_wait_until_known(root->modules);
	if (is_chosen(search))
		return 0;
	log_waiting(search->source);
	devices_open(root->devices);
	devices_scan(root->devices);
	devices_probe_all(root->devices);
	layers_search(root->layers, true);
	if (devices_wait(root->devices, is_chosen, search, deadline) == 0)
		return 0;
	/* What came last has the time of its own probe, and of its own opener. */
	hardware_wait_until_known(root->modules);
	return is_chosen(search) ? 0 : -ETIMEDOUT;
}

static int find_by_name(struct root *root, struct source *source, const struct rootspec *spec,
			int64_t deadline, struct device **device)
{
	struct search search = { .root = root, .source = source, .spec = spec };
	int error = search_for(&search, deadline);

	if (error)
		return error;
	if (search.is_twice && root->settings->unique)
		return log_err(-ENOTUNIQ,
			       "choose %s=%s: several devices have this name (rdinit.unique)",
			       source->parameter, source->name);
	name_device(source->device, search.device);
	if (spec->kind == ROOTSPEC_GPT_AUTO &&
	    search.device->finding.part_flags & PARTITION_READ_ONLY)
		root->settings->root_access = MOUNT_READ_ONLY;
	*device = search.device;
	return 0;
}

/* --- by path or number --- */

static int set_path(struct source *source, const char *path)
{
	if (strlen(path) >= sizeof(source->device))
		return log_err(-ENAMETOOLONG, "parse %s=%s", source->parameter, path);
	memcpy(source->device, path, strlen(path) + 1);
	return 0;
}

static int make_node(struct source *source, const struct rootspec *spec)
{
	int error;

	format_text(source->device, sizeof(source->device), NODE_BY_NUMBER, spec->major,
		    spec->minor);
	error = sys_mknod(source->device, S_IFBLK | 0600, spec->major, spec->minor);
	return error && error != -EEXIST ? log_err(error, "make the node %s", source->device) : 0;
}

/* Mounts and reports show the kernel's own name, where devtmpfs has it. */
static void use_kernel_name(struct devices *devices, struct source *source,
			    const struct rootspec *spec)
{
	char name[DEVICE_PATH_MAX];
	struct device *device;
	struct stat st;

	device = devices_find(devices, spec->major, spec->minor);
	if (!device)
		return;
	name_device(name, device);
	if (sys_stat(name, &st) || st.st_rdev != makedev(spec->major, spec->minor))
		return;
	sys_unlinkat(AT_FDCWD, source->device, 0);
	memcpy(source->device, name, sizeof(name));
}

struct node {
	struct loop *loop;
	const char *path;
	int64_t deadline;
	bool has_hung; /* a device that did not answer once is asked no more */
};

/* In a child: a drive that is dead, or a path through a dead network, may never answer. */
static long try_to_open(void *argument)
{
	const char *const *path = argument;
	int fd = sys_open(*path, O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		sys_close(fd);
	return fd < 0 ? fd : 0;
}

/*
 * A node can be there before its disk is: devtmpfs makes it first, and until the disk is ready
 * (and its partitions read) opening it gives ENXIO. Any other error is the mount's to report.
 */
static bool can_open(void *argument)
{
	struct node *node = argument;
	int64_t slow = loop_deadline(APART_LOG_S);
	struct apart *apart;
	long error;

	if (node->has_hung || sys_access(node->path, F_OK) == -ENOENT)
		return false;
	apart = apart_start(node->loop, try_to_open, &node->path, sizeof(node->path));
	if (!apart_wait(apart, slow < node->deadline ? slow : node->deadline) &&
	    loop_time_left(node->deadline)) {
		log_print(LOG_WARNING, "open %s: no answer for %d s", node->path, APART_LOG_S);
		wire_report("status %s: opening %s", log_current_step(), node->path);
		apart_wait(apart, node->deadline);
	}
	node->has_hung = !apart->is_over;
	error = apart_end(apart);
	return !node->has_hung && error != -ENOENT && error != -ENXIO && error != -ENOMEDIUM;
}

static int find_by_path(struct root *root, struct source *source, const struct rootspec *spec,
			int64_t deadline, struct device **device)
{
	struct devices *devices = root->devices;
	struct node node = { .loop = devices->loop, .path = source->device, .deadline = deadline };
	int is_number = spec->kind == ROOTSPEC_NUMBER;
	int error = is_number ? make_node(source, spec) : set_path(source, spec->path);

	if (error)
		return error;
	if (!can_open(&node)) {
		const struct layer *layer = is_number ? NULL : layer_of_path(spec->path);

		if (layer && !layer->opener)
			return log_err(
				-EOPNOTSUPP, "find %s=%s: it is %s, which this /init does not open",
				source->parameter, source->name, layer_text(layer, LAYER_PRODUCT));
		log_waiting(source);
		devices_open(devices);
		if (layer) {
			devices_scan(devices);
			devices_probe_all(devices);
			layers_search(root->layers, true);
		}
		if (devices_wait(devices, can_open, &node, deadline))
			return -ETIMEDOUT;
	}
	if (is_number || source->expected != EXPECT_NAMED_TYPE)
		devices_scan(devices);
	if (is_number)
		use_kernel_name(devices, source, spec);
	return source->expected == EXPECT_NAMED_TYPE
		       ? 0
		       : devices_probe_node(devices, source->device, device);
}

static int parse(const struct source *source, struct rootspec *spec)
{
	int error = rootspec_parse(source->name, spec);

	if (error == -EOPNOTSUPP)
		return log_err(error,
			       "parse %s=%s: of /dev/disk only by-uuid, by-label, by-partuuid, "
			       "by-partlabel, by-id and by-path are known",
			       source->parameter, source->name);
	return error ? log_err(error,
			       "parse %s=%s: not /dev/NAME, MAJ:MIN, UUID=, LABEL=, PARTUUID=, "
			       "PARTLABEL=, WWID= or gpt-auto",
			       source->parameter, source->name)
		     : 0;
}

int root_resolve(struct root *root, struct source *source, int64_t since, int64_t deadline)
{
	struct device *device = NULL;
	struct rootspec spec;
	int error = parse(source, &spec);

	if (error)
		return error;
	layers_watch(root->layers);
	if (spec.kind == ROOTSPEC_GPT_AUTO)
		root_boot_partition(root->modules, spec.disk_of);
	if (spec.kind == ROOTSPEC_PATH || spec.kind == ROOTSPEC_NUMBER)
		error = find_by_path(root, source, &spec, deadline, &device);
	else
		error = find_by_name(root, source, &spec, deadline, &device);
	layers_search(root->layers, false);
	if (error == -ETIMEDOUT)
		root_report(root, source, &spec, sys_clock_ms() - since);
	return error ? error : layer_open_stack(root->layers, source, device, deadline);
}
