// SPDX-License-Identifier: MIT
/*
 * uml_regset.c - lets User-mode Linux run on hosts whose processors have large registers (AMX).
 *
 * A library to be preloaded (ld.so(8)). UML keeps the extended registers of each of its processes
 * in 2696 bytes, which was all there was until AMX (HOST_FP_SIZE in arch/x86/um/), and writes them
 * back with PTRACE_SETREGSET. A host's kernel takes the whole state or nothing (xstateregs_set() in
 * arch/x86/kernel/fpu/regset.c: EFAULT), and UML panics in put_fp_registers() before its first
 * process runs. Here the part that UML knows is laid over the rest as it is, and written whole.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define STATE_MAX 65536 /* bytes; AMX has 11008 */

typedef long ptrace_function(int request, ...);

long ptrace(enum __ptrace_request request, ...);

static ptrace_function *real;

__attribute__((constructor)) static void find_real(void)
{
	real = (ptrace_function *)dlsym(RTLD_NEXT, "ptrace");
}

static long set_whole(pid_t pid, void *kind, const struct iovec *part)
{
	static char state[STATE_MAX]; /* one thread of UML traces all its processes */
	struct iovec whole = { state, sizeof(state) };

	if (real(PTRACE_GETREGSET, pid, kind, &whole) || whole.iov_len <= part->iov_len)
		return real(PTRACE_SETREGSET, pid, kind, part);
	memcpy(state, part->iov_base, part->iov_len);
	return real(PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list arguments;
	pid_t pid;
	void *address, *data;

	va_start(arguments, request);
	pid = va_arg(arguments, pid_t);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	if (request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE)
		return set_whole(pid, address, data);
	return real((int)request, pid, address, data);
}
