/* SPDX-License-Identifier: MIT */
/* rights.h - who may read an image: nobody who could not read its inputs. */
#ifndef TOOLS_LIB_RIGHTS_H
#define TOOLS_LIB_RIGHTS_H

#include <stdbool.h>
#include <sys/stat.h>

/* A file or directory that became part of the output. The group counts where it is ours, which is
 * that of what we write. Pipes and devices say nothing. */
void rights_note(const struct stat *st);

/* The same for a path, "-" being standard input; without a report. */
void rights_note_path(const char *path);

/* The output is for its owner alone. */
void rights_note_secret(void);

/* The mode of a new file or directory, without the bits that it must not have. */
mode_t rights_left(mode_t mode);

#endif
