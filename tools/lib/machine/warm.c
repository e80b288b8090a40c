// SPDX-License-Identifier: MIT
/* warm.c - a machine that is saved when it waits for its order, and one that goes on from there. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/machine/machine_state.h"
#include "tools/lib/machine/qmp.h"

#define RESTORE_MS 30000 /* usual are 200 */
#define SAVE_MS 300000 /* a boot without KVM, on a busy host, and some milliseconds */
#define BLOCK 65536 /* bytes of an order that are sent at once */

/* What a saved memory is not part of: both sides share the file of it. */
#define SHARED_MEMORY "{\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":true}]}"

/* --- the wire --- */

static char *read_wire(struct machine *machine)
{
	uint8_t block[1024];
	ssize_t len = read(machine->wire_fd, block, sizeof(block));

	if (len == 0)
		return xstrdup("QEMU ended");
	if (len > 0)
		wire_feed(&machine->wire, (struct span){ block, (size_t)len });
	return len < 0 && errno != EAGAIN && errno != EINTR ? xstrdup(strerror(errno)) : NULL;
}

/* The console is read as well: a guest whose console is full stands still. */
static void keep_console(struct machine *machine)
{
	uint8_t block[4096];
	ssize_t len = read(machine->console, block, sizeof(block));

	if (len > 0)
		queue_keep(&machine->kept_console, (struct span){ block, (size_t)len });
}

static char *serve(struct machine *machine, const struct pollfd ends[3])
{
	char *why = NULL;

	if (ends[1].revents & POLLIN)
		keep_console(machine);
	if (ends[0].revents)
		why = read_wire(machine);
	if (ends[2].revents)
		machine_read_signals(machine);
	if (!why && machine->wire.words & WIRE_FAILED)
		why = xasprintf("the guest's step failed: %s", machine->wire.failed);
	return why;
}

static char *wait_for_word(struct machine *machine, unsigned int word, int64_t until)
{
	char *why = NULL;

	while (!why && !(machine->wire.words & word)) {
		struct pollfd ends[] = { { .fd = machine->wire_fd, .events = POLLIN },
					 { .fd = machine->console, .events = POLLIN },
					 { .fd = machine->signals, .events = POLLIN } };
		int64_t left = until - machine_now_ms();

		if (left <= 0)
			return xstrdup("the guest says nothing");
		if (poll(ends, 3, (int)left) > 0)
			why = serve(machine, ends);
		if (machine->signal)
			return xstrdup("interrupted");
	}
	return why;
}

/* --- the order --- */

/* NULL, or why. The guest may be slow to take it. Once it has the end of the archive it closes the
 * port: zeros follow there. */
static char *send_block(int to, const uint8_t *bytes, size_t len, int64_t until)
{
	while (len) {
		struct pollfd end = { .fd = to, .events = POLLOUT };
		ssize_t done = write(to, bytes, len);
		int64_t left = until - machine_now_ms();

		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		} else if (errno == EAGAIN && left > 0) {
			poll(&end, 1, (int)left);
		} else if (errno == EPIPE) {
			return NULL;
		} else if (errno != EINTR) {
			return errno == EAGAIN ? xstrdup("the guest does not take its order")
					       : xasprintf("its order: %s", strerror(errno));
		}
	}
	return NULL;
}

static char *send_order(struct machine *machine, int64_t until)
{
	static uint8_t block[BLOCK];
	char *why = NULL;
	off_t at = 0;
	ssize_t len;

	while (!why && (len = pread(machine->config->warm->order, block, sizeof(block), at)) > 0) {
		why = send_block(machine->order, block, (size_t)len, until);
		at += len;
	}
	return why;
}

/* --- QEMU --- */

static char *plug_in(struct qmp *qmp, const struct host_tree *share, int slot)
{
	char *arguments, *why;

	if (!share)
		return NULL;
	arguments = xasprintf("{\"driver\":\"vhost-user-fs-pci\",\"chardev\":\"%s\",\"tag\":\"%s\","
			      "\"bus\":\"slot%d\"}",
			      share->tag, share->tag, slot);
	why = qmp_command(qmp, "device_add", arguments);
	free(arguments);
	return why;
}

static char *go_on(struct machine *machine, struct qmp *qmp)
{
	const struct machine_config *config = machine->config;
	char *why = qmp_open(qmp);

	if (!why)
		why = qmp_command(qmp, "migrate-set-capabilities", SHARED_MEMORY);
	if (!why)
		why = qmp_give_file(qmp, "state", config->warm->state);
	if (!why)
		why = qmp_command(qmp, "migrate-incoming", "{\"uri\":\"fd:state\"}");
	if (!why)
		why = qmp_wait_running(qmp);
	if (!why)
		why = plug_in(qmp, config->tree, 0);
	if (!why)
		why = plug_in(qmp, config->volumes, 1);
	return why;
}

char *machine_restore(struct machine *machine)
{
	struct qmp qmp = { .fd = machine->monitor, .until = machine_now_ms() + RESTORE_MS };
	char *why = go_on(machine, &qmp);

	machine->monitor = -1;
	if (!why)
		why = send_order(machine, qmp.until);
	if (!why)
		why = wait_for_word(machine, WIRE_TAKEN, qmp.until);
	qmp_close(&qmp);
	return why;
}

static char *save(struct machine *machine, struct qmp *qmp)
{
	char *why = qmp_open(qmp);

	if (!why)
		why = qmp_command(qmp, "migrate-set-capabilities", SHARED_MEMORY);
	if (!why)
		why = qmp_give_file(qmp, "state", machine->config->warm->state);
	if (!why)
		why = qmp_command(qmp, "migrate", "{\"uri\":\"fd:state\"}");
	return why ? why : qmp_wait_saved(qmp);
}

char *machine_wait_and_save(struct machine *machine)
{
	struct qmp qmp = { .fd = machine->monitor, .until = machine_now_ms() + SAVE_MS };
	char *why = wait_for_word(machine, WIRE_WAITING, qmp.until);

	machine->monitor = -1;
	if (!why)
		why = save(machine, &qmp);
	qmp_close(&qmp);
	return why;
}
