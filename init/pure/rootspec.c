// SPDX-License-Identifier: MIT
/* rootspec.c - parse root= and compare it with a finding. */
#include "init/pure/rootspec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/find.h"
#include "init/pure/number.h"
#include "init/pure/partitions.h"

#define MAJOR_MAX 0xfffU /* the kernel's dev_t has 12 bits of it */
#define MINOR_MAX 0xfffffU /* and 20 of this */
#define PART_MAX 16 /* digits of one half and its NUL */
#define OFFSET_WORD "/PARTNROFF="
#define OFFSET_MAX 255
#define DISK_LINKS "/dev/disk/"

/* The Discoverable Partitions Specification's root for x86-64. */
#define TYPE_ROOT "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"

#define NO_FIELD USHRT_MAX

enum letters { EXACT, ANY_CASE };

static const struct name {
	unsigned char kind, letters; /* enum rootspec_kind, letters */
	unsigned short field; /* in struct finding; NO_FIELD: a name of the disk */
	char word[11], directory[14]; /* "": none */
} names[] = {
	{ ROOTSPEC_UUID, ANY_CASE, offsetof(struct finding, uuid), "UUID=", "by-uuid/" },
	{ ROOTSPEC_LABEL, EXACT, offsetof(struct finding, label), "LABEL=", "by-label/" },
	{ ROOTSPEC_PARTUUID, ANY_CASE, offsetof(struct finding, part_uuid),
	  "PARTUUID=", "by-partuuid/" },
	{ ROOTSPEC_PARTLABEL, EXACT, offsetof(struct finding, part_label),
	  "PARTLABEL=", "by-partlabel/" },
	{ ROOTSPEC_WWID, EXACT, NO_FIELD, "WWID=", "" },
	{ ROOTSPEC_ID, EXACT, NO_FIELD, "", "by-id/" },
	{ ROOTSPEC_DISKPATH, EXACT, NO_FIELD, "", "by-path/" },
};

#define NAMES COUNT(names)
#define PART_WORD "-part"

static int parse_pair(const char *text, const char *colon, struct rootspec *spec)
{
	char major[PART_MAX];
	size_t len = (size_t)(colon - text);

	if (len >= sizeof(major))
		return -EINVAL;
	memcpy(major, text, len);
	major[len] = '\0';
	if (!number_parse(major, 10, MAJOR_MAX, &spec->major) ||
	    !number_parse(colon + 1, 10, MINOR_MAX, &spec->minor))
		return -EINVAL;
	return 0;
}

/* new_decode_dev(): mmmMMMmm, the minor's low byte last. */
static int parse_hex(const char *text, struct rootspec *spec)
{
	unsigned int dev;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (!number_parse(text, 16, 0xffffffffU, &dev))
		return -EINVAL;
	spec->major = (dev & 0xfff00U) >> 8;
	spec->minor = (dev & 0xffU) | ((dev >> 12) & 0xfff00U);
	return 0;
}

/* The byte of "\x20" at `text`, or -1. */
static int escaped(const char *text)
{
	char digits[3] = "";
	unsigned int byte;

	if (text[0] != '\\' || text[1] != 'x' || !text[2] || !text[3])
		return -1;
	memcpy(digits, text + 2, 2);
	return number_parse(digits, 16, 0xff, &byte) && byte ? (int)byte : -1;
}

/* Without the quotes around it; udev's escapes undone. */
static int parse_value(const char *text, struct rootspec *spec)
{
	size_t len = strlen(text), used = 0;

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(spec->value))
		return -EINVAL;
	for (size_t i = 0; i < len; used++) {
		int byte = len - i >= 4 ? escaped(text + i) : -1;

		spec->value[used] = byte < 0 ? text[i] : (char)byte;
		i += byte < 0 ? 1 : 4;
	}
	spec->value[used] = '\0';
	return 0;
}

