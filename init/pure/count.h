/* SPDX-License-Identifier: MIT */
/* count.h - how many elements an array has. */
#ifndef RDINIT_PURE_COUNT_H
#define RDINIT_PURE_COUNT_H

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
