/* SPDX-License-Identifier: MIT */
/* glob.h - patterns of file names and modaliases. */
#ifndef RDINIT_PURE_GLOB_H
#define RDINIT_PURE_GLOB_H

#include "init/pure/span.h"

/* Whether all of `text` fits the pattern: "*" is any bytes, "?" one, "[a-f0-9]" one of these and
 * "[!...]" none of these; a "[" that is not closed fits nothing. Takes time of at most the product
 * of both lengths. Source: fnmatch(3), as modules.alias uses it. */
int glob_matches(struct span pattern, const char *text);

#endif
