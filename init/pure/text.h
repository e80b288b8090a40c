/* SPDX-License-Identifier: MIT */
/* text.h - identifiers and labels of superblocks, as text. */
#ifndef RDINIT_PURE_TEXT_H
#define RDINIT_PURE_TEXT_H

#include "init/pure/span.h"

/* Two digits a byte, a hyphen before each place in `hyphens` (bytes, ascending, ended by 0). Text
 * that `size` cannot hold is none: "". */
void text_hex(char *text, size_t size, struct span bytes, const uint8_t *hyphens);

/* The 16 bytes in their order, "00112233-4455-...". 16 zeros are no identifier: "". */
void text_uuid(char *text, size_t size, const uint8_t *bytes);

/* GPT's and Microsoft's: the first three numbers are little-endian. */
void text_guid(char *text, size_t size, const uint8_t *bytes);

/* Bytes up to the first NUL; blanks at the end are dropped. Too long: "". */
void text_label(char *text, size_t size, struct span bytes);

enum utf16 { UTF16_LITTLE, UTF16_BIG };

/* UTF-16 up to the first 0, as UTF-8; half a surrogate pair is U+FFFD. Too long: "". */
void text_utf16(char *text, size_t size, struct span bytes, enum utf16 order);

/* The letters of a text in upper case. */
void text_upper(char *text);

#endif
