/* SPDX-License-Identifier: MIT */
/*
 * packets.h - a program's standard streams, in packets on one serial line.
 *
 * A packet is a kind, a length of two bytes (little endian) and, for the kinds that carry data,
 * that many bytes. The guest sends PACKET_OUT, PACKET_ERR, PACKET_CREDIT (the host may send this
 * many more bytes of input; no data follow) and finally PACKET_END. The host sends PACKET_IN, never
 * more than its credit; length 0 is the end of the input. The credit is needed because QEMU ignores
 * the serial port's flow control.
 */
#ifndef RDINIT_PURE_PACKETS_H
#define RDINIT_PURE_PACKETS_H

#include "init/pure/span.h"

#define PACKET_HEAD 3
#define PACKET_MAX 4096 /* bytes of data in one packet, and the host's first credit */

enum packet_kind {
	PACKET_OUT = 'o',
	PACKET_ERR = 'e',
	PACKET_CREDIT = 'c',
	PACKET_END = 'x',
	PACKET_IN = 'i',
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

/* Splits the next piece off `rest`. Returns 1; 0 if `rest` is empty; -EPROTO: no such kind, or a
 * length over PACKET_MAX. */
int packet_next(struct packet_reader *reader, struct span *rest, struct packet_piece *piece);

void packet_head(uint8_t head[PACKET_HEAD], enum packet_kind kind, unsigned int len);

#endif
