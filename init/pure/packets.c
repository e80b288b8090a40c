// SPDX-License-Identifier: MIT
/* packets.c - a program's standard streams, in packets on one port. */
#include "init/pure/packets.h"

#include <errno.h>

static int carries_data(uint8_t kind)
{
	return kind == PACKET_OUT || kind == PACKET_ERR || kind == PACKET_IN;
}

static int is_kind(uint8_t kind)
{
	return carries_data(kind) || kind == PACKET_CREDIT || kind == PACKET_END ||
	       kind == PACKET_ROWS || kind == PACKET_COLUMNS;
}

static void skip(struct span *rest, size_t len)
{
	rest->data += len;
	rest->len -= len;
}

int packet_next(struct packet_reader *reader, struct span *rest, struct packet_piece *piece)
{
	if (rest->len && reader->left) {
		size_t len = rest->len < reader->left ? rest->len : reader->left;

		piece->kind = (enum packet_kind)reader->head[0];
		piece->len = le16(reader->head + 1);
		piece->data = span_cut(*rest, 0, len);
		reader->left -= (unsigned int)len;
		skip(rest, len);
		return 1;
	}
	while (rest->len && reader->have < PACKET_HEAD) {
		reader->head[reader->have++] = rest->data[0];
		skip(rest, 1);
	}
	if (reader->have < PACKET_HEAD)
		return 0;
	reader->have = 0;
	piece->kind = (enum packet_kind)reader->head[0];
	piece->len = le16(reader->head + 1);
	piece->data = (struct span){ NULL, 0 };
	if (!is_kind(reader->head[0]))
		return -EPROTO;
	reader->left = carries_data(reader->head[0]) ? piece->len : 0;
	if (reader->left > PACKET_MAX)
		return -EPROTO;
	return 1;
}

void packet_head(uint8_t head[PACKET_HEAD], enum packet_kind kind, unsigned int len)
{
	head[0] = (uint8_t)kind;
	head[1] = (uint8_t)len;
	head[2] = (uint8_t)(len >> 8);
}
