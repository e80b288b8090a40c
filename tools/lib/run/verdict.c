/* verdict.c - what became of the guest, as an exit status and in words. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/run/machine_state.h"

#define LAST_LINES 20

/* Where the last `lines` lines of a text begin. */
static size_t last_lines(const uint8_t *data, size_t len, int lines)
{
	size_t at = len;

	while (at && (data[at - 1] == '\n' || data[at - 1] == '\r'))
		at--;
	while (at && (data[at - 1] != '\n' || --lines > 0))
		at--;
	return at;
}

/* Kept bytes as lines on stderr, without what would move the cursor. */
static void print_kept(const struct queue *kept, const char *title)
{
	size_t at = last_lines(kept->data, kept->len, LAST_LINES);
	struct buffer out = { NULL, 0, 0 };

	if (at == kept->len)
		return;
	buffer_printf(&out, "rdinit: %s\n", title);
	for (; at < kept->len; at++)
		if (kept->data[at] >= ' ' || kept->data[at] == '\n' || kept->data[at] == '\t')
			buffer_add(&out, kept->data + at, 1);
	if (out.data[out.len - 1] != '\n')
		buffer_text(&out, "\n");
	fflush(stderr);
	if (write(STDERR_FILENO, out.data, out.len) < 0)
		fflush(stderr); /* nobody listens: there is no one to tell */
	buffer_free(&out);
}

/* The console, unless it was on the user's screen anyway. */
static int failed(const struct machine *machine)
{
	if (machine->config->stdio == STDIO_PIPE && !machine->config->verbose)
		print_kept(&machine->kept_console, "the last lines of the guest's console:");
	return STATUS_FAILED;
}

static int qemu_failed(const struct machine *machine)
{
	const char *name = machine->config->type == MACHINE_UML ? "User-mode Linux" : "QEMU";

	if (WIFSIGNALED(machine->wait_status))
		error("%s was killed by signal %d (SIG%s)", name, WTERMSIG(machine->wait_status),
		      sigabbrev_np(WTERMSIG(machine->wait_status)));
	else
		error("%s ended with status %d", name, WEXITSTATUS(machine->wait_status));
	print_kept(&machine->kept_errors, "it said:");
	return failed(machine);
}

static const uint8_t *find_panic(const struct queue *kept)
{
	return memmem(kept->data, kept->len, "Kernel panic", strlen("Kernel panic"));
}

/* "Kernel panic - not syncing: ..." up to the end of its line, into `line`. */
static void panic_line(const struct machine *machine, char *line, size_t size)
{
	const struct queue *kept =
		find_panic(&machine->kept_console) ? &machine->kept_console : &machine->kept_errors;
	const uint8_t *at = find_panic(kept);
	size_t len = 0;

	while (at && at + len < kept->data + kept->len && at[len] >= ' ' && len + 1 < size)
		len++;
	snprintf(line, size, "%.*s", (int)len, at ? (const char *)at : "");
}

/* User-mode Linux aborts when it panics, and has no time stamps on its lines to tell them from a
 * program's by. */
static int has_panicked(const struct machine *machine)
{
	int aborted =
		WIFSIGNALED(machine->wait_status) && WTERMSIG(machine->wait_status) == SIGABRT;

	return machine->panicked ||
	       (machine->config->type == MACHINE_UML && aborted &&
		(find_panic(&machine->kept_console) || find_panic(&machine->kept_errors)));
}

static int own_end(const struct machine *machine)
{
	unsigned int words = machine->wire.words;
	char line[200];

	if (words & WIRE_EXIT)
		return machine->wire.status;
	if (words & WIRE_FAILED) {
		error("init in the guest failed: %s", machine->wire.failed);
		return failed(machine);
	}
	if (has_panicked(machine)) {
		panic_line(machine, line, sizeof(line));
		error("the guest's kernel panicked: %s", shown(line));
		return failed(machine);
	}
	if (words & (WIRE_READY | WIRE_OFF))
		return 0; /* the program itself powered the machine off */
	if (machine->config->payload == PAYLOAD_IMAGE && machine->kept_console.len)
		return 0;
	/* A kernel with too little memory resets before its first line, with status 0. */
	error("the guest ended without a word (too little memory? it had %u MiB)",
	      machine->config->memory_mib);
	return failed(machine);
}

int machine_verdict(const struct machine *machine)
{
	switch (machine->end) {
	case END_SIGNAL:
		return 128 + machine->signal;
	case END_NO_READER:
		return 128 + SIGPIPE;
	case END_TIMEOUT:
		error("the guest did not end within %u s%s%s", machine->config->timeout_s,
		      machine->wire.said_count ? "; its last word: " : "", machine->wire.said);
		failed(machine);
		return STATUS_TIMEOUT;
	case END_PROTOCOL:
		error("the guest's second serial port carries no frames of ours; is its init ours?");
		return failed(machine);
	case END_PANIC:
	case END_LINGERS:
		return own_end(machine);
	case END_ITSELF:
		break;
	}
	if (!(machine->wire.words & (WIRE_EXIT | WIRE_FAILED)) && machine->wait_status &&
	    !has_panicked(machine))
		return qemu_failed(machine);
	return own_end(machine);
}
