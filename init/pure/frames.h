/* SPDX-License-Identifier: MIT */
/*
 * frames.h - a program's standard streams, in frames on one serial line.
 *
 * A frame is a kind, a length of two bytes (little endian) and, for the kinds that carry data,
 * that many bytes. The machine sends FRAME_OUT, FRAME_ERR, FRAME_CREDIT (the host may send this
 * many more bytes of input; no data follow) and at last FRAME_END. The host sends FRAME_IN, never
 * more than its credit; one of length 0 is the end of the input. A serial port has no flow
 * control that QEMU would honour: hence the credit.
 */
#ifndef RDINIT_PURE_FRAMES_H
#define RDINIT_PURE_FRAMES_H

#include "init/pure/span.h"

#define FRAME_HEAD 3
#define FRAME_MAX 4096 /* bytes of data in one frame, and the host's first credit */

enum frame_kind {
	FRAME_OUT = 'o',
	FRAME_ERR = 'e',
	FRAME_CREDIT = 'c',
	FRAME_END = 'x',
	FRAME_IN = 'i',
};

/* Starts as all zeros. */
struct frame_reader {
	uint8_t head[FRAME_HEAD];
	unsigned int have; /* bytes of the head */
	unsigned int left; /* bytes of data still to come */
};

/* Either a whole head (data.data is NULL) or a piece of the data after it. */
struct frame_piece {
	enum frame_kind kind;
	unsigned int len; /* as the head has it */
	struct span data;
};

/* Takes the next piece off `rest`. 1; 0 when `rest` is used up; -EPROTO: no such kind, or a
 * length over FRAME_MAX. */
int frame_next(struct frame_reader *reader, struct span *rest, struct frame_piece *piece);

void frame_head(uint8_t head[FRAME_HEAD], enum frame_kind kind, unsigned int len);

#endif
