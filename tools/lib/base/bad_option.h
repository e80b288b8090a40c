/* SPDX-License-Identifier: MIT */
/* bad_option.h - what getopt_long(3) did not know, as an error of usage. */
#ifndef TOOLS_LIB_BAD_OPTION_H
#define TOOLS_LIB_BAD_OPTION_H

#include <getopt.h>

/* Reports what `result` of getopt_long(3) means, '?' or ':', with the nearest of the known options
 * where one was misspelt. Returns 2. */
int bad_option(const char *command, int result, char **argv, const struct option *known);

#endif
