/* SPDX-License-Identifier: MIT */
/* our_init.h - whether a program is the /init of this project. */
#ifndef TOOLS_LIB_OUR_INIT_H
#define TOOLS_LIB_OUR_INIT_H

#include <stdbool.h>

#include "init/pure/span.h"

/* Of any version: an ELF file that knows our own parameters. */
bool is_our_init(struct span program);

#endif
