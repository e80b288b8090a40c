// SPDX-License-Identifier: MIT
/* spawn.c - the guest as a child that inherits its ends of the wires and dies with us. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/preload.h"
#include "tools/lib/machine/arguments.h"
#include "tools/lib/machine/machine_state.h"
#include "tools/lib/machine/uml.h"
#include "tools/lib/machine/reaper.h"

#define CONSOLE_PIPE (1 << 20) /* bytes that anybody may have */

/* ours stays non-blocking and close-on-exec; theirs is a plain one for QEMU. */
static int wire_up(int *ours, int *theirs)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return error_errno(errno, "socketpair");
	*ours = ends[0];
	*theirs = ends[1];
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) ? error_errno(errno, "socketpair") : 0;
}

/*
 * The console. For QEMU two pipes: a kernel that prints early waits for its serial port only as
 * long as an untimed loop takes, and then drops the byte. A socket takes some 280 bytes that come
 * one by one, which a busy host does not read in that time; a pipe puts them together, 64 KiB and
 * more.
 */
static int wire_console(struct machine *machine, struct qemu_ends *ends)
{
	int keys[2], console[2];

	if (machine->config->type == MACHINE_UML) {
		if (wire_up(&machine->console, &ends->console))
			return -1;
		machine->keys = fcntl(machine->console, F_DUPFD_CLOEXEC, 0);
		return machine->keys < 0 ? error_errno(errno, "fcntl") : 0;
	}
	if (pipe2(keys, O_CLOEXEC) || pipe2(console, O_CLOEXEC))
		return error_errno(errno, "pipe");
	machine->keys = keys[1];
	machine->console = console[0];
	ends->keys = keys[0];
	ends->console = console[1];
	fcntl(ends->console, F_SETPIPE_SZ, CONSOLE_PIPE); /* its limit is enough for a boot */
	if (fcntl(machine->keys, F_SETFL, O_NONBLOCK) ||
	    fcntl(machine->console, F_SETFL, O_NONBLOCK))
		return error_errno(errno, "pipe");
	return 0;
}

/* Becomes the guest: QEMU, or a kernel that is a program. */
static _Noreturn void enter(const struct machine *machine, const struct qemu_ends *ends, int errors,
			    char **arguments)
{
	int null = open("/dev/null", O_RDWR), is_uml = machine->config->type == MACHINE_UML;
	const struct host_tree *tree = machine->config->tree, *volumes = machine->config->volumes;
	const struct warm *warm = machine->config->warm;
	const int inherited[] = { is_uml ? ends->console : -1,
				  ends->wire,
				  ends->stdio,
				  ends->port,
				  ends->status,
				  ends->monitor,
				  ends->order,
				  tree ? tree->socket : -1,
				  volumes ? volumes->socket : -1,
				  machine->config->tpm ? machine->config->tpm->socket : -1,
				  warm ? warm->ram : -1 };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < COUNT(inherited); i++)
		if (inherited[i] >= 0)
			fcntl(inherited[i], F_SETFD, 0);
	dup2(is_uml ? null : ends->keys, STDIN_FILENO);
	dup2(is_uml ? errors : ends->console, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	if (machine->config->preload && preload_set(machine->config->preload)) {
		dprintf(STDERR_FILENO, "%s: %s\n", machine->config->preload, strerror(errno));
		_exit(STATUS_FAILED);
	}
	if (machine->config->scratch)
		setenv("HOME", machine->config->scratch, 1);
	execv(arguments[0], arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
	_exit(STATUS_FAILED);
}

static _Noreturn void child(const struct machine *machine, const struct qemu_ends *ends, int errors,
			    pid_t parent, char **arguments)
{
	bool is_uml = machine->config->type == MACHINE_UML;

	/* 1. The guest must not outlive us, however we end; 2. we may have ended before
	 * the prctl. */
	prctl(PR_SET_PDEATHSIG, is_uml ? SIGTERM : SIGKILL);
	if (getppid() != parent)
		_exit(STATUS_FAILED);
	/* Ctrl-C on the terminal is for us: the guest is in no foreground group. */
	setsid();
	if (is_uml && reaper_start(machine->config->scratch))
		reaper_end();
	enter(machine, ends, errors, arguments);
}

static int open_signals(void)
{
	const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* An ignored SIGCHLD, inherited from a careless parent, would reap QEMU for us. */
	signal(SIGCHLD, SIG_DFL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Opens a pair for each of our ends. 0, or -1 after reporting. */
static int open_ends(struct machine *machine, struct qemu_ends *ends, int *errors)
{
	const struct machine_config *config = machine->config;

	if (wire_console(machine, ends) || wire_up(&machine->wire_fd, &ends->wire) ||
	    wire_up(&machine->errors, errors))
		return -1;
	if (machine_has_streams(config) && wire_up(&machine->stdio, &ends->stdio))
		return -1;
	if (config->has_port && wire_up(&machine->port, &ends->port))
		return -1;
	/* What a saved machine has is the same for each run from it. */
	if (config->has_status_port && !config->warm && wire_up(&machine->status_fd, &ends->status))
		return -1;
	if (config->warm &&
	    (wire_up(&machine->monitor, &ends->monitor) || wire_up(&machine->order, &ends->order)))
		return -1;
	return 0;
}

/* Those of the child. */
static void close_ends(const struct qemu_ends *ends, int errors)
{
	const int all[] = { ends->keys,	  ends->console, ends->wire,  ends->stdio, ends->port,
			    ends->status, ends->monitor, ends->order, errors };

	for (size_t i = 0; i < COUNT(all); i++)
		if (all[i] >= 0)
			close(all[i]);
}

int machine_spawn(struct machine *machine, const char *program)
{
	struct qemu_ends ends = { -1, -1, -1, -1, -1, -1, -1, -1 };
	pid_t parent = getpid();
	char **arguments;
	int errors;

	machine->signals = open_signals();
	if (machine->signals < 0)
		return error_errno(errno, "signalfd");
	if (open_ends(machine, &ends, &errors))
		return -1;
	arguments = machine->config->type == MACHINE_UML
			    ? uml_arguments(machine->config, &ends)
			    : qemu_arguments(program, machine->config, &ends);
	machine->kill_signal = machine->config->type == MACHINE_UML ? SIGTERM : SIGKILL;
	machine->pid = fork();
	if (!machine->pid)
		child(machine, &ends, errors, parent, arguments);
	if (machine->pid < 0)
		error_errno(errno, "fork");
	arguments_free(arguments);
	close_ends(&ends, errors);
	return machine->pid < 0 ? -1 : 0;
}
