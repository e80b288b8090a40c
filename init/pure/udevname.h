/* SPDX-License-Identifier: MIT */
/* udevname.h - encode text as udev does in the names of its links. */
#ifndef RDINIT_PURE_UDEVNAME_H
#define RDINIT_PURE_UDEVNAME_H

#include <stddef.h>

/* Labels: letters, digits, "#+-.:=@_" and well-formed UTF-8 stay, any other byte is "\x20". 0;
 * -E2BIG, and "", if `size` bytes cannot hold it. Source: systemd's encode_devnode_name(). */
int udevname_encode(char *to, size_t size, const char *text);

/* Copies at most `len` bytes that a device reports of itself: blanks around them are dropped, those
 * within and all bytes that would be encoded are "_", several blanks are one. Returns 0; -E2BIG,
 * and "", as above. Source: systemd's udev_replace_whitespace(), udev_replace_chars(). */
int udevname_replace(char *to, size_t size, const char *text, size_t len);

#endif
