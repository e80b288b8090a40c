// SPDX-License-Identifier: MIT
/* zfs.c - members of ZFS pools. Source: Sun's "ZFS On-Disk Specification"; RFC 4506 (XDR). */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/sum.h"
#include "init/pure/text.h"

#define PAIRS_AT 16384 /* bytes: in the first of four labels, the configuration */
#define PAIRS_SIZE 4096 /* bytes that are read: name and number of the pool come early */
#define SUMMED (112 * 1024) /* bytes from PAIRS_AT on, the sum the last of them */
#define TAIL 40 /* bytes: the magic, the sum */
#define MAGIC 0x0210da7ab10c7a11u
#define LABELS 4
#define LABEL_SIZE (256 * 1024ull)
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
static void parse_pair(struct span pair, struct finding *finding)
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

static void parse_pairs(struct span list, struct finding *finding)
{
	size_t at = HEAD;
	struct span head;

	while ((head = span_cut(list, at, 12)).data && be32(head.data)) {
		struct span pair = span_cut(list, at, be32(head.data));

		if (pair.len < 12)
			return;
		parse_pair(pair, finding);
		at += pair.len;
	}
}

/* Whether the configuration of the label at this offset is as it was written. The checksum is
 * computed with its own offset in place of itself; the order of the magic's bytes shows the
 * writer's byte order. */
static int is_right(struct view *view, uint64_t label)
{
	struct span tail = view_cut(view, label + PAIRS_AT + SUMMED - TAIL, TAIL);
	uint8_t place[SHA256_SIZE] = { 0 }, sum[SHA256_SIZE];
	int is_big = tail.data && be64(tail.data) == MAGIC;

	if (!tail.data || (!is_big && le64(tail.data) != MAGIC))
		return 0;
	for (int i = 0; i < 8; i++)
		place[i ^ (is_big ? 7 : 0)] = (uint8_t)((label + PAIRS_AT) >> (8 * i));
	if (!sum_sha256(view, label + PAIRS_AT, SUMMED, SUMMED - SHA256_SIZE,
			(struct span){ place, sizeof(place) }, sum))
		return 0;
	for (int i = 0; i < SHA256_SIZE; i++)
		if (tail.data[8 + i] != sum[i ^ (is_big ? 0 : 7)])
			return 0;
	return 1;
}

/* Two labels at the start, two at the end: any of them makes a member. */
static uint64_t label_at(const struct view *view, int number)
{
	uint64_t end = view->size / LABEL_SIZE * LABEL_SIZE;

	return number < LABELS / 2 ? (uint64_t)number * LABEL_SIZE
				   : end - (uint64_t)(LABELS - number) * LABEL_SIZE;
}

static int is_list(struct span list)
{
	/* XDR, either byte order; version 0 of a list whose names are unique. */
	return list.data && list.data[0] == 1 && list.data[1] <= 1 && be16(list.data + 2) == 0 &&
	       be32(list.data + 4) == 0 && be32(list.data + 8) == 1;
}

void probe_zfs(struct view *view, struct finding *finding)
{
	if (!is_list(view_cut(view, PAIRS_AT, PAIRS_SIZE)))
		return;
	finding->format = FORMAT_ZFS;
	finding->damage = DAMAGE_CHECKSUM;
	for (int i = 0; i < LABELS && finding->damage == DAMAGE_CHECKSUM && !view->want_len; i++) {
		struct span list = view_cut(view, label_at(view, i) + PAIRS_AT, PAIRS_SIZE);

		if (!is_list(list) || !is_right(view, label_at(view, i)))
			continue;
		parse_pairs(list, finding);
		finding->damage = finding->uuid[0] ? DAMAGE_NONE : DAMAGE_FIELDS;
	}
}
