/* SPDX-License-Identifier: MIT */
/* limits.h - the limits of /init. The tool refuses, or reports, what /init would refuse. */
#ifndef RDINIT_PURE_LIMITS_H
#define RDINIT_PURE_LIMITS_H

#include "init/pure/span.h"

#define COMMAND_LINE_MAX 4096 /* bytes with the NUL; COMMAND_LINE_SIZE on x86 is 2048 */
#define IMAGE_WORDS_MAX 65536 /* bytes of the image's command lines, each with a NUL */
#define RUN_FILE_MAX 524288 /* bytes with a NUL: four times the longest argument */
#define RUN_WORDS_MAX 16383 /* the program and its arguments */
#define ARGUMENT_MAX 131072 /* bytes of one of them with its NUL: the kernel's MAX_ARG_STRLEN */
#define ENV_FILE_MAX 524288 /* bytes with a NUL */
#define ENVIRONMENT_MAX 4095 /* variables of the program's environment */
#define ENV_FILE_WORDS_MAX 4000 /* of those, in ENV_FILE: others come from command lines */
#define MODULE_LIST_MAX 262144 /* bytes with a NUL: 2,800 modules */
#define DEVICE_PATH_MAX 128 /* bytes with the NUL: "/dev/mapper/" and a name of 115 */

/* PATH for a program whose environment has none. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define SETTINGS_IGNORED_MAX 8 /* parameters that are reported one by one */
#define SETTINGS_ENV_MAX 1024 /* NAME=VALUE of all command lines */
#define SETTINGS_CONSOLES_MAX 16
#define SETTINGS_MODULES_MAX 256 /* parameters of modules */
#define SETTINGS_LIST_MAX 64 /* values of a parameter that may be repeated */

enum words_fault { WORDS_FIT, WORDS_TOO_MANY, WORDS_TOO_LONG };

/* Checks that `text` has at most `max` words, each ended by a NUL and no longer than the kernel
 * accepts. `count`: their number, or the index of the one that is too long. Source:
 * execve(2), limits on size of arguments and environment. */
enum words_fault limits_judge(struct span text, size_t max, size_t *count);

#endif
