// SPDX-License-Identifier: MIT
/*
 * start.c - from the kernel's exec to main(), in place of the C library's start.
 *
 * The library functions that /init uses need no threads, no locale and no errno. The compiler needs
 * one word: the stack protector compares with the word at %fs:0x28. Source: the
 * System V ABI for x86-64, "Initial Stack and Register State"; getauxval(3) for AT_RANDOM.
 */
#include <asm/prctl.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "init/sys/raw.h"

#define CANARY 5 /* the word at 0x28 */

int main(int argc, char **argv, char **envp);

/* AT_RANDOM is 16 random bytes. The lowest byte is cleared, so that no string function can
 * write past it. */
static uintptr_t random_word(char **envp)
{
	const Elf64_auxv_t *aux;

	while (*envp)
		envp++;
	for (aux = (const void *)(envp + 1); aux->a_type != AT_NULL; aux++)
		if (aux->a_type == AT_RANDOM)
			return *(const uintptr_t *)aux->a_un.a_val & ~(uintptr_t)0xff;
	return (uintptr_t)envp & ~(uintptr_t)0xff; /* not reached: kernels pass AT_RANDOM */
}

/* Not protected itself, because it sets the protector's word. `stack`: points at argc. */
__attribute__((noreturn, noinline, no_stack_protector)) static void start(uintptr_t *stack)
{
	static uintptr_t thread[CANARY + 1];
	int argc = (int)*stack;
	char **argv = (char **)(stack + 1), **envp = argv + argc + 1;

	thread[CANARY] = random_word(envp);
	raw2(SYS_arch_prctl, ARCH_SET_FS, (long)thread);
	raw1(SYS_exit_group, main(argc, argv, envp));
	__builtin_unreachable();
}

__attribute__((naked, noreturn)) void _start(void);

void _start(void)
{
	__asm__("xor %%ebp, %%ebp\n\t"
		"mov %%rsp, %%rdi\n\t"
		"and $-16, %%rsp\n\t"
		"call %P0"
		:
		: "i"(start));
}
