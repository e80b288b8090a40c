// SPDX-License-Identifier: MIT
/* newc_sieve.c - an archive on its way in, of which the files' bytes are not kept. */
#include "tools/lib/cpio/newc_sieve.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t smaller(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

static size_t name_end(const struct newc_sieve *sieve)
{
	size_t end = NEWC_HEADER + (size_t)sieve->fields.namesize;

	return sieve->start + end + newc_padding(end);
}

static void begin_entry(struct newc_sieve *sieve)
{
	sieve->start = sieve->kept->len;
	sieve->state = SIEVE_HEADER;
}

static void begin_gap(struct newc_sieve *sieve, uint64_t len)
{
	size_t count = sieve->gap_count++;

	if (!(count & (count - 1)))
		sieve->gaps =
			xreallocarray(sieve->gaps, count ? 2 * count : 1, sizeof(*sieve->gaps));
	sieve->gaps[count] = (struct newc_gap){ .at = sieve->kept->len };
	sieve->left = len;
	begin_entry(sieve);
}

/* Strange bytes are kept: newc_next() reports them. */
static void end_header(struct newc_sieve *sieve)
{
	const uint8_t *header = (const uint8_t *)sieve->kept->data + sieve->start;
	bool is_entry = !memcmp(header, "070701", 6) && !newc_fields_read(header, &sieve->fields);

	is_entry = is_entry && sieve->fields.namesize && sieve->fields.namesize <= PATH_MAX;
	sieve->state = is_entry ? SIEVE_NAME : SIEVE_ALL;
}

static void end_name(struct newc_sieve *sieve)
{
	uint32_t kind = sieve->fields.mode & S_IFMT, size = sieve->fields.size;

	if (size && kind == S_IFREG)
		begin_gap(sieve, (uint64_t)size + newc_padding(size));
	else if (!size)
		begin_entry(sieve);
	else
		sieve->state = kind == S_IFLNK && size <= PATH_MAX ? SIEVE_DATA : SIEVE_ALL;
}

/* Up to where `kept` must grow before something is known; 0: it takes all. */
static size_t wanted(const struct newc_sieve *sieve)
{
	size_t size = sieve->fields.size;

	switch (sieve->state) {
	case SIEVE_HEADER:
		return sieve->start + NEWC_HEADER;
	case SIEVE_NAME:
		return name_end(sieve);
	case SIEVE_DATA:
		return name_end(sieve) + size + newc_padding(size);
	default:
		return 0;
	}
}

static void end_state(struct newc_sieve *sieve)
{
	if (sieve->state == SIEVE_HEADER)
		end_header(sieve);
	else if (sieve->state == SIEVE_NAME)
		end_name(sieve);
	else
		begin_entry(sieve);
}

/* Zeros separate entries and follow the last: each is a new beginning. */
static size_t keep_zeros(struct newc_sieve *sieve, const char *data, size_t len)
{
	size_t count = 0;

	while (count < len && !data[count])
		count++;
	buffer_add(sieve->kept, data, count);
	begin_entry(sieve);
	return count;
}

static size_t keep(struct newc_sieve *sieve, const char *data, size_t len)
{
	size_t end = wanted(sieve), now;

	if (sieve->state == SIEVE_HEADER && sieve->kept->len == sieve->start && !*data)
		return keep_zeros(sieve, data, len);
	now = end ? smaller(end - sieve->kept->len, len) : len;
	buffer_add(sieve->kept, data, now);
	if (end && sieve->kept->len == end)
		end_state(sieve);
	return now;
}

static size_t drop(struct newc_sieve *sieve, size_t len)
{
	size_t now = smaller(sieve->left, len);

	sieve->gaps[sieve->gap_count - 1].len += now;
	sieve->left -= now;
	return now;
}

int newc_sieve_write(void *context, const void *data, size_t len)
{
	struct newc_sieve *sieve = context;
	const char *bytes = data;

	sieve->total += len;
	while (len) {
		size_t now = sieve->left ? drop(sieve, len) : keep(sieve, bytes, len);

		bytes += now;
		len -= now;
	}
	return 0;
}
