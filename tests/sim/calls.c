// SPDX-License-Identifier: MIT
/* calls.c - what each call begins and ends with, and those that need no more: terminals, the host,
 * the end. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>

#include "tests/shared/errors.h"
#include "tests/sim/kernel.h"

/* --- every call --- */

void trace(const char *format, ...)
{
	size_t room = kernel->transcript_size - kernel->transcript_len;
	va_list arguments;
	int len;

	if (!kernel->transcript)
		return;
	va_start(arguments, format);
	len = vsnprintf(kernel->transcript + kernel->transcript_len, room, format, arguments);
	va_end(arguments);
	kernel->transcript_len += (size_t)len < room ? (size_t)len : room - 1;
}

/* The first one counts. PID 1 ends with it, a child goes on until PID 1 has its turn. */
void break_rule(const char *format, ...)
{
	va_list arguments;

	if (kernel->broken[0])
		return;
	va_start(arguments, format);
	vsnprintf(kernel->broken, sizeof(kernel->broken), format, arguments);
	va_end(arguments);
	trace("*** %s\n", kernel->broken);
}

void end_boot(enum ending ending)
{
	kernel->ending = kernel->broken[0] ? END_BROKEN : ending;
	siglongjmp(kernel_end, 1);
}

static bool is_line(const struct fault *fault, const char *name, const char *object)
{
	size_t len = strlen(name);

	return strncmp(fault->line, name, len) == 0 &&
	       (fault->line[len] == '\0' ||
		(fault->line[len] == ':' && strcmp(fault->line + len + 1, object) == 0));
}

static bool is_hit(struct fault *fault, const char *name, const char *object)
{
	if (fault->call && fault->call == kernel->calls && !fault->line[0]) {
		/* Known by its name from now on: so what lasts can go on, and be minimised. */
		snprintf(fault->line, sizeof(fault->line), "%s:%s", name, object);
		if (fault->is_lasting)
			fault->line[strlen(name)] = '\0';
		fault->seen = fault->time;
		return true;
	}
	if (!fault->line[0] || !is_line(fault, name, object))
		return false;
	fault->seen++;
	if (fault->call)
		return fault->is_lasting && fault->seen > fault->time;
	return fault->seen == fault->time || (fault->seen > fault->time && fault->is_lasting);
}

/* No signal interrupts every call, and what waits would wait again at once. */
static bool may_last(const char *name, long error)
{
	return error != -EINTR && error != -EAGAIN && strcmp(name, "poll") &&
	       strcmp(name, "sigwait") && strcmp(name, "reboot");
}

static long fault_of(const char *name, const char *object)
{
	for (int i = 0; i < kernel->fault_count; i++) {
		struct fault *fault = &kernel->faults[i];
		const long *list;
		int count = 0;

		if (!is_hit(fault, name, object) || !(list = errors_of(name)))
			continue;
		while (list[count])
			count++;
		if (count == 0)
			continue;
		if (fault->seen != fault->time && !may_last(name, list[fault->choice % count]))
			continue;
		kernel->faults_hit++;
		return list[fault->choice % count];
	}
	return 0;
}

long call_enter(const char *name, const char *object)
{
	const struct proc *proc = proc_current();
	bool is_waiting; /* for what was asked for, again and again */
	long error = 0;

	if (proc->pid == 1 && kernel->broken[0])
		end_boot(END_BROKEN);
	kernel->calls++;
	is_waiting = kernel->calls > CALLS_MAX && kernel->busy_calls < BUSY_CALLS_MAX &&
		     judge_may_wait();
	if (is_waiting && proc->pid == 1)
		end_boot(END_WAITS);
	if (++kernel->busy_calls > BUSY_CALLS_MAX || (kernel->calls > CALLS_MAX && !is_waiting)) {
		break_rule("calls and calls again: %s %s", name, object);
		if (proc->pid == 1)
			end_boot(END_BROKEN);
		proc_block(NEVER, name);
	}
	if (kernel->call_ms && proc->pid == 1)
		clock_reach(kernel->now + kernel->call_ms);
	if (kernel->transcript)
		trace("%6ld %u %s%s %s", (long)kernel->now, kernel->calls,
		      proc->pid == 1 ? "" : "    ", name, object);
	if (kernel->fault_count)
		error = fault_of(name, object);
	if (proc->pid != 1 && error == CHILD_DIES)
		proc_killed_in_child(9);
	if (proc->pid != 1 && error == CHILD_HANGS)
		proc_block(NEVER, name);
	/* Of PID 1 itself neither is meant, but where it starts a child. */
	if ((error == CHILD_DIES || error == CHILD_HANGS) && strcmp(name, "fork") &&
	    strcmp(name, "clone_vm"))
		return 0;
	return error;
}

long call_leave(long result)
{
	if (kernel->transcript) {
		if (result < 0)
			trace(" = -%s\n", errors_name(result));
		else
			trace(" = %ld\n", result);
	}
	return result;
}

/* --- terminals --- */

static bool is_terminal(int fd)
{
	const struct file *file = file_of(fd);

	if (!file || (file->kind != FILE_CONSOLE && file->kind != FILE_TTY))
		return false;
	return file->kind != FILE_CONSOLE || world_machine(&kernel->world, "console", 1) != 2;
}

