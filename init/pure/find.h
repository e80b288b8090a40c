/* SPDX-License-Identifier: MIT */
/* find.h - find a string in a text. */
#ifndef RDINIT_PURE_FIND_H
#define RDINIT_PURE_FIND_H

/* Where `word` is first in `text`; NULL: nowhere. As strstr(3) does, in 50 bytes in place of libc's
 * 1,300, which are for texts longer than a line. */
char *text_find(const char *text, const char *word);

#endif
