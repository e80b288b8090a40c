// SPDX-License-Identifier: MIT
/* progress.c - one line on a terminal's stderr about work that takes longer than a second. */
#include "tools/lib/base/progress.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define CLEAR "\r\033[K"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	pthread_t thread;
	const char *what; /* NULL: the thread is to end */
	bool is_shown, runs;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

bool progress_is_seen(void)
{
	return isatty(STDERR_FILENO);
}

/* In one write, so that lines of several processes do not mix. Nothing helps if it fails. */
static void put(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

/* A line that is wider than the terminal could not be taken away again. */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 79;
	return size.ws_col < LINE_MAX_BYTES - 16 ? size.ws_col - 1 : LINE_MAX_BYTES - 16;
}

static void show(const char *line)
{
	char text[LINE_MAX_BYTES];

	snprintf(text, sizeof(text), CLEAR "%.*s", columns(), line);
	put(text);
	state.is_shown = true;
}

void progress_show(const char *line)
{
	if (!progress_is_seen())
		return;
	pthread_mutex_lock(&state.lock);
	show(line);
	pthread_mutex_unlock(&state.lock);
}

void progress_clear(void)
{
	pthread_mutex_lock(&state.lock);
	if (state.is_shown)
		put(CLEAR);
	state.is_shown = false;
	pthread_mutex_unlock(&state.lock);
}

static void *count_seconds(void *unused)
{
	char line[LINE_MAX_BYTES];
	struct timespec next;

	(void)unused;
	pthread_mutex_lock(&state.lock);
	clock_gettime(CLOCK_REALTIME, &next);
	for (int seconds = 1; state.what; seconds++) {
		next.tv_sec++;
		while (state.what &&
		       pthread_cond_timedwait(&state.change, &state.lock, &next) != ETIMEDOUT)
			;
		if (!state.what)
			break;
		snprintf(line, sizeof(line), "rdinit: %s: %d s", state.what, seconds);
		show(line);
	}
	pthread_mutex_unlock(&state.lock);
	return NULL;
}

void progress_start(const char *what)
{
	sigset_t all, before;

	if (!progress_is_seen())
		return;
	state.what = what;
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	state.runs = !pthread_create(&state.thread, NULL, count_seconds, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_stop(void)
{
	if (!state.runs)
		return;
	pthread_mutex_lock(&state.lock);
	state.what = NULL;
	pthread_cond_signal(&state.change);
	pthread_mutex_unlock(&state.lock);
	pthread_join(state.thread, NULL);
	state.runs = false;
	progress_clear();
}
