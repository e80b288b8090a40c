// SPDX-License-Identifier: MIT
/* machine_input.c - our standard input on its way to the guest. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/machine/machine_state.h"

#define CTRL_A 0x01
#define CTRL_C 0x03
#define CTRL_D 0x04

/* User-mode Linux never reads a serial line again once its buffer has 3968 bytes that nobody read
 * (line_throttle() and line_unthrottle() in arch/um/drivers/line.c, 6.1). So many bytes of input
 * may be on their way, each in a separate packet at worst. */
#define UML_UNANSWERED (3968 / (PACKET_HEAD + 1) - 32)

/* Whether a Ctrl-C byte means us and not the program: before it runs, after it ended, and when the
 * user insists. */
static bool is_for_us(struct machine *machine)
{
	unsigned int words = machine->wire.words;
	int64_t now = machine_now_ms(), first = machine->interrupts[0];

	machine->interrupts[0] = machine->interrupts[1];
	machine->interrupts[1] = now;
	return !(words & WIRE_READY) || (words & WIRE_EXIT) || (first && now - first <= 1000);
}

/* Ctrl-a x ends the machine, as in QEMU, which has the other keys (Ctrl-a h). */
static bool is_end_key(struct machine *machine, uint8_t key)
{
	bool is_end = machine->is_escaped && key == 'x';

	machine->is_escaped = key == CTRL_A && !machine->is_escaped;
	return is_end && machine->config->has_keys;
}

static void read_keys(struct machine *machine)
{
	uint8_t block[1024];
	size_t space = queue_space(&machine->to_console);
	ssize_t len = read(STDIN_FILENO, block, space < sizeof(block) ? space : sizeof(block));
	bool is_terminal = isatty(STDIN_FILENO);

	if (len <= 0) {
		machine->stdin_ended = len == 0 || (errno != EINTR && errno != EAGAIN);
		if (machine->stdin_ended && !is_terminal)
			queue_add(&machine->to_console, (struct span){ (uint8_t[]){ CTRL_D }, 1 });
		return;
	}
	for (ssize_t i = 0; i < len && is_terminal; i++)
		if (is_end_key(machine, block[i]) || (block[i] == CTRL_C && is_for_us(machine)))
			machine_interrupted(machine, SIGINT);
	queue_add(&machine->to_console, (struct span){ block, (size_t)len });
}

/* Bytes of stdin that may be sent now. */
static size_t usable_credit(const struct machine *machine)
{
	size_t reserve = machine->config->type == MACHINE_UML ? PACKET_LINE - UML_UNANSWERED : 0;

	return machine->credit > reserve ? machine->credit - reserve : 0;
}

/* Only as much as the guest has room for; the rest stays in the pipe for its next reader. */
static void read_stdin(struct machine *machine)
{
	uint8_t head[PACKET_HEAD], block[PACKET_MAX];
	size_t credit = usable_credit(machine);
	size_t want = credit < sizeof(block) ? credit : sizeof(block);
	ssize_t len = read(STDIN_FILENO, block, want);

	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (len <= 0) {
		machine->stdin_ended = 1;
		len = 0;
	}
	packet_head(head, PACKET_IN, (unsigned int)len);
	queue_add(&machine->to_stdio, (struct span){ head, sizeof(head) });
	queue_add(&machine->to_stdio, (struct span){ block, (size_t)len });
	machine->credit -= (size_t)len;
}

bool machine_reads_console(const struct machine *machine)
{
	return !machine->config->tells_ready ||
	       (machine->wire.words & (WIRE_READY | WIRE_HANDOFF | WIRE_FAILED));
}

int machine_wants_input(const struct machine *machine)
{
	if (machine->stdin_ended || machine->reaped)
		return 0;
	if (machine->config->stdio == STDIO_PIPE)
		return usable_credit(machine) &&
		       queue_space(&machine->to_stdio) >= PACKET_HEAD + PACKET_MAX;
	/* A terminal is read all the same, for its Ctrl-C, and the rest waits. */
	if (!machine_reads_console(machine) && !isatty(STDIN_FILENO))
		return 0;
	return queue_space(&machine->to_console) > 0;
}

bool machine_is_on_terminal(const struct machine *machine)
{
	return machine->config->stdio == STDIO_CONSOLE && isatty(STDIN_FILENO);
}

/* A socket that has room at all has it for these few bytes. */
void machine_send_window(struct machine *machine)
{
	uint8_t packets[2 * PACKET_HEAD];
	struct winsize size;

	machine->window_changed = false;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return;
	packet_head(packets, PACKET_ROWS, size.ws_row);
	packet_head(packets + PACKET_HEAD, PACKET_COLUMNS, size.ws_col);
	send(machine->port, packets, sizeof(packets), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void machine_read_input(struct machine *machine)
{
	if (machine->config->stdio == STDIO_PIPE)
		read_stdin(machine);
	else
		read_keys(machine);
}
