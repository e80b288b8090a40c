/* SPDX-License-Identifier: MIT */
/* file_kind.h - what kinds of files there are, and what each is called. */
#ifndef TOOLS_LIB_FILE_KIND_H
#define TOOLS_LIB_FILE_KIND_H

#include <stdint.h>

struct file_kind {
	uint32_t mode; /* S_IFMT of it */
	char letter; /* as ls(1) has it */
	const char *verb; /* of a recipe; NULL: the mode is that of no kind */
	const char *type; /* in JSON */
	const char *title; /* in messages */
};

struct file_kind file_kind(uint32_t mode);

#endif
