// SPDX-License-Identifier: MIT
/* clone.c - start a child that shares the parent's memory but has its own stack. */
#include "init/sys/raw.h"

__attribute__((naked)) long clone_onto(unsigned long flags __attribute__((unused)),
				       void **stack __attribute__((unused)))
{
	__asm__("xor %edx, %edx\n\t"
		"xor %r10d, %r10d\n\t"
		"xor %r8d, %r8d\n\t"
		"mov $56, %eax\n\t" /* clone */
		"syscall\n\t"
		"test %eax, %eax\n\t"
		"jnz 1f\n\t"
		"xor %ebp, %ebp\n\t"
		"pop %rax\n\t"
		"pop %rdi\n\t"
		"call *%rax\n\t"
		"mov %eax, %edi\n\t"
		"mov $231, %eax\n\t" /* exit_group */
		"syscall\n\t"
		"1: ret");
}
