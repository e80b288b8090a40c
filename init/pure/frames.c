// SPDX-License-Identifier: MIT
/* frames.c - a program's standard streams, in frames on one serial line. */
#include "init/pure/frames.h"

#include <errno.h>

static int carries_data(uint8_t kind)
{
	return kind == FRAME_OUT || kind == FRAME_ERR || kind == FRAME_IN;
}

static int is_kind(uint8_t kind)
{
	return carries_data(kind) || kind == FRAME_CREDIT || kind == FRAME_END;
}

static void skip(struct span *rest, size_t len)
{
	rest->data += len;
	rest->len -= len;
}

int frame_next(struct frame_reader *reader, struct span *rest, struct frame_piece *piece)
{
	if (rest->len && reader->left) {
		size_t len = rest->len < reader->left ? rest->len : reader->left;

		piece->kind = (enum frame_kind)reader->head[0];
		piece->len = le16(reader->head + 1);
		piece->data = span_cut(*rest, 0, len);
		reader->left -= (unsigned int)len;
		skip(rest, len);
		return 1;
	}
	while (rest->len && reader->have < FRAME_HEAD) {
		reader->head[reader->have++] = rest->data[0];
		skip(rest, 1);
	}
	if (reader->have < FRAME_HEAD)
		return 0;
	reader->have = 0;
	piece->kind = (enum frame_kind)reader->head[0];
	piece->len = le16(reader->head + 1);
	piece->data = (struct span){ NULL, 0 };
	if (!is_kind(reader->head[0]) || piece->len > FRAME_MAX)
		return -EPROTO;
	reader->left = carries_data(reader->head[0]) ? piece->len : 0;
	return 1;
}

void frame_head(uint8_t head[FRAME_HEAD], enum frame_kind kind, unsigned int len)
{
	head[0] = (uint8_t)kind;
	head[1] = (uint8_t)len;
	head[2] = (uint8_t)(len >> 8);
}
