// SPDX-License-Identifier: MIT
/* program.c - a program of the image opens a container or assembles a pool, as a child of the loop.
 */
#include "init/layer/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "init/layer/layer.h"
#include "init/program/child.h"
#include "init/pure/format.h"
#include "init/pure/names.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define BUSY_S 10 /* so long a search waits for a device that is being opened, as for a probe */
#define END_S 1 /* from SIGKILL until it has ended */
#define DEADLINE_S 60 /* a key derivation takes 15 s where there is no KVM */
#define BY_UUID ".uuid="
#define HOLDERS_PATH_MAX 128 /* bytes */

/* --- devices --- */

/* Whether both are members of one pool, or the same. */
static bool is_with(const struct device *device, const struct device *other)
{
	const struct layer *layer = layer_on(device);

	return device == other || (layer && layer->kind == LAYER_POOL && layer_on(other) == layer &&
				   strcmp(other->finding.uuid, device->finding.uuid) == 0);
}

static int count_members(const struct devices *devices, const struct device *device)
{
	int count = 0;

	for (int i = 0; i < devices->count; i++)
		count += is_with(device, &devices->all[i]);
	return count;
}

static void set_state(struct devices *devices, const struct device *device, enum device_state state,
		      const char *trouble)
{
	for (int i = 0; i < devices->count; i++) {
		struct device *other = &devices->all[i];

		if (!is_with(device, other))
			continue;
		other->state = state;
		format_text(other->trouble, sizeof(other->trouble), "%s", trouble);
	}
}

/* NULL: it is gone, and what has its number now is another one. */
static struct device *device_of(const struct opening *opening)
{
	struct device *device =
		devices_find(opening->layers->devices, opening->major, opening->minor);

	return device && device->instance == opening->instance ? device : NULL;
}

/* --- a program --- */

static void end_in_words(const struct opening *opening, int status, char *text, size_t size)
{
	const struct child child = { .status = status };

	if (status == LOOP_LATE) {
		/* Whatever it started is in its session, and so in its process group. */
		sys_kill(-opening->child.pid, SIGKILL);
		format_text(text, size, "no answer within %d s", DEADLINE_S);
	} else {
		child_end_in_words(&child, text, size);
	}
}

/* Whatever it started is in its session, and so in its process group. */
static void end_program(struct opening *opening)
{
	sys_kill(-opening->child.pid, SIGKILL);
	opening->child.deadline = loop_deadline(END_S);
}

/* Its first deadline is that of a search that waits for it. */
static bool go_on_without(struct opening *opening)
{
	struct devices *devices = opening->layers->devices;
	struct device *device = device_of(opening);

	if (!device || device->state != DEVICE_OPENING)
		return false;
	log_print(LOG_INFO, "open %s: %s still runs after %d s", device->name,
		  layer_text(opening->layer, LAYER_PROGRAM), BUSY_S);
	set_state(devices, device, DEVICE_SLOW, "");
	opening->child.deadline = loop_deadline(DEADLINE_S - BUSY_S);
	if (opening->layers->is_ending)
		end_program(opening);
	loop_add_child(devices->loop, &opening->child);
	devices_go_on(devices);
	return true;
}

/* The kernel announced what the program made before it ended. */
static void ended(void *owner, int status)
{
	struct opening *opening = owner;
	struct devices *devices = opening->layers->devices;
	struct device *device;
	char words[sizeof(device->trouble)];

	if (status == LOOP_LATE && go_on_without(opening))
		return;
	output_end(&opening->output);
	end_in_words(opening, status, words, sizeof(words));
	opening->child.pid = 0;
	uevents_read(devices->uevents);
	devices_scan(devices);
	device = device_of(opening);
	if (device && status)
		log_print(LOG_WARNING, "open %s: %s: %s%s%s", device->name,
			  layer_text(opening->layer, LAYER_PROGRAM), words,
			  *opening->output.line ? ", after " : "", opening->output.line);
	if (device)
		set_state(devices, device, status ? DEVICE_FAILED : DEVICE_OPEN, words);
	devices_go_on(devices);
}

static bool is_in_image(const struct device *device)
{
	const char *program = layer_text(layer_on(device), LAYER_PROGRAM);

	if (sys_access(program, X_OK) == 0)
		return true;
	log_print(LOG_WARNING, "open %s: the image has no %s (rdinit pack --program %s)",
		  device->name, program, program);
	return false;
}

static void open_device(struct layers *layers, struct opening *opening, struct device *device)
{
	struct opener_words words = { .argv = { NULL } };
	struct child child = { .loop = layers->devices->loop,
			       .argv = words.argv,
			       .env = layers->env };
	int pid;

	opening->layers = layers;
	opening->layer = layer_on(device);
	opening->major = device->major;
	opening->minor = device->minor;
	opening->instance = device->instance;
	format_text(words.device, sizeof(words.device), "/dev/%s", device->name);
	words.argv[0] = (char *)layer_text(opening->layer, LAYER_PROGRAM);
	layer_opener(opening->layer)->arguments(device, &words);
	log_print(LOG_INFO, "open %s, %s, with %s", device->name,
		  layer_text(opening->layer, LAYER_NAME), words.argv[0]);
	pid = output_start(&opening->output, &child);
	if (pid < 0) {
		format_text(words.name, sizeof(words.name), "not started: %s", error_name(-pid));
		set_state(layers->devices, device, DEVICE_FAILED, words.name);
		return;
	}
	set_state(layers->devices, device, DEVICE_OPENING, "");
	opening->child = (struct loop_child){
		.node.owner = opening, .pid = pid, .deadline = loop_deadline(BUSY_S), .ended = ended
	};
	loop_add_child(layers->devices->loop, &opening->child);
}

