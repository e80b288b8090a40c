/* child.c - one program as a child of PID 1: signalled, reaped, and how it ended. */
#include "init/program/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#include "init/pure/format.h"
#include "init/pure/names.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* Every signal except those that report a fault of this process. */
static void blocked_set(sigset_t *set)
{
	static const unsigned char faults[] = { SIGFPE,	 SIGILL,  SIGSEGV, SIGBUS,
						SIGABRT, SIGTRAP, SIGSYS };

	/* Not the library's sigfillset(), which leaves out the first of the real-time signals. */
	memset(set, 0xff, sizeof(*set));
	for (size_t i = 0; i < sizeof(faults); i++)
		sigdelset(set, faults[i]);
}

/* Those that mean something to a program. SIGINT is ctrl-alt-del, SIGPWR a UPS or the host's power
 * button. A terminal does not send SIGTTIN and SIGTTOU where they are blocked: PID 1 is in its
 * background, and may write. */
static void waited_set(sigset_t *set)
{
	blocked_set(set);
	sigdelset(set, SIGTTIN);
	sigdelset(set, SIGTTOU);
}

int child_block_signals(void)
{
	sigset_t set;

	/* A child that stops is no news. */
	sys_sigaction(SIGCHLD, SIG_DFL, SA_NOCLDSTOP);
	blocked_set(&set);
	return sys_set_mask(&set);
}

/* What a signal means to a machine that is more than one program; as busybox's halt, poweroff
 * and reboot send them to init. */
static enum way_out way_of(int signal)
{
	switch (signal) {
	case SIGUSR1:
		return WAY_OUT_HALT;
	case SIGUSR2:
	case SIGPWR:
		return WAY_OUT_POWEROFF;
	case SIGTERM:
	case SIGINT:
		return WAY_OUT_REBOOT;
	default:
		return WAY_OUT_UNSET;
	}
}

/* Told by a signal, like all that is waited for here: where nothing comes and goes
 * nothing wakes. */
static int64_t listen(struct boot *boot)
{
	if (!boot->hear)
		return NO_DEADLINE;
	devices_signal(&boot->devices);
	return boot->hear(boot); /* what came before */
}

/* The next signal that asks for something; 0: a child has ended, a device is told of, or nothing
 * came. */
static int next_signal(struct boot *boot, const sigset_t *set, int64_t *deadline)
{
	int signal = sys_sigwait(set, devices_time_left(*deadline));

	if (boot->hear && (signal == SIGIO || signal == -EAGAIN)) {
		*deadline = boot->hear(boot);
		return 0;
	}
	return signal < 0 || signal == SIGCHLD ? 0 : signal;
}

static void take_signal(struct boot *boot, struct child *child, int signal)
{
	if (child->signals == SIGNALS_TO_INIT) {
		boot->way_out = way_of(signal);
		return;
	}
	log_say(LOG_DEBUG, "signal %d for %s", signal, child->argv[0]);
	/* A program knows nothing of SIGPWR: what is meant is that it ends. */
	sys_kill(child->pid, signal == SIGPWR ? SIGTERM : signal);
}

/* Takes every child that has ended. Whether ours was one of them, or is gone without a word. */
static int reap(struct boot *boot, struct child *child)
{
	int status, pid, ended = 0;

	while ((pid = sys_wait(&status, WNOHANG)) > 0 || pid == -EINTR) {
		if (pid == child->pid) {
			child->status = status;
			ended = 1;
		}
		if (pid > 0)
			devices_take_end(&boot->devices, pid, status);
	}
	return ended || (pid == -ECHILD && child->pid > 0);
}

/* Until the child has ended, if there is one, or a way out is asked for. Whether it has ended. */
static int serve(struct boot *boot, struct child *child)
{
	int64_t deadline = listen(boot);
	sigset_t set;
	int is_over;

	waited_set(&set);
	do {
		int signal = next_signal(boot, &set, &deadline);

		if (signal)
			take_signal(boot, child, signal);
		/* Looked for after any signal and any failure: SIGCHLD counts only once. */
		is_over = reap(boot, child);
	} while (!is_over && boot->way_out == WAY_OUT_UNSET);
	return is_over;
}

void child_wait(struct boot *boot, struct child *child)
{
	sys_reboot(RB_DISABLE_CAD); /* ctrl-alt-del: a SIGINT for us, not a reset with open disks */
	if (!serve(boot, child)) /* an interactive shell ignores TERM, but not its terminal's end */
		sys_kill(child->pid, SIGHUP);
	child->ran_ms += sys_clock_ms();
	sys_start_tty(1); /* the program may have stopped it, and then what follows would wait */
}

int child_run(struct boot *boot, struct child *child)
{
	int error = child_start(boot, child);

	if (!error)
		child_wait(boot, child);
	return error;
}

void child_wait_for_request(struct boot *boot)
{
	struct child nobody = { .signals = SIGNALS_TO_INIT, .pid = -1 };

	if (boot->way_out == WAY_OUT_UNSET)
		serve(boot, &nobody);
}

int child_reap_all(int64_t ms)
{
	int64_t deadline = sys_clock_ms() + ms;
	sigset_t set;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		int64_t left;
		int pid = sys_wait(&status, WNOHANG);

		if (pid == -ECHILD)
			return 1;
		if (pid != 0)
			continue;
		left = deadline - sys_clock_ms();
		if (left <= 0)
			return 0;
		sys_sigwait(&set, left);
	}
}

int child_exit_status(const struct child *child)
{
	if (child->error && child->failed_to != CHILD_RUN)
		return 126;
	if (child->error)
		return child->error == -ENOENT || child->error == -ENOTDIR ? 127 : 126;
	if (WIFSIGNALED(child->status))
		return 128 + WTERMSIG(child->status);
	return WEXITSTATUS(child->status);
}

void child_end_in_words(const struct child *child, char *text, unsigned long size)
{
	const char *name;

	if (!WIFSIGNALED(child->status)) {
		format_text(text, size, "exited with status %d", WEXITSTATUS(child->status));
		return;
	}
	name = signal_name(WTERMSIG(child->status));
	if (name)
		format_text(text, size, "killed by SIG%s", name);
	else
		format_text(text, size, "killed by signal %d", WTERMSIG(child->status));
}
