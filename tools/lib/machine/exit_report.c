// SPDX-License-Identifier: MIT
/* exit_report.c - what became of the guest, as an exit status and in words. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/machine/machine_state.h"

#define LAST_LINES 20
#define LINE_SHOWN 1000 /* bytes of each */
#define NOT_STARTED "appliance: " /* the step's name, before what failed */

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

/* Kept bytes as lines on stderr. They come from the guest, and may not move our cursor. */
static void print_kept(const struct queue *kept, const char *title)
{
	const uint8_t *data = kept->data + kept->at;
	size_t at = last_lines(data, kept->len, LAST_LINES), len = 0;
	struct buffer out = { NULL, 0, 0 };
	char line[LINE_SHOWN + 1];

	if (at == kept->len)
		return;
	buffer_printf(&out, "rdinit: %s\n", title);
	for (; at < kept->len; at++) {
		uint8_t byte = data[at];

		if (byte != '\n' && byte != '\r' && len < LINE_SHOWN)
			line[len++] = byte && byte != '\t' ? (char)byte : ' ';
		if (byte != '\n' && at + 1 < kept->len)
			continue;
		line[len] = '\0';
		buffer_printf(&out, "%s\n", shown(line));
		len = 0;
	}
	fflush(stderr);
	if (write(STDERR_FILENO, out.data, out.len) < 0)
		fflush(stderr); /* nobody reads: nothing to report */
	buffer_free(&out);
}

/* The console, unless it was on the user's screen anyway. */
static void print_console(const struct machine *machine)
{
	if (machine->config->stdio == STDIO_PIPE && !machine->config->verbose)
		print_kept(&machine->kept_console, "the last lines of the guest's console:");
}

static const char *emulator(const struct machine *machine)
{
	return machine->config->type == MACHINE_UML ? "User-mode Linux" : "QEMU";
}

/* "QEMU was killed by SIGSEGV", "QEMU ended with status 1". */
static const char *end_in_words(const struct machine *machine)
{
	static char text[100];
	int status = machine->wait_status;

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "%s was killed by signal %d (SIG%s)",
			 emulator(machine), WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "%s ended with status %d", emulator(machine),
			 WEXITSTATUS(status));
	return text;
}

/* --- sentences, malloc'd --- */

static char *init_failed(const struct machine *machine)
{
	return xasprintf("init in the guest failed: %s", shown(machine->wire.failed));
}

static const struct panic_watch *panic_of(const struct machine *machine)
{
	return machine->console_watch.shown ? &machine->console_watch : &machine->error_watch;
}

static char *panicked(const struct machine *machine)
{
	return xasprintf("the guest's kernel panicked: %s", shown(panic_of(machine)->text));
}

static char *memory_panicked(const struct machine *machine)
{
	return xasprintf("the guest's kernel panicked, because its %u MiB of memory are not enough "
			 "(--memory): %s",
			 machine->config->memory_mib, shown(panic_of(machine)->text));
}

static char *memory_killed(const struct machine *machine)
{
	return xasprintf("the guest's kernel killed the program, because its %u MiB of memory are "
			 "not enough (--memory)",
			 machine->config->memory_mib);
}

/* /init reports this after `ready` alone, and only for a program that it could not start. */
static bool was_not_started(const struct machine *machine)
{
	int status = machine->wire.status;

	return machine->wire.words & WIRE_EXIT && (status == 126 || status == 127) &&
	       !strncmp(machine->wire.said, NOT_STARTED, strlen(NOT_STARTED));
}

static char *not_started(const struct machine *machine)
{
	return xasprintf("the program was not started: %s",
			 shown(machine->wire.said + strlen(NOT_STARTED)));
}

static char *emulator_failed(const struct machine *machine)
{
	return xstrdup(end_in_words(machine));
}

static char *late(const struct machine *machine)
{
	const struct panic_watch *watch = &machine->console_watch;

	return xasprintf("the guest did not end within %u s%s%s%s%s", machine->config->timeout_s,
			 machine->wire.said_count ? "; its last status: " : "",
			 shown(machine->wire.said), watch->shown ? "; its console shows: " : "",
			 watch->shown ? shown(watch->text) : "");
}

