/* SPDX-License-Identifier: MIT */
/* log.h - one line for the console and the kernel's log, one write(2) each. */
#ifndef RDINIT_SYS_LOG_H
#define RDINIT_SYS_LOG_H

#include <stdbool.h>

#define LOG_LINE_MAX 512 /* bytes; a record of the kernel's log has at most 976 */

/* Priorities as in syslog(3) and the kernel's KERN_*. */
enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

/* Whether descriptor 2 is the console that the kernel prints on too. */
enum log_console { LOG_CONSOLE_OTHER, LOG_CONSOLE_KERNEL };

/* Sets the step that prefixes all following lines. `step` must stay valid. */
void log_step(const char *step);

/* Returns that step; "start" before the first. */
const char *log_current_step(void);

/* Keeps lines above `limit` off the console. The kernel's log still gets them, except LOG_DEBUG. */
void log_limit(enum log_level limit);

/* Adds hints to those of programs (init/pure/hints.h). */
struct hint;
void log_hints(const struct hint *hints);

void log_console(enum log_console which);

/* Gives descriptor 2 to the log alone: it is descriptor 1 opened again, so that it need not block.
 * Programs get descriptor 1 in its place. Before that, and where it fails, writes may block. */
void log_open_console(void);

/* Whether the console takes no bytes. */
bool log_console_is_deaf(void);

/* Logs "init: STEP: TEXT". */
void log_print(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Log "init: STEP: TEXT: No such device (ENODEV)", and the hint of hints.c if there is one. Return
 * `error`, which is -errno. log_err also stores the line for give_up(). */
int log_err(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int log_warn(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs "init: TEXT", the machine's last line: on the console even with "quiet". */
void log_last(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns the last line of log_err, without "init: "; "" before the first. */
const char *log_last_error(void);

#endif
