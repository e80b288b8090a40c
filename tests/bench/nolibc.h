/* SPDX-License-Identifier: MIT */
/* nolibc.h - system calls and a start without a C library: what a program cannot cost less than. */
#ifndef RDINIT_BENCH_NOLIBC_H
#define RDINIT_BENCH_NOLIBC_H

#include <asm/unistd.h>

static inline long call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

#define TEXT(string) ((long)(string))

static inline void power_off(void)
{
	call(__NR_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0, 0);
}

/* The counter (count.c) looks for these instructions; they do nothing else. */
#define MARK_START "xchg %bx, %bx\n"
#define MARK_END "xchg %cx, %cx\n"

#define ENTRY(first) \
	__asm__(".globl _start\n_start:\n" first "mov %rsp, %rdi\nand $-16, %rsp\ncall entry\n")

#endif
