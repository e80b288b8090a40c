/* SPDX-License-Identifier: MIT */
/* paths.h - paths of the image that /init reads. */
#ifndef RDINIT_PURE_PATHS_H
#define RDINIT_PURE_PATHS_H

#define CONFIG_DIR "/etc/rdinit" /* all of it */
#define RUN_FILE "/etc/rdinit/run" /* the program, if the command line names none */
#define ENV_FILE "/etc/rdinit/env" /* its environment */
#define MODULES_FILE "/etc/rdinit/modules" /* modules in the order of loading */
#define DRIVERS_FILE "/etc/rdinit/drivers" /* modules to load when a device needs them */
#define HOOKS_DIR "/etc/rdinit/before-run.d" /* programs to run before it */
#define KEYMAP_FILE "/etc/rdinit/keymap" /* the console's, as `pack` names it in rdinit.keymap= */
#define IMAGECONF_DIR "/etc/rdinit/cmdline.d" /* its *.conf, in the order of names as bytes */
#define IMAGECONF_LAST "/etc/rdinit/cmdline" /* after them: parameters of rdinit pack */
#define STDIN_FILE "/etc/rdinit/stdin" /* as `run` names it in rdinit.stdin= */
/* Only in the part of an image that comes later (rdinit.order=): */
#define SEED_FILE "/etc/rdinit/seed" /* bytes for the kernel's random numbers */
#define CLOCK_FILE "/etc/rdinit/clock" /* the time when it was sent: SECONDS NANOSECONDS */

/* What /init executes if neither a program nor a root is requested: the first that exists. */
#define OWN_INIT "/sbin/init"
#define SHELL "/bin/sh"

#endif
