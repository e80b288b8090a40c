// SPDX-License-Identifier: MIT
/* fuzz_wire.c - PROPERTY: cuts by chance change nothing; no byte moves the cursor. */
#include <stdlib.h>

#include "init/pure/packets.h"
#include "tools/lib/machine/panic.h"
#include "tools/lib/machine/wire.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_wire(const uint8_t *data, size_t size, size_t piece)
{
	struct wire whole = { 0 }, parts = { 0 };

	wire_feed(&whole, (struct span){ data, size });
	for (size_t at = 0; at < size; at += piece)
		wire_feed(&parts,
			  (struct span){ data + at, size - at < piece ? size - at : piece });
	CHECK(whole.words == parts.words && whole.status == parts.status);
	CHECK(!strcmp(whole.failed, parts.failed) && !strcmp(whole.said, parts.said));
	CHECK(whole.within_count == parts.within_count && whole.within_s == parts.within_s);
	CHECK(whole.status >= 0 && whole.status < 256);
	for (const char *at = whole.failed; *at; at++)
		CHECK((uint8_t)*at >= ' ' && *at != 0x7f);
}

static void check_panic(const uint8_t *data, size_t size, size_t piece)
{
	struct panic_watch whole = { 0 }, parts = { 0 };

	panic_watch_feed(&whole, (struct span){ data, size });
	for (size_t at = 0; at < size; at += piece)
		panic_watch_feed(&parts,
				 (struct span){ data + at, size - at < piece ? size - at : piece });
	CHECK(whole.shown == parts.shown && whole.at_line_start == parts.at_line_start);
	CHECK(!strcmp(whole.text, parts.text) && (whole.text[0] || !whole.shown));
	for (const char *at = whole.text; *at; at++)
		CHECK((uint8_t)*at >= ' ' && (uint8_t)*at < 0x7f);
}

struct sum {
	uint64_t bytes, credit, ends, bad;
};

/* Order and content of what comes out as one number each. */
static struct sum sum_packets(const uint8_t *data, size_t size, size_t piece)
{
	struct packet_reader packets = { 0 };
	struct sum sum = { 0 };
	struct packet_piece got;
	int result;

	for (size_t at = 0; at < size && !sum.bad; at += piece) {
		struct span in = { data + at, size - at < piece ? size - at : piece };

		while ((result = packet_next(&packets, &in, &got)) > 0) {
			for (size_t i = 0; i < got.data.len; i++)
				sum.bytes = sum.bytes * 31 + got.data.data[i] + got.kind;
			sum.credit += got.kind == PACKET_CREDIT ? got.len : 0;
			sum.ends += got.kind == PACKET_END;
		}
		sum.bad = result < 0;
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? data[0] % 17 + 1u : 1;
	struct sum whole = sum_packets(data, size, size + 1),
		   parts = sum_packets(data, size, piece);

	check_wire(data, size, piece);
	check_panic(data, size, piece);
	CHECK(whole.bytes == parts.bytes && whole.credit == parts.credit);
	CHECK(whole.ends == parts.ends && whole.bad == parts.bad);
	return 0;
}
