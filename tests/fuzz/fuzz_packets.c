// SPDX-License-Identifier: MIT
/* fuzz_packets.c - PROPERTY: a stream written as packets is read back, however it is cut. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/packets.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STREAM_MAX 8192

/* Writes `data` as packets whose lengths are taken from it. The stream's length. */
static size_t write_stream(const uint8_t *data, size_t size, uint8_t *stream)
{
	size_t len = 0;

	for (size_t at = 0; at < size;) {
		size_t piece = data[at] % 61 + 1u;

		if (piece > size - at)
			piece = size - at;
		if (len + PACKET_HEAD + piece > STREAM_MAX)
			break;
		packet_head(stream + len, data[at] & 64 ? PACKET_OUT : PACKET_ERR,
			    (unsigned int)piece);
		memcpy(stream + len + PACKET_HEAD, data + at, piece);
		len += PACKET_HEAD + piece;
		at += piece;
	}
	return len;
}

/* Any bytes: never past the end, and each piece no longer than its packet. */
static void check_any(struct span in)
{
	const uint8_t *end = in.data + in.len;
	struct packet_reader reader = { .have = 0 };
	struct packet_piece piece;

	while (packet_next(&reader, &in, &piece) > 0) {
		CHECK(in.data + in.len == end && reader.left <= PACKET_MAX);
		CHECK(piece.data.len <= piece.len && reader.left <= piece.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t stream[STREAM_MAX];
	struct packet_reader reader = { .have = 0 };
	size_t cut = size ? data[0] % 19 + 1u : 1, len, read = 0;
	struct packet_piece piece;

	check_any((struct span){ data, size });
	len = write_stream(data, size, stream);
	for (size_t at = 0; at < len; at += cut) {
		struct span in = { stream + at, len - at < cut ? len - at : cut };

		while (packet_next(&reader, &in, &piece) > 0) {
			CHECK(!piece.data.data ||
			      !memcmp(piece.data.data, data + read, piece.data.len));
			read += piece.data.len;
		}
		CHECK(in.len == 0);
	}
	CHECK(reader.left == 0 && reader.have == 0 && read <= size);
	CHECK(read == size || len + PACKET_HEAD + 61 > STREAM_MAX);
	return 0;
}
