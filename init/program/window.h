/* SPDX-License-Identifier: MIT */
/* window.h - the console's terminal gets the size of the host's, whenever that changes. */
#ifndef RDINIT_PROGRAM_WINDOW_H
#define RDINIT_PROGRAM_WINDOW_H

#include "init/loop/loop.h"
#include "init/pure/packets.h"

struct window_port {
	struct loop *loop;
	struct loop_descriptor port;
	struct packet_reader reader;
	unsigned int rows; /* the columns have not come yet */
};

/* Reads sizes from the port `fd` while the loop runs: the kernel sends SIGWINCH to the job in the
 * foreground when one differs from that before. A port that fails is no longer read. */
void window_follow(struct window_port *window, struct loop *loop, int fd);

#endif