static char *hung(const struct machine *machine)
{
	char *text = late(machine), *longer;

	longer = xasprintf("%s; it hangs: no program had been started", text);
	free(text);
	return longer;
}

static char *late_and_mute(const struct machine *machine)
{
	return xasprintf("the guest did not end within %u s; neither its kernel nor /init had "
			 "shown anything (try --verbose)",
			 machine->config->timeout_s);
}

static char *ended_early(const struct machine *machine)
{
	return xasprintf("the guest ended before /init reported its program's status: %s",
			 machine->end == END_AGAIN
				 ? "it booted a second time"
				 : "something in it powered it off or reset it (reboot(2), "
				   "sysrq, a triple fault)");
}

static char *no_program(const struct machine *machine)
{
	return xasprintf("the guest ended before /init had started a program; its last status: %s",
			 machine->wire.said_count ? shown(machine->wire.said) : "none");
}

/* What this machine had for the reports of /init. */
static const char *offered_wires(const struct machine_config *config)
{
	if (config->type == MACHINE_UML)
		return "the serial line ttyS2";
	if (config->has_status_port && !config->warm)
		return "the debug console port or the virtio-serial port " QEMU_STATUS_PORT;
	return "the debug console port";
}

static char *no_word(const struct machine *machine)
{
	return xasprintf("the guest ended without a status: its /init is not rdinit's, or cannot "
			 "reach %s",
			 offered_wires(machine->config));
}

/* A kernel with too little memory resets before its first line, and QEMU's status is 0. */
static char *mute(const struct machine *machine)
{
	return xasprintf("the guest ended without a message (too little memory? it had %u MiB)",
			 machine->config->memory_mib);
}

static char *not_off(const struct machine *machine)
{
	(void)machine;
	return xstrdup("the guest reported its status, but did not end in time and was killed: "
		       "data that it had not written to its disks is lost");
}

static char *off_lingered(const struct machine *machine)
{
	(void)machine;
	return xstrdup("the guest reported its end, but the machine did not end and was killed");
}

static char *cut_off(const struct machine *machine)
{
	bool shows = machine->console_watch.shown;

	return xasprintf("the guest reported its status, and then ended before /init had "
			 "unmounted its disks%s%s",
			 shows ? "; its console shows: " : "",
			 shows ? shown(machine->console_watch.text) : "");
}

static char *emulator_failed_later(const struct machine *machine)
{
	return xasprintf("the guest reported its status, and then %s", end_in_words(machine));
}

static char *said_twice(const struct machine *machine)
{
	return xasprintf(
		"the guest reported %u exit statuses, of which the last one counts: a process "
		"with root privileges has written to the port of /init",
		machine->wire.exit_count);
}

#define BIT(value) (1u << (value))
#define ANY UINT_MAX

/* The wire's lines, the strongest first. */
enum said {
	SAID_EXIT_OFF, /* `exit N` or `signal NAME`, and then off, reboot or halt */
	SAID_EXIT,
	SAID_FAILED,
	SAID_OFF, /* off, reboot or halt alone */
	SAID_HANDOFF,
	SAID_READY,
	SAID_STATUS, /* any other word */
	SAID_NOTHING,
};

/* How QEMU ended. */
enum ended {
	ENDED_WELL, /* on its own, with status 0; or the guest booted a second time */
	ENDED_BADLY, /* on its own, with another status or by a signal */
	ENDED_BY_TIMEOUT,
	ENDED_BY_PANIC, /* by us, after a panic before any program ran */
	ENDED_AS_LATE, /* by us: the guest had said when it ends at the latest */
	ENDED_AS_HALTED, /* by us: the guest had said that it halts */
};

/* The console's text. */
enum showed {
	SHOWED_NOTHING,
	SHOWED_TEXT,
	SHOWED_PANIC,
	SHOWED_NO_MEMORY, /* a panic for want of memory, or that a process was killed for it */
};

