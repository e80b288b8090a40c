/* SPDX-License-Identifier: MIT */
/* meminfo.h - what the kernel says of the machine's memory. */
#ifndef RDINIT_SYS_MEMINFO_H
#define RDINIT_SYS_MEMINFO_H

#include <stdint.h>

/* Both in bytes; 0 where the kernel does not report it. Source: proc(5), /proc/meminfo. */
uint64_t meminfo_available(void); /* for programs, without swapping: Linux 3.14 */
uint64_t meminfo_unwritten(void); /* of files, which no disk has yet; UINT64_MAX: cannot be read */

#endif
