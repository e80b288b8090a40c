// SPDX-License-Identifier: MIT
/* probe.c - prints what /init's own probes find in a file, for test_probe.py.
 *
 * usage: probe FILE                the finding: found type uuid label, a line each
 *        probe --part FILE         the same, as of a partition
 *        probe --cut FILE          the same of every prefix of whole sectors; prints how many, and
 * dies where one is named as more than it can be probe FILE NUMBER START   what the table in FILE
 * calls this partition */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/fsprobe/fsprobe.h"
#include "init/pure/partitions.h"

#define CUT_MAX (300 * 1024) /* bytes: past the last superblock at the start of a device */

static uint8_t *read_all(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;

	if (!file || fseek(file, 0, SEEK_END)) {
		perror(path);
		exit(2);
	}
	*len = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(*len ? *len : 1);
	if (!bytes || fread(bytes, 1, *len, file) != *len)
		exit(2);
	fclose(file);
	return bytes;
}

static uint8_t *passing; /* what the last read brought and the next may take away */
static int reads;

static void pass(void)
{
	free(passing); /* so that the sanitizer sees who looks at it later */
	passing = NULL;
}

static void feed(struct view *view, const uint8_t *bytes)
{
	const uint8_t *from = bytes + view->want_offset;

	reads++;
	pass();
	if (view->want_passes) {
		passing = malloc(view->want_len);
		from = memcpy(passing, from, view->want_len);
	}
	if (view_add(view, (struct span){ from, view->want_len })) {
		fprintf(stderr, "too many reads\n");
		exit(3);
	}
}

static int is_part;

static void probe(const uint8_t *bytes, size_t len, struct finding *finding)
{
	struct view view = { .size = len, .is_part = is_part };

	memset(finding, 0, sizeof(*finding));
	while (!fsprobe(&view, finding))
		feed(&view, bytes);
	pass();
	if (finding_check(finding))
		exit(4);
}

static void cut(const uint8_t *bytes, size_t len)
{
	struct finding finding;
	int count = 0;

	for (size_t at = 0; at < len && at <= CUT_MAX; at += 512, count++) {
		uint8_t *copy = malloc(at ? at : 1); /* so that the sanitizer sees each end */

		memcpy(copy, bytes, at);
		probe(copy, at, &finding);
		if (finding.found == FOUND_ONE)
			printf("%zu %s\n", at, format_info(finding.format).type);
		free(copy);
	}
	fprintf(stderr, "%d prefixes\n", count);
}

static void partition(const uint8_t *bytes, size_t len, unsigned int number, uint64_t start)
{
	struct finding finding = { 0 };
	struct view view = { .size = len };

	while (!partition_find(&view, number, start, &finding))
		feed(&view, bytes);
	printf("%s\n%s\n%s\n%llx\n", finding.part_uuid, finding.part_label, finding.part_type,
	       (unsigned long long)finding.part_flags);
}

static void whole(const uint8_t *bytes, size_t len)
{
	static const char *const found[] = { "nothing", "one", "damaged", "several", "unreadable" };
	struct finding finding;
	char text[512];

	probe(bytes, len, &finding);
	finding_describe(&finding, text, sizeof(text));
	printf("%s\n%s\n%s\n%s\n%s\n%d\n", found[finding.found], format_info(finding.format).type,
	       finding.uuid, finding.label, text, reads);
}

int main(int argc, char **argv)
{
	uint8_t *bytes;
	size_t len;

	if (argc < 2)
		return 2;
	bytes = read_all(argv[argc == 3 ? 2 : 1], &len);
	is_part = argc == 3 && strcmp(argv[1], "--part") == 0;
	if (argc == 3 && !is_part)
		cut(bytes, len);
	else if (argc == 4)
		partition(bytes, len, (unsigned int)atoi(argv[2]), strtoull(argv[3], NULL, 10));
	else
		whole(bytes, len);
	free(bytes);
	return 0;
}
