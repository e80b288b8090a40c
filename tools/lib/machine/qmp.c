// SPDX-License-Identifier: MIT
/* qmp.c - commands to a running QEMU, by its machine protocol. */
#include "tools/lib/machine/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/machine/machine_state.h"

#define LOOK_AGAIN_NS 2000000 /* between questions whether a long command is done */
#define LINE_MAX_BYTES (1 << 20) /* answers have some hundred */

/* NULL, or why nothing more comes. */
static char *receive(struct qmp *qmp)
{
	struct pollfd poll_it = { .fd = qmp->fd, .events = POLLIN };
	int64_t left = qmp->until - machine_now_ms();
	ssize_t len;

	if (left <= 0 || poll(&poll_it, 1, (int)left) == 0)
		return xstrdup("QEMU does not answer");
	len = read(qmp->fd, buffer_space(&qmp->received, 4096), 4096);
	if (len < 0 && errno != EINTR && errno != EAGAIN)
		return xasprintf("QEMU's monitor: %s", strerror(errno));
	qmp->received.len -= (size_t)(4096 - (len > 0 ? len : 0));
	if (len == 0)
		return xstrdup("QEMU ended");
	return qmp->received.len > LINE_MAX_BYTES ? xstrdup("QEMU's answer has no end") : NULL;
}

/* The next line as JSON, or NULL, with *why. */
static json_t *next_line(struct qmp *qmp, char **why)
{
	struct buffer *received = &qmp->received;
	json_error_t error;
	json_t *line;
	char *end;

	while (!(end = received->len ? memchr(received->data, '\n', received->len) : NULL)) {
		*why = receive(qmp);
		if (*why)
			return NULL;
	}
	line = json_loadb(received->data, (size_t)(end - received->data), 0, &error);
	received->len -= (size_t)(end + 1 - received->data);
	memmove(received->data, end + 1, received->len);
	if (!line)
		*why = xstrdup("QEMU's monitor speaks no JSON");
	return line;
}

/* Passes over events, to an answer. NULL, with *why. */
static json_t *next_answer(struct qmp *qmp, char **why)
{
	json_t *line;

	while ((line = next_line(qmp, why)) && json_object_get(line, "event"))
		json_decref(line);
	return line;
}

/* A command is smaller than the socket's buffer: it goes at once. `file`: -1, or a descriptor that
 * goes with it. */
static char *send_text(struct qmp *qmp, char *text, int file)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct iovec block = { .iov_base = text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_iov = &block, .msg_iovlen = 1 };

	if (file >= 0) {
		memcpy(CMSG_DATA(&control.head), &file, sizeof(file));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	if (sendmsg(qmp->fd, &message, MSG_NOSIGNAL) == (ssize_t)block.iov_len)
		return NULL;
	return xasprintf("QEMU's monitor: %s", strerror(errno));
}

/* *result: what "return" holds, to be freed. */
static char *ask_with(struct qmp *qmp, const char *command, const char *arguments, int file,
		      json_t **result)
{
	char *text = xasprintf("{\"execute\":\"%s\"%s%s}\n", command,
			       arguments ? ",\"arguments\":" : "", arguments ? arguments : "");
	char *why = send_text(qmp, text, file);
	json_t *answer = why ? NULL : next_answer(qmp, &why);
	const char *said;

	free(text);
	if (!answer)
		return why;
	*result = json_incref(json_object_get(answer, "return"));
	if (!*result) {
		said = json_string_value(json_object_get(json_object_get(answer, "error"), "desc"));
		why = xasprintf("QEMU refuses %s: %s", command, said ? said : "for no reason");
	}
	json_decref(answer);
	return why;
}

static char *ask(struct qmp *qmp, const char *command, const char *arguments, json_t **result)
{
	return ask_with(qmp, command, arguments, -1, result);
}

char *qmp_command(struct qmp *qmp, const char *command, const char *arguments)
{
	json_t *result = NULL;
	char *why = ask(qmp, command, arguments, &result);

	json_decref(result);
	return why;
}

char *qmp_give_file(struct qmp *qmp, const char *name, int file)
{
	char *arguments = xasprintf("{\"fdname\":\"%s\"}", name), *why;
	json_t *result = NULL;

	why = ask_with(qmp, "getfd", arguments, file, &result);
	json_decref(result);
	free(arguments);
	return why;
}

char *qmp_open(struct qmp *qmp)
{
	char *why = NULL;
	json_t *greeting = next_answer(qmp, &why);

	if (!greeting)
		return why;
	json_decref(greeting);
	return qmp_command(qmp, "qmp_capabilities", NULL);
}

/* Asks until the status is `wanted`; `failed` ends it, too. */
static char *wait_status(struct qmp *qmp, const char *command, const char *wanted,
			 const char *failed)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NS };

	for (;;) {
		json_t *result = NULL;
		char *why = ask(qmp, command, NULL, &result);
		const char *status = json_string_value(json_object_get(result, "status"));
		bool is_over = !why && status && !strcmp(status, wanted);

		if (!why && status && !strcmp(status, failed))
			why = xasprintf("QEMU: %s", status);
		json_decref(result);
		if (is_over || why)
			return why;
		if (machine_now_ms() >= qmp->until)
			return xasprintf("QEMU's %s does not end", command);
		nanosleep(&pause, NULL);
	}
}

char *qmp_wait_saved(struct qmp *qmp)
{
	return wait_status(qmp, "query-migrate", "completed", "failed");
}

char *qmp_wait_running(struct qmp *qmp)
{
	return wait_status(qmp, "query-status", "running", "internal-error");
}

void qmp_close(struct qmp *qmp)
{
	if (qmp->fd >= 0)
		close(qmp->fd);
	qmp->fd = -1;
	buffer_free(&qmp->received);
}
