/* SPDX-License-Identifier: MIT */
/* paths.h - where /init looks in the image. */
#ifndef RDINIT_PURE_PATHS_H
#define RDINIT_PURE_PATHS_H

#define CONFIG_DIR "/etc/rdinit" /* all of it */
#define RUN_FILE "/etc/rdinit/run" /* the program, where the command line names none */
#define ENV_FILE "/etc/rdinit/env" /* its environment */
#define MODULES_FILE "/etc/rdinit/modules" /* modules in the order of loading */
#define DRIVERS_FILE "/etc/rdinit/drivers" /* modules that devices ask for */

#endif
