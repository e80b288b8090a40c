/* SPDX-License-Identifier: MIT */
/* keybits.h - the keys that an input device has, and presses of them. */
#ifndef RDINIT_PURE_KEYBITS_H
#define RDINIT_PURE_KEYBITS_H

#include <stdbool.h>

#include "init/pure/span.h"

#define KEY_EVENT_SIZE 24 /* bytes of struct input_event, linux/input.h */

/* Whether the device has this key. `text` is a line of capabilities/key in sysfs: hexadecimal
 * words of 64 keys each, those with the highest first, separated by blanks. Another text has no
 * keys. */
bool keybits_has(const char *text, unsigned int key);

/* Whether the events, of KEY_EVENT_SIZE bytes each, have a press of this key; not its release, nor
 * its repetition. */
bool keybits_pressed(struct span events, unsigned int key);

#endif
