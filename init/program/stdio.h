/* SPDX-License-Identifier: MIT */
/* stdio.h - a program's standard streams, in packets over one port (rdinit.stdio=). */
#ifndef RDINIT_PROGRAM_STDIO_H
#define RDINIT_PROGRAM_STDIO_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/packets.h"

/* Carries the streams as packets (init/pure/packets.h) while the loop runs. */
struct stdio {
	struct loop *loop; /* NULL: the program uses the console */
	bool has_port; /* stdio_use() was called */
	struct loop_descriptor port, in, out, err; /* fd -1: closed */
	bool port_is_gone; /* nothing comes from it, and what is sent is discarded */
	struct packet_reader reader;
	unsigned int block; /* bytes of data in one packet */
	uint8_t input[PACKET_WINDOW]; /* not yet written to the program */
	unsigned int window; /* bytes of it that are used */
	size_t input_at, input_len;
	bool input_ended; /* the host sent the end of the input */
	uint8_t packet[PACKET_HEAD + PACKET_MAX]; /* not yet written to the host */
	size_t packet_at, packet_len;
	unsigned int credit; /* bytes to grant to the host */
	bool has_ended; /* the last packet is in `packet`, or sent */
	bool is_acknowledged; /* the host has read it */
	bool is_over;
};

/* What a port is: how large its packets are. */
enum stdio_port { STDIO_VIRTIO, STDIO_LINE };

/* Chooses the port: `fd` is open, in raw mode, and does not block. */
void stdio_use(struct stdio *stdio, int fd, enum stdio_port kind);

/* Makes three pipes and connects them to the port. Writes the program's ends to `ends`; -1 each,
 * for the console, if there is no port, or on failure (already logged). */
void stdio_open(struct stdio *stdio, struct loop *loop, int ends[3]);

/* Closes /init's copies of the program's ends, after the program has started. */
void stdio_close(int ends[3]);

/* Whether all is done: every writer has closed its end, and the host has read the last byte. */
bool stdio_is_over(const struct stdio *stdio);

#endif
