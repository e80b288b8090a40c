/* stdio.h - a program's standard streams over a serial port (rdinit.stdio=). */
#ifndef RDINIT_PROGRAM_STDIO_H
#define RDINIT_PROGRAM_STDIO_H

#include "init/boot.h"

/*
 * Where rdinit.stdio= asks for it: makes three pipes and a process that carries them over that
 * port as frames (init/pure/frames.h). Writes the program's ends to `stdio`; where nothing is
 * asked for, or the port cannot be used (which is said), they stay -1: the console. The process
 * ends by itself when no writer is left, after its last byte has left the port.
 */
void stdio_frames_open(const struct boot *boot, int stdio[3]);

/* Closes init's copies of the program's ends, once the program has its own. */
void stdio_frames_close(int stdio[3]);

#endif