int sys_is_tty(int fd)
{
	long error = call_enter("is_tty", file_name(fd));

	return (int)call_leave(error ? error : is_terminal(fd) ? 0 : -ENOTTY);
}

int sys_set_controlling_tty(int fd)
{
	return is_terminal(fd) ? 0 : -ENOTTY;
}

int sys_set_window(int fd, unsigned int rows, unsigned int columns)
{
	long error = call_enter("set_window", "");

	(void)rows, (void)columns;
	return (int)call_leave(error ? error : is_terminal(fd) ? 0 : -ENOTTY);
}

void sys_start_tty(int fd)
{
	(void)fd;
}

/* A host that does not read: what is in the buffer never leaves. */
int sys_drain_tty(int fd)
{
	struct file *file = file_of(fd);

	if (!file || !is_terminal(fd))
		return -ENOTTY;
	if (file_is_deaf(file))
		proc_block(NEVER, "drain");
	return 0;
}

int sys_tty_unsent(int fd)
{
	const struct file *file = file_of(fd);

	return !file || !is_terminal(fd) ? -ENOTTY : file_is_deaf(file);
}

int sys_get_termios(int fd, struct termios *mode)
{
	long error = call_enter("get_termios", file_name(fd));

	memset(mode, 0, sizeof(*mode));
	return (int)call_leave(error ? error : is_terminal(fd) ? 0 : -ENOTTY);
}

int sys_set_termios(int fd, const struct termios *mode)
{
	long error = call_enter("set_termios", file_name(fd));

	(void)mode;
	return (int)call_leave(error ? error : is_terminal(fd) ? 0 : -ENOTTY);
}

int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value)
{
	(void)tty, (void)table, (void)key, (void)value;
	return (int)call_leave(call_enter("set_key", ""));
}

/* --- the network: no interface but the loopback --- */

int sys_inet_socket(void)
{
	long error = call_enter("inet_socket", "");
	struct file file = { .kind = FILE_SOCKET, .device = -1, .pipe = -1, .name = "inet" };

	if (!error && world_machine(&kernel->world, "net", 1) == 0)
		error = -EAFNOSUPPORT;
	return (int)call_leave(error ? error : file_add(file));
}

int sys_link_up(int socket, const char *name)
{
	(void)socket;
	return (int)call_leave(call_enter("link_up", name));
}

int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask)
{
	(void)socket, (void)address, (void)netmask;
	return (int)call_leave(call_enter("set_address", name));
}

int sys_add_gateway(int socket, uint32_t gateway)
{
	(void)socket, (void)gateway;
	return (int)call_leave(call_enter("add_gateway", ""));
}

int sys_add_entropy(const void *bytes, size_t len)
{
	(void)bytes, (void)len;
	return (int)call_leave(call_enter("add_entropy", ""));
}

int sys_set_clock(int64_t seconds, unsigned int nanoseconds)
{
	(void)seconds, (void)nanoseconds;
	return (int)call_leave(call_enter("set_clock", ""));
}

/* --- the host, and the end --- */

int sys_ioperm(unsigned long port, unsigned long count, int on)
{
	long error = call_enter("ioperm", on ? "on" : "off");

	(void)port, (void)count;
	if (!error && world_machine(&kernel->world, "port", 1) == 2)
		error = -EPERM;
	return (int)call_leave(error);
}

uint8_t sys_inb(uint16_t port)
{
	(void)port;
	return world_machine(&kernel->world, "port", 1) == 1 ? 0xe9 : 0xff;
}

void sys_outb(uint16_t port, const void *bytes, size_t len)
{
	(void)port;
	trace("\thost: %.*s\n", (int)len - 1, (const char *)bytes);
	if (kernel->wire_len + len >= sizeof(kernel->wire))
		return;
	memcpy(kernel->wire + kernel->wire_len, bytes, len);
	kernel->wire_len += len;
	kernel->wire[kernel->wire_len] = '\0';
	kernel->reported_at = kernel->now;
}

static enum ending ending_of(int command)
{
	switch (command) {
	case RB_POWER_OFF:
		return END_OFF;
	case RB_AUTOBOOT:
		return END_REBOOT;
	case (int)RB_HALT_SYSTEM:
		return END_HALT;
	default:
		return END_NONE;
	}
}

int sys_reboot(int command)
{
	static const char *const names[] = { [END_NONE] = "other",
					     [END_OFF] = "off",
					     [END_REBOOT] = "reboot",
					     [END_HALT] = "halt" };
	enum ending ending = ending_of(command);
	long error = call_enter("reboot", names[ending]);

	call_leave(error);
	if (!error && ending)
		end_boot(ending);
	return (int)error;
}

void sys_sync(void)
{
	int64_t until = kernel->now;

	call_enter("sync", "");
	call_leave(0);
	for (int i = 0; i < kernel->device_count; i++)
		if (device_is_in_use(&kernel->devices[i]) && kernel->devices[i].mounts_ms)
			until = kernel->devices[i].mounts_ms == NEVER_MS ? NEVER : until + 100;
	if (until > kernel->now)
		proc_block(until, "sync");
	kernel->unsynced = 0;
}
