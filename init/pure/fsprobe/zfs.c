/* zfs.c - members of ZFS pools. Source: Sun's "ZFS On-Disk Specification"; RFC 4506 (XDR). */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/text.h"

#define PAIRS_AT 16384 /* bytes: in the first of four labels, the configuration */
#define PAIRS_SIZE 4096 /* what is looked at: name and number of the pool come early */
#define HEAD 12 /* encoding and byte order; version and flags of the list */
#define STRING 9 /* types of a value */
#define NUMBER 8

/* The number in decimal: what zpool(8) shows. */
static void write_number(char *text, uint64_t number)
{
	char digits[24];
	size_t len = 0, used = 0;

	do
		digits[len++] = (char)('0' + number % 10);
	while (number /= 10);
	while (len)
		text[used++] = digits[--len];
	text[used] = '\0';
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static int is_named(struct span name, const char *wanted)
{
	return name.len == strlen(wanted) && !memcmp(name.data, wanted, name.len);
}

/* One pair: its sizes, its name, the type of the value, a count, the value. */
static void take_pair(struct span pair, struct finding *finding)
{
	struct span name = span_cut(pair, 12, be32(pair.data + 8)), value;
	size_t at = 12 + padded(name.len);

	value = span_cut(pair, at, 16);
	if (!name.data || !value.data)
		return;
	if (be32(value.data) == NUMBER && is_named(name, "pool_guid"))
		write_number(finding->uuid, be64(value.data + 8));
	else if (be32(value.data) == STRING && is_named(name, "name"))
		text_label(finding->label, sizeof(finding->label),
			   span_cut(pair, at + 12, be32(value.data + 8)));
}

static void take_pairs(struct span list, struct finding *finding)
{
	size_t at = HEAD;
	struct span head;

	while ((head = span_cut(list, at, 12)).data && be32(head.data)) {
		struct span pair = span_cut(list, at, be32(head.data));

		if (pair.len < 12)
			return;
		take_pair(pair, finding);
		at += pair.len;
	}
}

void probe_zfs(struct view *view, struct finding *finding)
{
	static const uint8_t begin[] = { 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

	struct span list = view_cut(view, PAIRS_AT, PAIRS_SIZE);

	if (!list.data || memcmp(list.data, begin, sizeof(begin)))
		return;
	take_pairs(list, finding);
	if (finding->uuid[0])
		finding->format = FORMAT_ZFS;
}
