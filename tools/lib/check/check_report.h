/* SPDX-License-Identifier: MIT */
/* check_report.h - what check_judge() found, as text and as JSON. */
#ifndef TOOLS_LIB_CHECK_REPORT_H
#define TOOLS_LIB_CHECK_REPORT_H

#include <stdio.h>

#include "tools/lib/check/check.h"

/* Prints what the rules read, and which were skipped: a line each. */
void check_report_facts(const struct check *check, FILE *out);

/* A block of two lines for each finding, then one line that counts them. */
void check_report_text(const struct check *check, FILE *out);

/* All of it as one object: image, errors, warnings, findings, kernel, unjudged. Bytes that are no
 * UTF-8 stand as \xff. 0, or -1 after reporting. */
int check_report_json(const struct check *check, FILE *out);

#endif
