/* SPDX-License-Identifier: MIT */
/* hints.h - the usual cure of a step's error. */
#ifndef RDINIT_PURE_HINTS_H
#define RDINIT_PURE_HINTS_H

/* The cure for this error (ENODEV, not -ENODEV) in this step, or NULL. */
const char *hint_find(const char *step, int error);

#endif
