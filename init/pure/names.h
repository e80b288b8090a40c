/* SPDX-License-Identifier: MIT */
/* names.h - the symbols of errors and signals, which people search for. */
#ifndef RDINIT_PURE_NAMES_H
#define RDINIT_PURE_NAMES_H

/* "ENOENT" for 2 (not -2); "E?" for a number without a name. */
const char *error_name(int error);

/* "No such file or directory" for 2; "Error" if the symbol is enough. */
const char *error_text(int error);

/* "TERM" for 15, without SIG; NULL for a number without a name (real-time signals). */
const char *signal_name(int signal);

#endif
