/* SPDX-License-Identifier: MIT */
/* machine_state.h - what the parts of a run know about it: machine*.c, spawn.c, exit_report.c. */
#ifndef TOOLS_LIB_MACHINE_STATE_H
#define TOOLS_LIB_MACHINE_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/pure/packets.h"
#include "tools/lib/machine/machine.h"
#include "tools/lib/machine/panic.h"
#include "tools/lib/machine/queue.h"
#include "tools/lib/machine/wire.h"

#define MACHINE_BLOCK 65536 /* bytes of one read from the guest */

enum machine_end {
	END_ITSELF, /* QEMU ended without our doing */
	END_SIGNAL, /* a signal to us, or Ctrl-C: `signal` */
	END_TIMEOUT,
	END_PANIC, /* the kernel panicked before a program ran, and stayed */
	END_LINGERS, /* /init said when the machine ends at the latest, and it did not */
	END_HALTED, /* /init said that the machine halts: it stands still until it is ended */
	END_AGAIN, /* the machine booted a second time */
	END_NO_READER, /* stdout is closed */
	END_PROTOCOL, /* the second serial port does not speak packets */
};

struct machine {
	const struct machine_config *config;
	pid_t pid;
	int kill_signal; /* that ends it at once */
	int reaped; /* wait_status is valid */
	int wait_status;

	/* Our ends; -1 once they are closed. */
	int monitor, order; /* of a machine that is saved or restored */
	int keys, console, wire_fd, status_fd, errors, signals;
	/* The program's streams: a serial line, or a port of virtio-serial. Until the guest has
	 * chosen one by sending something there, both are open; then `stdio` is that one. */
	int stdio, port;

	struct queue to_console, to_stdio, to_stdout, to_stderr;
	struct queue kept_console, kept_errors; /* the newest bytes */
	struct wire wire;
	struct packet_reader packets;
	size_t credit; /* bytes of stdin that the guest has room for */
	int stdin_ended;
	bool window_changed; /* the guest is to learn the size of our terminal */
	int output_ended; /* the guest sent everything; what follows is a second boot */

	enum machine_end end;
	int signal;
	struct panic_watch console_watch, error_watch;
	int64_t timeout_at; /* ms of CLOCK_MONOTONIC, 0 for none */
	int64_t deadline; /* the same, for the guest's next word or its end: then `at_deadline` */
	enum machine_end at_deadline;
	int64_t drain_until; /* 0, or when to stop waiting for slow readers */
	int64_t started, ready_at, exited_at; /* ms; 0: not yet */
	int64_t shown_s; /* seconds of the boot that a terminal shows */
	bool is_escaped; /* the last key was Ctrl-a */
	int64_t interrupts[2]; /* ms: the last two Ctrl-C */
};

int64_t machine_now_ms(void); /* CLOCK_MONOTONIC */

/* Heeds the signals that came to us. */
void machine_read_signals(struct machine *machine);

/* Ends the run once; the first reason is the one that counts. */
void machine_finish(struct machine *machine, enum machine_end end);

/* The run ends for `end` if nothing else comes within `in_ms` ms. */
void machine_set_deadline(struct machine *machine, int64_t in_ms, enum machine_end end);

/* Once the program has ended, or a step has failed and /init ends the machine, only the end is
 * missing: /init says how long each part of it takes at the most. */
void machine_expect_end(struct machine *machine);

void machine_close_end(int *fd); /* and makes it -1 */

/* Ends the run for a signal to us. */
void machine_interrupted(struct machine *machine, int number);

/* Whether a process in the guest reads the console: a serial port that nobody has opened yet loses
 * its input. Unknown for an /init that is not rdinit's. */
bool machine_reads_console(const struct machine *machine);

/* Whether the guest has use for more of our stdin now, and taking some of it. */
int machine_wants_input(const struct machine *machine);
void machine_read_input(struct machine *machine);

/* Whether stdin is a terminal that is the guest's console. */
bool machine_is_on_terminal(const struct machine *machine);

/* Sends the size of our terminal on the port, which has room. */
void machine_send_window(struct machine *machine);

/* machine_output.c: one read of what the guest has sent there. An end that is over is closed. */
void machine_read_wire(struct machine *machine, int *fd);
void machine_read_console(struct machine *machine);
void machine_read_stdio(struct machine *machine);
void machine_read_errors(struct machine *machine);

/* The first byte of the guest: it has chosen the line or the port. */
void machine_choose_stdio(struct machine *machine, bool is_port);

/* warm.c: makes the machine go on where it was saved, plugs in its shares, and sends the order.
 * NULL, or why that failed, malloc'd. */
char *machine_restore(struct machine *machine);

/* warm.c: waits until /init waits for its order, and saves the machine. The same results. */
char *machine_wait_and_save(struct machine *machine);

/* Starts QEMU and opens our ends. 0, or -1 after reporting. */
int machine_spawn(struct machine *machine, const char *program);

/* The exit status once everything is over, after reporting what went wrong. Text on the console is
 * no proof: it chooses among sentences and reasons, and a status only after `handoff`. */
int machine_exit_report(const struct machine *machine, struct machine_result *result);

#endif
