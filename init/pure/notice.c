// SPDX-License-Identifier: MIT
/* notice.c - parse the messages of sd_notify(3). */
#include "init/pure/notice.h"

#include <errno.h>
#include <string.h>

#define MICROSECONDS_MAX INT64_C(1000000000000000)

static int parse_time(const char *text, int64_t *ms)
{
	int64_t time = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		time = time * 10 + (*text - '0');
		if (time > MICROSECONDS_MAX)
			return -EINVAL;
	}
	*ms = (time + 999) / 1000;
	return 0;
}

static int parse_line(const char *line, struct notice *notice)
{
	static const char status[] = "STATUS=", extend[] = "EXTEND_TIMEOUT_USEC=";

	if (*line == '=' || !strchr(line, '='))
		return -EINVAL;
	notice->is_ready |= strcmp(line, "READY=1") == 0;
	notice->is_stopping |= strcmp(line, "STOPPING=1") == 0;
	notice->is_alive |= strcmp(line, "WATCHDOG=1") == 0;
	notice->has_failed |= strcmp(line, "WATCHDOG=trigger") == 0;
	if (strncmp(line, status, strlen(status)) == 0)
		notice->status = line + strlen(status);
	if (strncmp(line, extend, strlen(extend)) == 0)
		return parse_time(line + strlen(extend), &notice->extend_ms);
	return 0;
}

static int check_characters(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			return -EINVAL;
	return 0;
}

int notice_parse(char *text, size_t len, struct notice *notice)
{
	int error = check_characters(text, len);

	memset(notice, 0, sizeof(*notice));
	text[len] = '\0';
	while (!error && *text) {
		char *line = text;

		text += strcspn(text, "\n");
		if (*text)
			*text++ = '\0';
		error = parse_line(line, notice);
	}
	return error;
}
