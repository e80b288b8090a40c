/* meminfo.h - what the kernel says of the machine's memory. */
#ifndef RDINIT_SYS_MEMINFO_H
#define RDINIT_SYS_MEMINFO_H

#include <stdint.h>

/* The value of "MemAvailable:" or another word of /proc/meminfo, in bytes; 0 where nobody tells.
 * Source: proc(5). */
uint64_t meminfo(const char *word);

#endif
