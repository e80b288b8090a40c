/* SPDX-License-Identifier: MIT */
/* log.h - one line for the console and the kernel's log, one write(2) each. */
#ifndef RDINIT_SYS_LOG_H
#define RDINIT_SYS_LOG_H

#define LOG_LINE_MAX 512 /* bytes; the kernel's log takes 976 */

/* Priorities as in syslog(3) and the kernel's KERN_*. */
enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

/* Whether descriptor 2 is the console that the kernel prints on too. */
enum log_console { LOG_CONSOLE_OTHER, LOG_CONSOLE_KERNEL };

/* Names the step for all lines that follow. The text must stay where it is. */
void log_step(const char *step);

/* That name; "start" before the first. */
const char *log_current_step(void);

/* Lines above `most` are kept from the console; the kernel's log gets them all. */
void log_limit(enum log_level most);

void log_console(enum log_console which);

/* Says "init: STEP: TEXT". */
void log_say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says "init: STEP: TEXT: No such device (ENODEV)", and the cure where the table in log.c knows
 * one. `error` is -errno, and is what both return. log_err also keeps the line for give_up(). */
int log_err(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int log_warn(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says "init: TEXT" on the console even where the kernel is quiet: the machine's last line. */
void log_last(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What log_err said last, without "init: "; "" before the first. */
const char *log_last_error(void);

#endif