enum verdict { AS_REPORTED, SUCCESS, FAILED, TIMEOUT };

#define STARTED (BIT(SAID_READY) | BIT(SAID_HANDOFF)) /* a program, or another init */
#define IN_TIME (BIT(ENDED_WELL) | BIT(ENDED_AS_HALTED))

#define PANICKED (BIT(SHOWED_PANIC) | BIT(SHOWED_NO_MEMORY))

/* The first row that fits is the verdict. Success and a program's status need a word of /init; the
 * console chooses among sentences, and decides only where /init has gone (SAID_HANDOFF). */
static const struct row {
	unsigned int said, ended, showed; /* sets of the values above */
	enum verdict verdict;
	const char *reason; /* as rdinit(1) lists them */
	char *(*sentence)(const struct machine *machine); /* NULL: there is nothing to say */
} rows[] = {
	{ BIT(SAID_EXIT_OFF), IN_TIME, BIT(SHOWED_NO_MEMORY), AS_REPORTED, "out-of-memory",
	  memory_killed },
	{ BIT(SAID_EXIT_OFF), IN_TIME, ANY, AS_REPORTED, "exit", NULL },
	{ BIT(SAID_EXIT_OFF), BIT(ENDED_BADLY), ANY, AS_REPORTED, "exit", emulator_failed_later },
	{ BIT(SAID_EXIT_OFF), ANY, ANY, AS_REPORTED, "exit", off_lingered },
	{ BIT(SAID_EXIT), BIT(ENDED_WELL), ANY, AS_REPORTED, "exit", cut_off },
	{ BIT(SAID_EXIT), BIT(ENDED_BADLY), ANY, AS_REPORTED, "exit", emulator_failed_later },
	{ BIT(SAID_EXIT), ANY, ANY, AS_REPORTED, "exit", not_off },
	{ BIT(SAID_FAILED), ANY, ANY, FAILED, "init-failed", init_failed },
	{ BIT(SAID_OFF), IN_TIME, ANY, SUCCESS, "off", NULL },
	{ BIT(SAID_OFF), BIT(ENDED_BADLY), ANY, SUCCESS, "off", emulator_failed_later },
	{ BIT(SAID_OFF), ANY, ANY, SUCCESS, "off", off_lingered },
	{ ANY, BIT(ENDED_BY_TIMEOUT), PANICKED, TIMEOUT, "panic", late },
	{ STARTED, BIT(ENDED_BY_TIMEOUT), ANY, TIMEOUT, "timeout", late },
	{ BIT(SAID_NOTHING), BIT(ENDED_BY_TIMEOUT), BIT(SHOWED_NOTHING), TIMEOUT, "no-start",
	  late_and_mute },
	{ ANY, BIT(ENDED_BY_TIMEOUT), ANY, TIMEOUT, "hang", hung },
	{ ANY, BIT(ENDED_BADLY), ANY, FAILED, "qemu", emulator_failed },
	{ ANY, ANY, BIT(SHOWED_NO_MEMORY), FAILED, "out-of-memory", memory_panicked },
	{ ANY, ANY, BIT(SHOWED_PANIC), FAILED, "panic", panicked },
	{ BIT(SAID_HANDOFF), ANY, ANY, SUCCESS, "handoff", NULL },
	{ BIT(SAID_READY), ANY, ANY, FAILED, "reset", ended_early },
	{ BIT(SAID_STATUS), ANY, ANY, FAILED, "reset", no_program },
	{ ANY, ANY, BIT(SHOWED_TEXT), FAILED, "no-status", no_word },
	{ ANY, ANY, ANY, FAILED, "no-start", mute },
};

static enum said what_was_said(const struct wire *wire)
{
	unsigned int words = wire->words;

	if (words & WIRE_EXIT)
		return words & WIRE_OFF ? SAID_EXIT_OFF : SAID_EXIT;
	if (words & WIRE_FAILED)
		return SAID_FAILED;
	if (words & WIRE_OFF)
		return SAID_OFF;
	if (words & WIRE_HANDOFF)
		return SAID_HANDOFF;
	if (words & WIRE_READY)
		return SAID_READY;
	return words & WIRE_SPOKE ? SAID_STATUS : SAID_NOTHING;
}