/* --- which devices --- */

/* Whether the command line has PARAMETER.uuid= with this UUID; with any, if it is NULL. */
static bool is_named(const struct settings *settings, const struct layer *layer, const char *uuid)
{
	const char *parameter = layer_text(layer, LAYER_PARAMETER);
	size_t len = strlen(parameter);

	for (int i = 0; i < settings->module_count; i++) {
		const char *word = settings->modules[i];

		if (len && strncmp(word, parameter, len) == 0 &&
		    strncmp(word + len, BY_UUID, strlen(BY_UUID)) == 0 &&
		    (!uuid || strcmp(word + len + strlen(BY_UUID), uuid) == 0))
			return true;
	}
	return false;
}

static bool is_wanted(const struct layers *layers, const struct device *device)
{
	return (device->state == DEVICE_KNOWN || device->state == DEVICE_WAITING) &&
	       !device_is_in_member(layers->devices, device) &&
	       (layers->is_searching || device->is_asked_for ||
		is_named(layers->settings, layer_on(device), device->finding.uuid));
}

static struct opening *free_opening(struct layers *layers)
{
	for (int i = 0; i < OPENINGS_MAX; i++)
		if (!layers->openings[i].child.pid)
			return &layers->openings[i];
	return NULL;
}

static void open_if_wanted(struct layers *layers, struct device *device)
{
	struct devices *devices = layers->devices;
	struct opening *opening;

	if (!is_wanted(layers, device))
		return;
	if (count_members(devices, device) < device->finding.members)
		set_state(devices, device, DEVICE_WAITING, "");
	else if (!is_in_image(device))
		set_state(devices, device, DEVICE_FAILED, "the image has no program for it");
	else if ((opening = free_opening(layers)))
		open_device(layers, opening, device);
}

static void watch(struct layers *layers, const struct layer *layer)
{
	if (!is_named(layers->settings, layer, NULL))
		return;
	devices_open(layers->devices);
	devices_scan(layers->devices);
	devices_probe_all(layers->devices);
}

static void end(struct layers *layers)
{
	for (int i = 0; i < OPENINGS_MAX; i++) {
		struct opening *opening = &layers->openings[i];
		const struct device *device = opening->child.pid ? device_of(opening) : NULL;

		if (opening->child.pid && (!device || device->state != DEVICE_OPENING))
			end_program(opening);
	}
}

const struct opener_events program_events = { watch, open_if_wanted, end };

/* --- a device that was asked for itself --- */

struct wanted {
	struct layers *layers;
	unsigned int major, minor;
	struct device *device; /* NULL: it is gone */
	struct device *product;
};

static int is_product(const struct dirent_view *entry, void *argument)
{
	struct wanted *wanted = argument;
	struct devices *devices = wanted->layers->devices;

	for (int i = 0; i < devices->count; i++)
		if (strcmp(devices->all[i].name, entry->name) == 0)
			wanted->product = &devices->all[i];
	return 0;
}

/* The kernel lists what was made of a device as its holders. */
static void find_product(struct wanted *wanted)
{
	char path[HOLDERS_PATH_MAX];

	wanted->product = NULL;
	sysfs_path(path, sizeof(path), wanted->device->name, "holders");
	file_each(path, is_product, wanted);
}

/* The product may be announced later than its program ends, and is probed then. */
static bool is_decided(void *argument)
{
	struct wanted *wanted = argument;

	wanted->device = devices_find(wanted->layers->devices, wanted->major, wanted->minor);
	if (!wanted->device || wanted->device->state == DEVICE_FAILED)
		return true;
	if (wanted->device->state != DEVICE_OPEN)
		return false;
	find_product(wanted);
	return wanted->product && hardware_is_known(wanted->layers->modules);
}

/* The program has the time that it may take, whatever the deadline. */
static int wait_for_product(struct wanted *wanted, int64_t deadline)
{
	struct layers *layers = wanted->layers;
	struct devices *devices = layers->devices;

	wanted->device->is_asked_for = true;
	devices_open(devices);
	devices_scan(devices);
	devices_probe_all(devices);
	layers_open_wanted(layers);
	if (devices_wait(devices, is_decided, wanted, deadline) == 0)
		return 0;
	hardware_wait_until_known(layers->modules);
	return is_decided(wanted) ? 0 : -ETIMEDOUT;
}

int program_open(struct layers *layers, struct source *source, struct device **device,
		 int64_t deadline)
{
	struct wanted wanted = { layers, (*device)->major, (*device)->minor, *device, NULL };
	int error = wait_for_product(&wanted, deadline);
	const struct device *of = wanted.device;
	const char *why = "no device came of it";

	*device = wanted.product;
	if (!error && wanted.product)
		return 1;
	if (!of)
		why = "it is gone";
	else if (of->state == DEVICE_FAILED)
		why = of->trouble;
	else if (of->state == DEVICE_WAITING)
		why = "other devices of it are missing";
	else if (of->state == DEVICE_SLOW)
		why = "its program does not end";
	return log_err(error ? error : -ENXIO, "open %s=%s on %s: %s", source->parameter,
		       source->name, source->device, why);
}
