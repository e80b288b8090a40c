/* SPDX-License-Identifier: MIT */
/* plan.h - the boot that /init would do, a line or more for each step. */
#ifndef TOOLS_LIB_PLAN_H
#define TOOLS_LIB_PLAN_H

#include "tools/lib/check/check.h"

/* Prints it to stdout. Image and words have been taken in (check_read_image(),
 * check_read_settings()), and the first program is our /init. */
void plan_print(const struct check *check);

#endif