static bool has_panicked(const struct machine *machine)
{
	return machine->console_watch.shown ||
	       (machine->config->type == MACHINE_UML && machine->error_watch.shown);
}

/* User-mode Linux aborts when it panics: that end is its guest's. */
static bool ended_well(const struct machine *machine)
{
	int status = machine->wait_status;

	return !status || (machine->config->type == MACHINE_UML && has_panicked(machine) &&
			   WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static enum ended how_it_ended(const struct machine *machine)
{
	switch (machine->end) {
	case END_TIMEOUT:
		return ENDED_BY_TIMEOUT;
	case END_PANIC:
		return ENDED_BY_PANIC;
	case END_LINGERS:
		return ENDED_AS_LATE;
	case END_HALTED:
		return ENDED_AS_HALTED;
	case END_AGAIN:
		return ENDED_WELL;
	default:
		return ended_well(machine) ? ENDED_WELL : ENDED_BADLY;
	}
}

/* A panic for want of memory says so. Of processes that were killed for it only the program counts,
 * whose status is that. */
static enum showed what_was_shown(const struct machine *machine)
{
	bool has_ended = machine->wire.words & WIRE_EXIT,
	     lacks = has_ended ? machine->wire.status == 128 + SIGKILL &&
					 machine->console_watch.killed
			       : has_panicked(machine) && strstr(panic_of(machine)->text, "memory");

	if (lacks)
		return SHOWED_NO_MEMORY;
	if (has_panicked(machine))
		return SHOWED_PANIC;
	return machine->kept_console.len ? SHOWED_TEXT : SHOWED_NOTHING;
}

static int judge(const struct machine *machine, struct machine_result *result)
{
	unsigned int said = BIT(what_was_said(&machine->wire)), ended = BIT(how_it_ended(machine)),
		     showed = BIT(what_was_shown(machine));
	const struct row *row = rows;

	while (!(row->said & said && row->ended & ended && row->showed & showed))
		row++; /* the last one fits everything */
	result->reason = row->reason;
	if (row->verdict == AS_REPORTED && machine->wire.words & WIRE_SIGNAL &&
	    !strcmp(row->reason, "exit"))
		result->reason = "signal";
	if (!row->sentence && was_not_started(machine))
		result->reason = machine->wire.status == 127 ? "not-found" : "not-executable";
	result->sentence = row->sentence	      ? row->sentence(machine)
			   : was_not_started(machine) ? not_started(machine)
						      : NULL;
	if (!result->sentence && machine->wire.exit_count > 1)
		result->sentence = said_twice(machine);
	if (result->sentence && (row->verdict == AS_REPORTED || row->verdict == SUCCESS))
		warning("%s", result->sentence);
	else if (result->sentence)
		error("%s", result->sentence);
	if (row->sentence == emulator_failed)
		print_kept(&machine->kept_errors, "it said:");
	if (row->verdict == FAILED || row->verdict == TIMEOUT)
		print_console(machine);
	return row->verdict == AS_REPORTED ? machine->wire.status
	       : row->verdict == SUCCESS   ? 0
	       : row->verdict == TIMEOUT   ? STATUS_TIMEOUT
					   : STATUS_FAILED;
}

int machine_exit_report(const struct machine *machine, struct machine_result *result)
{
	switch (machine->end) {
	case END_SIGNAL:
		result->reason = "interrupted";
		return 128 + machine->signal;
	case END_NO_READER:
		result->reason = "no-reader";
		return 128 + SIGPIPE;
	case END_PROTOCOL:
		result->reason = "protocol";
		result->sentence = xstrdup("the guest's second serial port sends no packets of "
					   "rdinit; is its init rdinit's?");
		error("%s", result->sentence);
		print_console(machine);
		return STATUS_FAILED;
	default:
		return judge(machine, result);
	}
}
