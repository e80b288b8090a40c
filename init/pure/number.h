/* SPDX-License-Identifier: MIT */
/* number.h - numbers in text. */
#ifndef RDINIT_PURE_NUMBER_H
#define RDINIT_PURE_NUMBER_H

/* Reads all of `text` as a decimal number (or, with base 16, a hexadecimal one) not above `max`
 * into `*value`. 1, or 0 and nothing written: empty, another character, too large. */
int number_parse(const char *text, int base, unsigned int max, unsigned int *value);

#endif
