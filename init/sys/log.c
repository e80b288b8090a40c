// SPDX-License-Identifier: MIT
/* log.c - one line for the console and the kernel's log, one write(2) each. */
#include "init/sys/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "init/pure/format.h"
#include "init/pure/hints.h"
#include "init/pure/names.h"
#include "init/sys/file.h"
#include "init/sys/sys.h"
#include "init/sys/terminal.h"

#define PREFIX_LEN 3 /* "<6>" */
#define USUAL_LIMIT 0

static struct {
	const char *step;
	const struct hint *more_hints;
	enum log_console console;
	bool is_deaf; /* the console */
	enum log_level limit; /* 0: LOG_INFO, so that all of it is zero at first */
	char last_error[LOG_LINE_MAX];
} state;

void log_step(const char *step)
{
	state.step = step;
}

const char *log_current_step(void)
{
	return state.step ? state.step : "start";
}

void log_limit(enum log_level limit)
{
	state.limit = limit;
}

void log_hints(const struct hint *hints)
{
	state.more_hints = hints;
}

void log_console(enum log_console which)
{
	state.console = which;
}

void log_open_console(void)
{
	int fd = sys_open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return;
	sys_dup2(fd, 2);
	if (fd > 2)
		sys_close(fd);
}

bool log_console_is_deaf(void)
{
	return state.is_deaf;
}

const char *log_last_error(void)
{
	return state.last_error;
}

/* Whether the kernel prints a line of this level on the same console: then /init does not print it
 * again. The first number of the file is the kernel's limit. */
static int kernel_prints(enum log_level level)
{
	char text[32];

	return state.console == LOG_CONSOLE_KERNEL &&
	       file_read("/proc/sys/kernel/printk", text, sizeof(text)) > 0 &&
	       (int)level < text[0] - '0';
}

/* Opens /dev/kmsg for each line: the kernel accepts only ten lines in five seconds through one
 * descriptor (printk_devkmsg=ratelimit), and an open descriptor could leak into a program. */
static int write_to_kernel(const char *line, size_t len)
{
	int fd = sys_open("/dev/kmsg", O_WRONLY);
	long written;

	if (fd < 0)
		return fd;
	written = sys_write(fd, line, len);
	sys_close(fd);
	return written < 0 ? (int)written : 0;
}

/* `line` begins with "<6>" and ends with a newline. `limit`: what the console gets, or
 * USUAL_LIMIT. */
static void emit(enum log_level level, char *line, size_t len, enum log_level limit)
{
	static const char deaf[] = "<4>init: the console takes no bytes\n";
	int error;

	if (limit == USUAL_LIMIT)
		limit = state.limit ? state.limit : LOG_INFO;
	if (level > limit && level == LOG_DEBUG)
		return;
	line[1] = (char)('0' + level);
	error = write_to_kernel(line, len);
	if (level > limit || (!error && kernel_prints(level)))
		return;
	if (!terminal_write(2, &state.is_deaf, line + PREFIX_LEN, len - PREFIX_LEN))
		write_to_kernel(deaf, sizeof(deaf) - 1);
}

/* "<6>init: STEP: TEXT", truncated to LOG_LINE_MAX. */
static size_t compose(char *line, const char *step, const char *format, va_list arguments)
{
	size_t len = format_text(line, LOG_LINE_MAX, "<6>init: %s%s", step ? step : "",
				 step ? ": " : "");

	return len + format_list(line + len, LOG_LINE_MAX - 1 - len, format, arguments);
}

static size_t append_reason(char *line, size_t len, int error)
{
	return len + format_text(line + len, LOG_LINE_MAX - 1 - len, ": %s (%s)",
				 error_text(-error), error_name(-error));
}

static void log_hint(int error, enum log_level level)
{
	const char *hint = state.step ? hint_find(hints_of_programs, state.step, -error) : NULL;

	if (!hint && state.step && state.more_hints)
		hint = hint_find(state.more_hints, state.step, -error);
	if (hint)
		log_print(level, "hint: %s", hint);
}

/* A line of a step, with the reason if `error` is one (-errno). */
static void log_line(enum log_level level, int error, const char *format, va_list arguments)
{
	char line[LOG_LINE_MAX];
	size_t len = compose(line, state.step, format, arguments);

	if (error)
		len = append_reason(line, len, error);
	if (level == LOG_ERROR && error)
		format_text(state.last_error, sizeof(state.last_error), "%s",
			    line + PREFIX_LEN + 6);
	line[len++] = '\n';
	emit(level, line, len, USUAL_LIMIT);
	if (error)
		log_hint(error, level);
}

void log_print(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(level, 0, format, arguments);
	va_end(arguments);
}

int log_err(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_ERROR, error, format, arguments);
	va_end(arguments);
	return error;
}

int log_warn(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_WARNING, error, format, arguments);
	va_end(arguments);
	return error;
}

void log_last(const char *format, ...)
{
	char line[LOG_LINE_MAX];
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	len = compose(line, NULL, format, arguments);
	va_end(arguments);
	line[len++] = '\n';
	emit(LOG_NOTICE, line, len, LOG_DEBUG);
}
