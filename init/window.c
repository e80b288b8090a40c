// SPDX-License-Identifier: MIT
/* window.c - set the size of the console's terminal, and follow that of the host's. */
#include "init/pure/window.h"

#include "init/boot.h"
#include "init/device/port.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define PORT_WAIT_S 10 /* the driver's ports follow within milliseconds */

static int follow(struct boot *boot, const char *port)
{
	int fd = port_open(&boot->uevents, port, loop_deadline(PORT_WAIT_S));

	if (fd < 0)
		return log_err(fd, "open the virtio-serial port %s of rdinit.window=", port);
	window_follow(&boot->window, &boot->loop, fd);
	return 0;
}

/* A serial line does not say how large the terminal at its end is. The next init follows nothing.
 */
int window_set(struct boot *boot)
{
	const char *text = boot->settings.window;
	struct window window;
	int error;

	if (!text)
		return 0;
	error = window_parse(text, &window);
	if (!error)
		error = sys_set_window(0, window.rows, window.columns);
	if (error)
		return log_err(error, "set the size of the console's terminal, rdinit.window=%s",
			       text);
	return window.port && boot->mode != MODE_HAND_OFF ? follow(boot, window.port) : 0;
}
