/* SPDX-License-Identifier: MIT */
/* error.h - one line on stderr for everything that goes wrong: `rdinit: WHAT: WHY`. */
#ifndef TOOLS_LIB_ERROR_H
#define TOOLS_LIB_ERROR_H

/* Who detects an error reports it, once; everyone above only returns -1 or NULL. */

/* Prints `rdinit: TEXT` and a newline in one write. Returns -1, for `return error(...)`. Names from
 * outside go through shown(): control bytes would spoil the terminal. Other text is escaped here,
 * except its backslashes. */
int error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with `: REASON (SYMBOL)` for errno value `err` at the end. Returns -1. */
int error_errno(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `rdinit: warning: TEXT`: something the caller should know, and the work goes on. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text with bytes that are no printable UTF-8 as C escapes (\n, \xff), and with those of
 * characters that change how the rest is shown: controls, overrides of direction. The result lives
 * in one of eight static buffers, so it is good for the arguments of one message; names over 1 KiB
 * are cut with "...". */
const char *shown(const char *name);

/* A whole line for the terminal in the same way, but that its backslashes stay, since its names
 * went through shown() before. malloc'd. */
char *shown_line(const char *text);

/* Reports each line that a program wrote into this file, from its start, as one of its errors. Only
 * the first 4 KiB are read. */
void error_lines(const char *program, int fd);

/* Usage errors of subcommand `command` ("pack", "" before one): the text, then how to get help.
 * Returns 2. */
int error_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
