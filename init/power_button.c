// SPDX-License-Identifier: MIT
/*
 * power_button.c - a press of the power button asks the machine to end.
 *
 * The ACPI driver makes an input device of the button; keyboards may have the key, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/keybits.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define INPUTS "/sys/class/input"
#define DEVICE "input/" /* of DEVNAME=, and below /dev */
#define BUTTONS_MAX 4 /* the two of ACPI, and keyboards */
#define NAME_SIZE 16 /* bytes of "event12" */
#define PATH_SIZE 64
#define KEYS_SIZE 256 /* bytes of capabilities/key: 12 words of up to 16 digits */
#define EVENTS_MAX 16 /* that one read(2) gives */

struct button {
	struct buttons *all;
	struct loop_descriptor descriptor;
	bool is_used;
	char name[NAME_SIZE];
};

struct buttons {
	struct loop *loop;
	struct stop *stop;
	struct uevent_subscriber subscriber;
	struct button of[BUTTONS_MAX];
};

/* ENOENT, ENODEV: there is no such device, or no longer. */
static void report(int error, const char *path)
{
	if (error < 0 && error != -ENOENT && error != -ENODEV)
		log_warn(error, "watch the power button: %s", path);
}

static void ready(void *owner, short revents)
{
	struct button *button = owner;
	uint8_t events[EVENTS_MAX * KEY_EVENT_SIZE];
	long len = sys_read(button->descriptor.fd, events, sizeof(events));

	(void)revents;
	if (len > 0 && keybits_pressed((struct span){ events, (size_t)len }, KEY_POWER))
		stop_request(button->all->stop, "power button");
	if (len > 0 || len == -EAGAIN || len == -EINTR)
		return;
	report((int)len, button->name);
	loop_remove_descriptor(button->all->loop, &button->descriptor); /* it was unplugged */
	sys_close(button->descriptor.fd);
	button->is_used = false;
}

static bool has_power_key(const char *name)
{
	char path[PATH_SIZE], keys[KEYS_SIZE];
	long len;

	format_text(path, sizeof(path), INPUTS "/%s/device/capabilities/key", name);
	len = file_read(path, keys, sizeof(keys));
	report((int)len, path);
	keys[len > 0 ? strcspn(keys, "\n") : 0] = '\0';
	return keybits_has(keys, KEY_POWER);
}

static void watch(struct button *button, const char *name)
{
	char path[PATH_SIZE];
	int fd, error;

	format_text(path, sizeof(path), "/dev/" DEVICE "%s", name);
	fd = sys_open(path, O_RDONLY | O_NONBLOCK);
	button->descriptor = (struct loop_descriptor){
		.node.owner = button, .fd = fd, .events = POLLIN, .ready = ready
	};
	error = fd < 0 ? fd : loop_add_descriptor(button->all->loop, &button->descriptor);
	button->is_used = !error;
	if (!error)
		memcpy(button->name, name, strlen(name) + 1);
	report(error, path);
	if (error && fd >= 0)
		sys_close(fd);
}

static void try_device(struct buttons *buttons, const char *name)
{
	struct button *unused = NULL;

	if (strncmp(name, "event", 5) != 0 || strlen(name) >= NAME_SIZE || !has_power_key(name))
		return;
	for (size_t i = 0; i < BUTTONS_MAX; i++) {
		if (!buttons->of[i].is_used)
			unused = &buttons->of[i];
		else if (strcmp(buttons->of[i].name, name) == 0)
			return;
	}
	if (unused) {
		unused->all = buttons;
		watch(unused, name);
	}
}

static int try_entry(const struct dirent_view *entry, void *buttons)
{
	try_device(buttons, entry->name);
	return 0;
}

static void scan(struct buttons *buttons)
{
	report(file_each(INPUTS, try_entry, buttons), INPUTS);
}

static void on_event(void *owner, const struct uevent *event)
{
	if (!event)
		scan(owner);
	else if (event->action && event->devname && strcmp(event->action, "add") == 0 &&
		 strncmp(event->devname, DEVICE, strlen(DEVICE)) == 0)
		try_device(owner, event->devname + strlen(DEVICE));
}

static void on_quiet(void *owner)
{
	(void)owner;
}

int power_button_watch(struct boot *boot)
{
	static struct buttons buttons; /* they come and go while the program runs */

	buttons = (struct buttons){ .loop = &boot->loop,
				    .stop = &boot->stop,
				    .subscriber = { NULL, on_event, on_quiet, &buttons } };
	uevents_subscribe(&boot->uevents, &buttons.subscriber);
	scan(&buttons);
	return 0;
}
