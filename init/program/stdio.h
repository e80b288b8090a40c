/* SPDX-License-Identifier: MIT */
/* stdio.h - a program's standard streams over a serial port (rdinit.stdio=). */
#ifndef RDINIT_PROGRAM_STDIO_H
#define RDINIT_PROGRAM_STDIO_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/packets.h"

/* Carries the streams as packets (init/pure/packets.h) while the loop runs. */
struct stdio {
	struct loop *loop; /* NULL: the program uses the console */
	struct loop_descriptor port, in, out, err; /* fd -1: closed */
	struct packet_reader reader;
	uint8_t input[PACKET_MAX]; /* not yet written to the program */
	size_t input_len;
	bool input_ended; /* the host sent the end of the input */
	uint8_t packet[PACKET_HEAD + PACKET_MAX]; /* not yet written to the host */
	size_t packet_at, packet_len;
	unsigned int credit; /* bytes to grant to the host */
	bool has_ended; /* the last packet is in `packet` */
	bool is_over; /* the port has sent it */
	struct loop_child drain;
};

/*
 * Makes three pipes and connects them to the serial port `port` ("ttyS1"). Writes the program's
 * ends to `ends`; -1 each, for the console, if `port` is NULL or cannot be used (already logged).
 */
void stdio_open(struct stdio *stdio, struct loop *loop, const char *port, int ends[3]);

/* Closes /init's copies of the program's ends, after the program has started. */
void stdio_close(int ends[3]);

/* Whether all is done: every writer has closed its end, and the port has sent the last byte. */
bool stdio_is_over(const struct stdio *stdio);

#endif
