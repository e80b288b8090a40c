// SPDX-License-Identifier: MIT
/* meminfo.c - the machine's memory, from /proc/meminfo. */
#include "init/sys/meminfo.h"

#include <string.h>

#include "init/pure/find.h"
#include "init/sys/file.h"

#define SIZE 4096 /* bytes; /proc/meminfo has about 1,500 */

/* Returns 1; or 0, with "" in `text`, if the file cannot be read. */
static int read_text(char text[SIZE])
{
	if (file_read("/proc/meminfo", text, SIZE) > 0)
		return 1;
	text[0] = '\0';
	return 0;
}

static uint64_t value(const char *text, const char *word)
{
	const char *at = text_find(text, word);
	uint64_t kib = 0;

	if (!at)
		return 0;
	for (at += strlen(word); *at == ' ';)
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		kib = kib * 10 + (unsigned int)(*at - '0');
	return kib * 1024;
}

uint64_t meminfo_available(void)
{
	char text[SIZE];

	read_text(text);
	return value(text, "MemAvailable:");
}

uint64_t meminfo_unwritten(void)
{
	char text[SIZE];

	if (!read_text(text))
		return UINT64_MAX;
	return value(text, "Dirty:") + value(text, "Writeback:");
}
