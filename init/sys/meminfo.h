/* SPDX-License-Identifier: MIT */
/* meminfo.h - the machine's memory, from /proc/meminfo. */
#ifndef RDINIT_SYS_MEMINFO_H
#define RDINIT_SYS_MEMINFO_H

#include <stdint.h>

/* Both return bytes; 0 if the kernel does not report the value. Source: proc(5). */
uint64_t meminfo_available(void); /* MemAvailable: for programs, without swapping */
uint64_t meminfo_unwritten(void); /* dirty file data; UINT64_MAX: meminfo cannot be read */

#endif