static int parse_offset(struct rootspec *spec)
{
	char *at = text_find(spec->value, OFFSET_WORD);
	unsigned int offset;
	int is_before;

	if (spec->kind != ROOTSPEC_PARTUUID || !at)
		return 0;
	*at = '\0';
	at += strlen(OFFSET_WORD);
	is_before = *at == '-';
	if (!number_parse(at + is_before, 10, OFFSET_MAX, &offset))
		return -EINVAL;
	spec->offset = is_before ? -(int)offset : (int)offset;
	return 0;
}

/* "-partN" at the end. */
static int parse_part(struct rootspec *spec)
{
	char *at = spec->value;

	for (char *next; (next = text_find(at + 1, PART_WORD));)
		at = next;
	if (at > spec->value && number_parse(at + strlen(PART_WORD), 10, MINOR_MAX, &spec->part) &&
	    spec->part)
		*at = '\0';
	return 0;
}

int rootspec_is_of_disk(const struct rootspec *spec)
{
	return spec->kind >= ROOTSPEC_WWID && spec->kind <= ROOTSPEC_DISKPATH;
}

static int parse_name(const char *text, struct rootspec *spec)
{
	int is_link = strncmp(text, DISK_LINKS, strlen(DISK_LINKS)) == 0;

	if (is_link)
		text += strlen(DISK_LINKS);
	for (size_t i = 0; i < NAMES; i++) {
		const char *prefix = is_link ? names[i].directory : names[i].word;

		if (!*prefix || strncmp(text, prefix, strlen(prefix)))
			continue;
		spec->kind = names[i].kind;
		if (parse_value(text + strlen(prefix), spec))
			return -EINVAL;
		return rootspec_is_of_disk(spec) ? parse_part(spec) : parse_offset(spec);
	}
	return is_link ? -EOPNOTSUPP : -ENOENT;
}

int rootspec_parse(const char *text, struct rootspec *spec)
{
	const char *colon = strchr(text, ':');
	int error;

	memset(spec, 0, sizeof(*spec));
	error = parse_name(text, spec);
	if (error != -ENOENT)
		return error;
	if (strcmp(text, "gpt-auto") == 0) {
		spec->kind = ROOTSPEC_GPT_AUTO;
		return 0;
	}
	if (strncmp(text, "/dev/", 5) == 0) {
		spec->kind = ROOTSPEC_PATH;
		spec->path = text;
		return text[5] ? 0 : -EINVAL;
	}
	spec->kind = ROOTSPEC_NUMBER;
	return colon ? parse_pair(text, colon, spec) : parse_hex(text, spec);
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int is_same(const char *a, const char *b, enum letters letters)
{
	if (letters == EXACT)
		return strcmp(a, b) == 0;
	while (*a && lower(*a) == lower(*b))
		a++, b++;
	return lower(*a) == lower(*b);
}

/* The identifier of a partition table is not a name of a file system. */
static const char *field_of(const struct finding *finding, const struct name *name)
{
	if (name->field == NO_FIELD ||
	    (name->kind == ROOTSPEC_UUID && format_info(finding->format).use == USE_TABLE))
		return "";
	return (const char *)finding + name->field;
}

int rootspec_matches(const struct rootspec *spec, const struct finding *finding)
{
	if (spec->kind == ROOTSPEC_GPT_AUTO)
		return strcmp(finding->part_type, TYPE_ROOT) == 0 &&
		       !(finding->part_flags & PARTITION_NO_AUTO);
	for (size_t i = 0; i < NAMES; i++)
		if (names[i].kind == spec->kind && names[i].field != NO_FIELD)
			return is_same(spec->value, field_of(finding, &names[i]), names[i].letters);
	return 0;
}

const char *rootspec_near(const struct rootspec *spec, const struct finding *finding)
{
	if (!spec->value[0] || rootspec_matches(spec, finding))
		return NULL;
	for (size_t i = 0; i < NAMES; i++)
		if (is_same(spec->value, field_of(finding, &names[i]), ANY_CASE))
			return names[i].word;
	return NULL;
}

const char *rootspec_value(const char *word, const struct finding *finding)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i].word, word) == 0)
			return field_of(finding, &names[i]);
	return "";
}
