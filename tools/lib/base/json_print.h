/* SPDX-License-Identifier: MIT */
/* json_print.h - JSON on the terminal or in a pipe. */
#ifndef TOOLS_LIB_JSON_PRINT_H
#define TOOLS_LIB_JSON_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* Prints a value and a newline as printable ASCII: names in it come from strangers, and what would
 * change how a terminal shows the rest is \uXXXX, which is the same to a program. 0, or -1. */
int json_print(const json_t *value, FILE *out);

/* The same for a list of an object, `"KEY": [...]`, whose items are made one by one by `item`, so
 * that it need not fit into memory; the caller prints what is before and after it. */
int json_print_list(const char *key, size_t count,
		    json_t *(*item)(const void *context, size_t index), const void *context,
		    FILE *out);

#endif
