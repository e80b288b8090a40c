/* meminfo.c - what the kernel says of the machine's memory. */
#include "init/sys/meminfo.h"

#include <string.h>

#include "init/pure/find.h"
#include "init/sys/file.h"

#define SIZE 4096 /* bytes; 1,500 */

uint64_t meminfo(const char *word)
{
	char text[SIZE];
	uint64_t kib = 0;
	const char *at;

	if (file_read("/proc/meminfo", text, sizeof(text)) <= 0)
		return 0;
	at = text_find(text, word);
	if (!at)
		return 0;
	for (at += strlen(word); *at == ' ';)
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		kib = kib * 10 + (unsigned int)(*at - '0');
	return kib * 1024;
}
