// SPDX-License-Identifier: MIT
/* boot.c - one boot: /init from its first to its last call, over the simulated kernel. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/sim/kernel.h"
#include "tests/sim/sim.h"

int init_main(int argc, char **argv, char **envp);

/* The memory of /init lies between first.c and last.c: the link has them in this order. */
extern char sim_data_start[], sim_data_end[], sim_bss_start[], sim_bss_end[];

#define PAGE 4096

struct kernel *kernel;
sigjmp_buf kernel_end;

static char *data_copy;

/* A process that reads what its device cannot give. */
static void on_bus_error(int signal, siginfo_t *info, void *context)
{
	struct proc *proc = proc_current();

	if (proc->on_bus_error) {
		proc->on_bus_error(signal, info, context);
		return;
	}
	if (proc->pid != 1)
		proc_killed_in_child(SIGBUS);
	abort();
}

/* Over variables and what lies between them: memcpy(3) and memset(3) of a sanitizer would object.
 */
static void copy(char *to, const char *from, size_t len)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
}

static void clear(char *at, size_t len)
{
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(0) : "memory");
}

void boot_init(void)
{
	size_t size = (size_t)(sim_data_end - sim_data_start);
	struct sigaction action = { .sa_sigaction = on_bus_error,
				    .sa_flags = SA_SIGINFO | SA_NODEFER };

	kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	data_copy = malloc(size);
	if (kernel == MAP_FAILED || !data_copy)
		abort();
	copy(data_copy, sim_data_start, size);
	sigaction(SIGBUS, &action, NULL);
}

static char *page_after(char *at)
{
	return (char *)(((uintptr_t)at + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
}

/* As the kernel loads a program: most of it is never touched, and costs nothing. */
static void load(void)
{
	char *from = page_after(sim_bss_start), *to = page_after(sim_bss_end) - PAGE;

	copy(sim_data_start, data_copy, (size_t)(sim_data_end - sim_data_start));
	clear(sim_bss_start, (size_t)(from - sim_bss_start));
	madvise(from, (size_t)(to - from), MADV_DONTNEED);
	clear(to, (size_t)(sim_bss_end - to));
}

const char *boot_run(const struct world *world)
{
	static char path[] = "/init", home[] = "HOME=/", term[] = "TERM=linux";
	static char *argv[2], *envp[3];

	argv[0] = path;
	envp[0] = home;
	envp[1] = term;
	load();
	kernel_reset(world);
	plant_reset();
	if (sigsetjmp(kernel_end, 0) == 0) {
		init_main(1, argv, envp);
		break_rule("main() returned");
		kernel->ending = END_BROKEN;
	}
	judge_end();
	proc_clean_all();
	return kernel->broken[0] ? kernel->broken : NULL;
}
