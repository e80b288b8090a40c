// SPDX-License-Identifier: MIT
/* window.c - the console's terminal gets the size of the host's, whenever that changes. */
#include "init/program/window.h"

#include <errno.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"

static void set_size(unsigned int rows, unsigned int columns)
{
	int error = sys_set_window(0, rows, columns);

	if (error)
		log_warn(error, "set the size of the console's terminal");
}

/* What is wrong on this port costs the program nothing but the right size. */
static void port_ready(void *owner, short revents)
{
	struct window_port *window = owner;
	uint8_t bytes[64];
	long got = sys_read(window->port.fd, bytes, sizeof(bytes));
	struct span rest = { bytes, got > 0 ? (size_t)got : 0 };
	struct packet_piece piece;

	(void)revents;
	if (got <= 0 && got != -EINTR && got != -EAGAIN)
		loop_remove_descriptor(window->loop, &window->port);
	while (packet_next(&window->reader, &rest, &piece) > 0) {
		if (piece.kind == PACKET_ROWS)
			window->rows = piece.len;
		else if (piece.kind == PACKET_COLUMNS)
			set_size(window->rows, piece.len);
	}
}

void window_follow(struct window_port *window, struct loop *loop, int fd)
{
	window->loop = loop;
	window->port = (struct loop_descriptor){
		.node.owner = window, .fd = fd, .events = POLLIN, .ready = port_ready
	};
	loop_add_descriptor(loop, &window->port); /* the table has room for it */
}
