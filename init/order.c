// SPDX-License-Identifier: MIT
/* order.c - wait for the order of the host: the rest of the image, over a virtio-serial port. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "init/boot.h"
#include "init/device/port.h"
#include "init/image/unpack.h"
#include "init/pure/number.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define PORT_WAIT_S 10 /* the driver's ports follow within milliseconds */
#define STALLED_S 30 /* once it has begun to come */
#define CLOCK_MAX 32 /* bytes: 20 digits for the seconds, 9 for the rest */

struct intake {
	struct loop *loop;
	struct loop_descriptor port;
	bool is_ready, has_begun;
};

static void port_ready(void *owner, short revents)
{
	struct intake *intake = owner;

	(void)revents;
	intake->is_ready = true;
	intake->port.events = 0;
}

static bool is_ready(void *argument)
{
	return ((const struct intake *)argument)->is_ready;
}

/* For the first byte of an order without limit: that wait is what the machine is kept for. */
static int wait_for_bytes(struct intake *intake)
{
	intake->is_ready = false;
	intake->port.events = POLLIN;
	return loop_run(intake->loop, is_ready, intake,
			intake->has_begun ? loop_deadline(STALLED_S) : NO_DEADLINE);
}

static int read_exactly(void *owner, void *buffer, size_t len)
{
	struct intake *intake = owner;
	uint8_t *at = buffer;
	int error = 0;

	while (len && !error) {
		long got = sys_read(intake->port.fd, at, len);

		if (got > 0) {
			intake->has_begun = true;
			at += got;
			len -= (size_t)got;
		} else if (got == 0) {
			error = -EPIPE;
		} else if (got == -EAGAIN) {
			error = wait_for_bytes(intake);
		} else if (got != -EINTR) {
			error = (int)got;
		}
	}
	return error;
}

static int receive(struct boot *boot, int fd)
{
	struct intake intake = { .loop = &boot->loop,
				 .port = { .node.owner = &intake, .fd = fd, .ready = port_ready } };
	const struct archive_source source = { read_exactly, &intake };
	int error = loop_add_descriptor(&boot->loop, &intake.port);

	if (error)
		return log_err(error, "wait for the order");
	wire_report("waiting");
	error = unpack(&source);
	loop_remove_descriptor(&boot->loop, &intake.port);
	return error;
}

/* Copies of one machine have the same random numbers until then: nothing may run before. */
static int mix_seed(void)
{
	char seed[ENTROPY_MAX + 1];
	long len = file_read(SEED_FILE, seed, sizeof(seed));
	int error = len < 0 ? (int)len : sys_add_entropy(seed, (size_t)len);

	sys_unlinkat(-1, SEED_FILE, 0); /* the path is absolute */
	return error ? log_err(error, "begin random numbers anew, from " SEED_FILE) : 0;
}

/* A machine that was kept has the time at which that was. */
static void set_clock(void)
{
	char text[CLOCK_MAX];
	unsigned int seconds, nanoseconds;
	char *rest;
	int error = -EINVAL;

	if (file_line(CLOCK_FILE, text, sizeof(text)) && (rest = strchr(text, ' '))) {
		*rest++ = '\0';
		if (number_parse(text, 10, UINT_MAX, &seconds) &&
		    number_parse(rest, 10, 999999999, &nanoseconds))
			error = sys_set_clock(seconds, nanoseconds);
	}
	if (error)
		log_warn(error, "set the clock, from " CLOCK_FILE);
}

/* As if the image had had these files from the start. What a failure is to lead to is known from
 * the first time, even if nothing can be read now. */
static int read_settings_again(struct boot *boot)
{
	int onfail = boot->settings.onfail, error;

	memset(&boot->settings, 0, sizeof(boot->settings));
	settings_defaults(&boot->settings);
	boot->image_words_used = 0;
	boot->env_count = 0;
	error = settings_read(boot);
	if (!boot->settings.onfail)
		boot->settings.onfail = onfail;
	return error;
}

int order_receive(struct boot *boot)
{
	const char *name = boot->settings.order;
	int fd, error;

	if (!name)
		return 0;
	fd = port_open(&boot->uevents, name, loop_deadline(PORT_WAIT_S));
	if (fd < 0)
		return log_err(fd, "open the virtio-serial port %s of rdinit.order=", name);
	error = receive(boot, fd);
	sys_close(fd);
	if (!error)
		error = mix_seed();
	if (error)
		return error;
	set_clock();
	wire_report("taken");
	return read_settings_again(boot);
}
