// SPDX-License-Identifier: MIT
/* notify.c - the socket on which the program reports its state, as sd_notify(3) does. */
#include <errno.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/notice.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

/* Abstract, so that it needs no directory, and is in every root of the machine. */
#define NAME "rdinit/notify"
#define MESSAGE_MAX 4096 /* bytes */
#define MESSAGES_MAX 16 /* that are read at a time: the kernel queues 10 */

static void log_bad(struct notify *notify)
{
	if (!notify->has_logged)
		log_print(LOG_WARNING,
			  "a message of the program is not of sd_notify(3): ignored, as "
			  "are all such");
	notify->has_logged = true;
}

static void accept_notice(struct notify *notify, const struct notice *notice)
{
	if (notice->is_ready)
		wire_report("status READY=1");
	if (notice->status)
		wire_report("status STATUS=%s", notice->status);
	if (notice->is_stopping)
		wire_report("status STOPPING=1");
	if (notify->watchdog)
		watchdog_accept(notify->watchdog, notice);
	if (notice->extend_ms)
		stop_extend(notify->stop, notice->extend_ms);
}

static void close_socket(struct notify *notify)
{
	if (!notify->is_open)
		return;
	loop_remove_descriptor(notify->loop, &notify->socket);
	sys_close(notify->socket.fd);
	notify->is_open = false;
}

/* Returns whether there was one. */
static bool read_message(struct notify *notify)
{
	static char message[MESSAGE_MAX + 1];
	struct notice notice;
	long len = sys_read(notify->socket.fd, message, sizeof(message));

	if (len < 0 && len != -EAGAIN && len != -EINTR) {
		log_warn((int)len, "read the messages of the program (from here on they are lost)");
		close_socket(notify);
	}
	if (len <= 0) /* an empty one says nothing */
		return false;
	if (len > MESSAGE_MAX || notice_parse(message, (size_t)len, &notice))
		log_bad(notify);
	else
		accept_notice(notify, &notice);
	return true;
}

/* A program that sends without an end must not keep the loop from the rest. */
static void ready(void *owner, short revents)
{
	int left = MESSAGES_MAX;

	(void)revents;
	while (left-- && read_message(owner))
		;
}

int notify_open(struct boot *boot)
{
	struct notify *notify = &boot->notify;
	int fd, error;

	if (!boot->settings.notify)
		return 0;
	fd = sys_open_messages(NAME);
	if (fd < 0)
		return log_err(fd, "open the socket of rdinit.notify");
	notify->loop = &boot->loop;
	notify->stop = &boot->stop;
	notify->socket = (struct loop_descriptor){
		.node.owner = notify, .fd = fd, .events = POLLIN, .ready = ready
	};
	error = loop_add_descriptor(&boot->loop, &notify->socket);
	if (error)
		sys_close(fd);
	if (error)
		return log_err(error, "read the socket of rdinit.notify");
	notify->is_open = true;
	return settings_set_env(boot, "NOTIFY_SOCKET=@" NAME);
}

/* What others send later is not the program's. */
void notify_close(struct boot *boot)
{
	close_socket(&boot->notify);
}
