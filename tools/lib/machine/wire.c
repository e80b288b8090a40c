// SPDX-License-Identifier: MIT
/* wire.c - what the guest's /init says on the debug console port, line by line. */
#include "tools/lib/machine/wire.h"

#include <signal.h>
#include <stdlib.h>

#include "init/pure/count.h"

#define WITHIN_MAX 1000000 /* seconds, as --timeout */

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	      { "QUIT", SIGQUIT }, { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT },     { "BUS", SIGBUS },   { "FPE", SIGFPE },
	{ "KILL", SIGKILL }, { "USR1", SIGUSR1 },     { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM },     { "TERM", SIGTERM }, { "STKFLT", SIGSTKFLT },
	{ "CHLD", SIGCHLD }, { "CONT", SIGCONT },     { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },     { "URG", SIGURG },   { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF }, { "WINCH", SIGWINCH },
	{ "IO", SIGIO },     { "POLL", SIGIO },	      { "PWR", SIGPWR },   { "SYS", SIGSYS },
};

/* Decimal digits and nothing else, at most `max`; -1 for everything else. */
static int number(const char *text, int max)
{
	int value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (*text - '0');
		if (value > max)
			return -1;
	}
	return value;
}

/* Number of signal NAME ("TERM", without SIG, or "RTMIN+3" as the shell has it, or digits); 0 if
 * unknown. */
static int wire_signal(const char *name)
{
	int value;

	for (size_t i = 0; i < COUNT(signals); i++)
		if (!strcmp(signals[i].name, name))
			return signals[i].number;
	if (!strncmp(name, "RTMIN+", 6)) {
		value = number(name + 6, 30);
		return value < 0 ? 0 : 34 + value;
	}
	value = number(name, 64);
	return value < 0 ? 0 : value;
}

/* The text after `word` and a blank, or NULL if the line begins otherwise. */
static const char *after(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len))
		return NULL;
	if (!line[len])
		return line + len;
	return line[len] == ' ' ? line + len + 1 : NULL;
}

static void set_status(struct wire *wire, int status)
{
	wire->words |= WIRE_EXIT | WIRE_SPOKE;
	wire->status = status;
	wire->exit_count++;
}

static void set_within(struct wire *wire, int seconds)
{
	if (seconds < 0)
		return;
	wire->words |= WIRE_WITHIN | WIRE_SPOKE;
	wire->within_s = (unsigned int)seconds;
	wire->within_count++;
}

static void parse_line(struct wire *wire, const char *line)
{
	const char *text;

	if (!strcmp(line, "ready")) {
		wire->words |= WIRE_READY | WIRE_SPOKE;
		wire->ready_count++;
	} else if ((text = after(line, "exit"))) {
		if (number(text, 255) >= 0)
			set_status(wire, number(text, 255));
	} else if ((text = after(line, "signal"))) {
		if (wire_signal(text)) {
			set_status(wire, 128 + wire_signal(text));
			wire->words |= WIRE_SIGNAL;
		}
	} else if ((text = after(line, "failed"))) {
		if (!(wire->words & WIRE_FAILED))
			memcpy(wire->failed, text, strlen(text) + 1);
		wire->words |= WIRE_FAILED | WIRE_SPOKE;
	} else if ((text = after(line, "status"))) {
		memcpy(wire->said, text, strlen(text) + 1);
		wire->words |= WIRE_SPOKE;
		wire->said_count++;
	} else if (!strcmp(line, "off") || !strcmp(line, "reboot")) {
		wire->words |= WIRE_OFF | WIRE_SPOKE;
	} else if (!strcmp(line, "halt")) {
		wire->words |= WIRE_OFF | WIRE_HALT | WIRE_SPOKE;
	} else if (!strcmp(line, "waiting")) {
		wire->words |= WIRE_WAITING | WIRE_SPOKE;
	} else if (!strcmp(line, "taken")) {
		wire->words |= WIRE_TAKEN | WIRE_SPOKE;
	} else if (!strcmp(line, "handoff")) {
		wire->words |= WIRE_HANDOFF | WIRE_SPOKE;
	} else if ((text = after(line, "within"))) {
		set_within(wire, number(text, WITHIN_MAX));
	}
}

void wire_feed(struct wire *wire, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = bytes.data[i];

		if (byte == '\n') {
			wire->line[wire->len] = '\0';
			parse_line(wire, wire->line);
			wire->len = 0;
		} else if (wire->len < WIRE_LINE && byte != '\r') {
			/* The guest is not trusted with our terminal. */
			wire->line[wire->len++] = byte < ' ' || byte == 0x7f ? '?' : (char)byte;
		}
	}
}
