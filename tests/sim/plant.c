// SPDX-License-Identifier: MIT
/*
 * plant.c - bugs for /init, so that it is seen that boots find them.
 *
 * The link puts these functions in the place of /init's own (ld(1), --wrap): nothing in init/ knows
 * of them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "init/boot.h"
#include "init/loop/apart.h"
#include "init/pure/restart.h"
#include "init/pure/rootspec.h"
#include "init/sys/empty_tree.h"
#include "tests/sim/sim.h"

enum planted planted;

const char *const planted_names[PLANTED_COUNT] = {
	[PLANTED_NOTHING] = "nothing",	     [PLANTED_WAIT] = "wait",
	[PLANTED_LOST_CHILD] = "lost-child", [PLANTED_WRONG_ROOT] = "wrong-root",
	[PLANTED_TOLD_TWICE] = "told-twice", [PLANTED_LIE] = "lie",
	[PLANTED_DELETES] = "deletes",	     [PLANTED_LEAK] = "leak",
	[PLANTED_WRITES] = "writes",	     [PLANTED_CUT] = "cut",
	[PLANTED_OPENS] = "opens",	     [PLANTED_COPIES] = "copies",
	[PLANTED_MOUNTS] = "mounts",	     [PLANTED_BLOCKS] = "blocks",
	[PLANTED_DRAINS] = "drains",	     [PLANTED_SPARES] = "spares",
	[PLANTED_KEEPS] = "keeps",	     [PLANTED_AGAIN] = "again",
};

static bool has_reaped;

void plant_reset(void)
{
	has_reaped = false;
}

int64_t __real_loop_deadline(int seconds);
int64_t __wrap_loop_deadline(int seconds);

int64_t __wrap_loop_deadline(int seconds)
{
	return planted == PLANTED_WAIT ? NO_DEADLINE : __real_loop_deadline(seconds);
}

int __real_sys_wait(int *status, int flags);
int __wrap_sys_wait(int *status, int flags);

/* One child for each SIGCHLD, which counts only once. */
int __wrap_sys_wait(int *status, int flags)
{
	int pid;

	if (planted == PLANTED_LOST_CHILD && has_reaped) {
		has_reaped = false;
		return 0;
	}
	pid = __real_sys_wait(status, flags);
	has_reaped = pid > 0;
	return pid;
}

int __real_rootspec_matches(const struct rootspec *spec, const struct finding *finding);
int __wrap_rootspec_matches(const struct rootspec *spec, const struct finding *finding);

/* Any file system of the kind will do. */
int __wrap_rootspec_matches(const struct rootspec *spec, const struct finding *finding)
{
	if (planted == PLANTED_WRONG_ROOT && spec->kind == ROOTSPEC_UUID && finding->uuid[0])
		return 1;
	return __real_rootspec_matches(spec, finding);
}

void __real_wire_report(const char *format, ...);
void __wrap_wire_report(const char *format, ...);

void __wrap_wire_report(const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (planted == PLANTED_LIE && strncmp(line, "exit ", 5) == 0)
		strcpy(line, "exit 0");
	if (planted == PLANTED_KEEPS && strcmp(line, "status READY=1") == 0)
		return;
	__real_wire_report("%s", line);
	if (planted == PLANTED_TOLD_TWICE && strncmp(line, "exit ", 5) == 0)
		__real_wire_report("%s", line);
}

int __real_root_mount(struct boot *boot);
int __wrap_root_mount(struct boot *boot);

int __wrap_root_mount(struct boot *boot)
{
	if (planted == PLANTED_DELETES)
		empty_tree("/");
	if (planted == PLANTED_WRITES)
		boot->settings.root_access = MOUNT_READ_WRITE;
	return __real_root_mount(boot);
}

int __real_sys_close(int fd);
int __wrap_sys_close(int fd);

int __wrap_sys_close(int fd)
{
	return planted == PLANTED_LEAK && fd == 4 ? 0 : __real_sys_close(fd);
}

bool __real_stdio_is_over(const struct stdio *stdio);
bool __wrap_stdio_is_over(const struct stdio *stdio);

/* The machine does not wait for the end of the program's output. */
bool __wrap_stdio_is_over(const struct stdio *stdio)
{
	return planted == PLANTED_CUT || __real_stdio_is_over(stdio);
}

struct apart *__real_apart_start(struct loop *loop, long (*call)(void *argument),
				 const void *argument, size_t size);
struct apart *__wrap_apart_start(struct loop *loop, long (*call)(void *argument),
				 const void *argument, size_t size);

struct apart *__wrap_apart_start(struct loop *loop, long (*call)(void *argument),
				 const void *argument, size_t size)
{
	static struct apart apart;

	if (planted != PLANTED_OPENS && planted != PLANTED_COPIES && planted != PLANTED_MOUNTS)
		return __real_apart_start(loop, call, argument, size);
	apart = (struct apart){ .loop = loop, .is_over = true };
	memcpy(apart.argument, argument, size);
	apart.result = call(apart.argument);
	return &apart;
}

bool __real_stop_by_signal(struct stop *stop, int signal);
bool __wrap_stop_by_signal(struct stop *stop, int signal);

bool __wrap_stop_by_signal(struct stop *stop, int signal)
{
	return planted == PLANTED_SPARES || __real_stop_by_signal(stop, signal);
}

int __real_sys_tty_unsent(int fd);
int __wrap_sys_tty_unsent(int fd);

/* Nothing seems to be left that would have to be looked at. */
int __wrap_sys_tty_unsent(int fd)
{
	return planted == PLANTED_DRAINS ? 0 : __real_sys_tty_unsent(fd);
}

void __real_log_open_console(void);
void __wrap_log_open_console(void);

void __wrap_log_open_console(void)
{
	if (planted != PLANTED_BLOCKS)
		__real_log_open_console();
}

int64_t __real_restart_pause(struct restart *restart, bool has_failed, int64_t ran_ms);
int64_t __wrap_restart_pause(struct restart *restart, bool has_failed, int64_t ran_ms);

int64_t __wrap_restart_pause(struct restart *restart, bool has_failed, int64_t ran_ms)
{
	return __real_restart_pause(restart, has_failed || planted == PLANTED_AGAIN, ran_ms);
}
