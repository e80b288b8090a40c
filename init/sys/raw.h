/* SPDX-License-Identifier: MIT */
/*
 * raw.h - system calls as the kernel makes them: they return the result, or -errno.
 *
 * The library's wrappers store -errno in a thread-local variable, and need the library's start code
 * for threads and cancellation. Source: syscall(2), "Architecture
 * calling conventions", x86-64: number and result in rax, arguments in rdi, rsi, rdx, r10, r8, r9;
 * rcx and r11 are lost.
 */
#ifndef RDINIT_SYS_RAW_H
#define RDINIT_SYS_RAW_H

#define RAW(result, number, ...) \
	__asm__ volatile("syscall" : "=a"(result) : "a"(number)__VA_ARGS__ : "rcx", "r11", "memory")

static inline long raw0(long number)
{
	long result;

	RAW(result, number, );
	return result;
}

static inline long raw1(long number, long a)
{
	long result;

	RAW(result, number, , "D"(a));
	return result;
}

static inline long raw2(long number, long a, long b)
{
	long result;

	RAW(result, number, , "D"(a), "S"(b));
	return result;
}

static inline long raw3(long number, long a, long b, long c)
{
	long result;

	RAW(result, number, , "D"(a), "S"(b), "d"(c));
	return result;
}

static inline long raw4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	RAW(result, number, , "D"(a), "S"(b), "d"(c), "r"(r10));
	return result;
}

static inline long raw5(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	RAW(result, number, , "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8));
	return result;
}

static inline long raw6(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	RAW(result, number, , "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9));
	return result;
}

/* CALL2(umount2, target, flags): by name, with arguments of any type. */
#define ARG(argument) ((long)(argument))
#define CALL0(name) raw0(SYS_##name)
#define CALL1(name, a) raw1(SYS_##name, ARG(a))
#define CALL2(name, a, b) raw2(SYS_##name, ARG(a), ARG(b))
#define CALL3(name, a, b, c) raw3(SYS_##name, ARG(a), ARG(b), ARG(c))
#define CALL4(name, a, b, c, d) raw4(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d))
#define CALL5(name, a, b, c, d, e) raw5(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e))
#define CALL6(name, a, b, c, d, e, f) \
	raw6(SYS_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), ARG(f))

/*
 * clone.c: clone(2) with a separate stack for the child. The child calls the function in the first
 * word of the stack with the second word as argument, and exits with its result. Returns the
 * child's process id, or -errno. It is assembly because no C function can continue on another
 * stack.
 */
long clone_onto(unsigned long flags, void **stack);

#endif
