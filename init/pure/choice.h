/* SPDX-License-Identifier: MIT */
/* choice.h - names in one text, separated by '|'. */
#ifndef RDINIT_PURE_CHOICE_H
#define RDINIT_PURE_CHOICE_H

#include <stddef.h>

/* Returns the number of the name with this length among `names`, from 0; -1 if it is none. */
int choice_find(const char *names, const char *name, size_t len);

#endif
