/* SPDX-License-Identifier: MIT */
/*
 * packets.h - a program's standard streams, in packets on one port.
 *
 * A packet is a kind, a length of two bytes (little endian) and, for the kinds that carry data,
 * that many bytes. The guest sends PACKET_OUT, PACKET_ERR, PACKET_CREDIT (the host may send this
 * many more bytes of input; no data follow) and finally PACKET_END. The host sends PACKET_IN, never
 * more than its credit; length 0 is the end of the input. It answers PACKET_END with PACKET_END:
 * it has everything, and the machine may power off. The credit is needed because QEMU ignores the
 * flow control of a serial port, and so that a program that does not read stops its input alone.
 *
 * Where the console has the streams, the host sends the size of its terminal on that port, as
 * PACKET_ROWS and PACKET_COLUMNS in this order: the length is the number, no data follow.
 */
#ifndef RDINIT_PURE_PACKETS_H
#define RDINIT_PURE_PACKETS_H

#include "init/pure/span.h"

#define PACKET_HEAD 3
/* Bytes of data in one packet. With its head, as much as virtio_console accepts in one write(2). */
#define PACKET_MAX (32768 - PACKET_HEAD)
#define PACKET_CREDIT_MAX 65535 /* bytes in one packet of that kind */
/* Bytes of input on their way: the credit of the host at first. */
#define PACKET_WINDOW (2 * PACKET_CREDIT_MAX)
/* Both on a serial line, where a packet of the other kind would wait for a long one. */
#define PACKET_LINE 4096

enum packet_kind {
	PACKET_OUT = 'o',
	PACKET_ERR = 'e',
	PACKET_CREDIT = 'c',
	PACKET_END = 'x',
	PACKET_IN = 'i',
	PACKET_ROWS = 'h',
	PACKET_COLUMNS = 'w',
};

/* Starts as all zeros. */
struct packet_reader {
	uint8_t head[PACKET_HEAD];
	unsigned int have; /* bytes of the head */
	unsigned int left; /* bytes of data still to come */
};

/* Either a whole head (data.data is NULL) or a piece of the data after it. */
struct packet_piece {
	enum packet_kind kind;
	unsigned int len; /* as the head has it */
	struct span data;
};

/* Splits the next piece off `rest`. Returns 1; 0 if `rest` is empty; -EPROTO: no such kind, or more
 * data than PACKET_MAX. */
int packet_next(struct packet_reader *reader, struct span *rest, struct packet_piece *piece);

void packet_head(uint8_t head[PACKET_HEAD], enum packet_kind kind, unsigned int len);

#endif
