// SPDX-License-Identifier: MIT
/* frames_writer.c - writes an archive: entries in groups, each compressed as a frame. */
#include "tools/lib/cpio/frames_writer.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/cpio/frame_cache.h"

#define THREADS_MAX 64
#define MEMORY ((size_t)192 << 20) /* bytes for all threads together; the rest is the tree */
#define ALONE_FROM ((size_t)16 << 20) /* bytes: a file of this size has a group of its own */
#define STREAM_AT ((size_t)64 << 20) /* bytes: and one with so large a file is not held at all */
#define CACHE_FROM ((size_t)1 << 20) /* bytes: less is compressed as fast as it is looked up */
#define BORDER 4 /* one name in four ends a group that is large enough */

struct job {
	struct buffer raw, packed;
	int result;
	bool done;
};

struct groups {
	struct compress_choice choice;
	struct output *output;
	struct frame_cache *cache;
	bool plain; /* not compressed: no groups */
	bool failed;
	struct buffer raw; /* the group that grows */
	struct compressor *stream; /* it, where it became too large to be held */

	/* A ring of jobs, in the order of the output. The lock is for all below. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *ring;
	size_t size;
	size_t first, next, last; /* to be written, to be taken, to be added; only growing */
	bool closing;
	pthread_t threads[THREADS_MAX];
	unsigned int wanted, started;
};

static int to_output(void *context, const void *data, size_t len)
{
	return output_write(context, data, len);
}

static int compress_group(struct groups *groups, struct job *job)
{
	const struct sink sink = sink_to(&job->packed);
	struct span raw = buffer_span(&job->raw);
	struct frame_cache *cache = raw.len >= CACHE_FROM ? groups->cache : NULL;
	struct compressor *compressor;

	if (frame_cache_get(cache, &groups->choice, raw, &job->packed))
		return 0;
	compressor = compressor_new(&groups->choice, raw.len, sink);
	if (!compressor)
		return -1;
	if (compressor_write(compressor, raw.data, raw.len) < 0) {
		compressor_free(compressor);
		return -1;
	}
	if (compressor_finish(compressor) < 0)
		return -1;
	frame_cache_put(cache, &groups->choice, raw, &job->packed);
	return 0;
}

static void *work(void *argument)
{
	struct groups *groups = argument;

	pthread_mutex_lock(&groups->lock);
	for (;;) {
		struct job *job;

		while (groups->next == groups->last && !groups->closing)
			pthread_cond_wait(&groups->changed, &groups->lock);
		if (groups->next == groups->last)
			break;
		job = &groups->ring[groups->next++ % groups->size];
		pthread_mutex_unlock(&groups->lock);
		job->result = compress_group(groups, job);
		buffer_free(&job->raw);
		pthread_mutex_lock(&groups->lock);
		job->done = true;
		pthread_cond_broadcast(&groups->changed);
	}
	pthread_mutex_unlock(&groups->lock);
	return NULL;
}

static unsigned int choose_threads(const struct groups_options *options)
{
	/* Twice a group of medium size, in and out, and the memory of the method. */
	size_t each = compress_memory(&options->choice) + GROUP_LEAST + GROUP_MOST;
	cpu_set_t set;
	unsigned int threads = options->threads;

	if (!threads) {
		threads =
			sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned int)CPU_COUNT(&set);
		if (threads > MEMORY / each)
			threads = (unsigned int)(MEMORY / each);
	}
	return threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
}

struct groups *groups_new(const struct groups_options *options, struct output *output)
{
	struct groups *groups = xcalloc(1, sizeof(*groups));

	groups->choice = options->choice;
	groups->output = output;
	groups->plain = options->choice.kind == COMPRESS_NONE;
	groups->cache = options->use_cache && !groups->plain ? frame_cache_open() : NULL;
	groups->wanted = choose_threads(options);
	groups->size = groups->wanted + 1;
	groups->ring = xcalloc(groups->size, sizeof(*groups->ring));
	pthread_mutex_init(&groups->lock, NULL);
	pthread_cond_init(&groups->changed, NULL);
	return groups;
}

static int fail(struct groups *groups)
{
	groups->failed = true;
	return -1;
}

/* Writes the oldest job once it is done. */
static int write_first(struct groups *groups)
{
	struct job *job = &groups->ring[groups->first % groups->size];
	int result;

	pthread_mutex_lock(&groups->lock);
	while (!job->done)
		pthread_cond_wait(&groups->changed, &groups->lock);
	pthread_mutex_unlock(&groups->lock);
	result = job->result;
	if (!result)
		result = output_write(groups->output, job->packed.data, job->packed.len);
	buffer_free(&job->packed);
	job->done = false;
	groups->first++;
	return result ? fail(groups) : 0;
}

static int write_all(struct groups *groups)
{
	while (groups->first < groups->last)
		if (write_first(groups) < 0)
			return -1;
	return 0;
}

/* One thread more, as long as there is work for it; the first one must start. */
static int need_thread(struct groups *groups)
{
	if (groups->started == groups->wanted)
		return 0;
	if (!pthread_create(&groups->threads[groups->started], NULL, work, groups))
		groups->started++;
	return groups->started ? 0 : error("cannot start a thread");
}

/* The group that grew goes to the threads. */
static int hand_over(struct groups *groups)
{
	bool large;

	if (groups->last - groups->first == groups->size && write_first(groups) < 0)
		return -1;
	if (need_thread(groups) < 0)
		return fail(groups);
	pthread_mutex_lock(&groups->lock);
	groups->ring[groups->last % groups->size].raw = groups->raw;
	groups->last++;
	pthread_cond_broadcast(&groups->changed);
	pthread_mutex_unlock(&groups->lock);
	large = groups->raw.len >= ALONE_FROM;
	groups->raw = (struct buffer){ 0 };
	return large ? write_all(groups) : 0;
}

static int end_stream(struct groups *groups)
{
	struct compressor *stream = groups->stream;

	groups->stream = NULL;
	return compressor_finish(stream) < 0 ? fail(groups) : 0;
}

/* FNV-1a: which names end a group depends on nothing but the names. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619;
	return hash;
}

int groups_entry(struct groups *groups, const char *name)
{
	size_t len = groups->raw.len;

	if (groups->failed)
		return -1;
	if (groups->stream)
		return end_stream(groups);
	if (len >= GROUP_MOST || (len >= GROUP_LEAST && hash_of(name) / 65536 % BORDER == 0))
		return hand_over(groups);
	return 0;
}

/* From here to its end this group goes straight to the output. */
static int begin_stream(struct groups *groups)
{
	const struct sink sink = { to_output, groups->output };

	if (write_all(groups) < 0)
		return -1;
	groups->stream = compressor_new(&groups->choice, COMPRESS_SIZE_UNKNOWN, sink);
	if (!groups->stream ||
	    compressor_write(groups->stream, groups->raw.data, groups->raw.len) < 0)
		return fail(groups);
	buffer_free(&groups->raw);
	return 0;
}

int groups_write(struct groups *groups, const void *data, size_t len)
{
	if (groups->failed)
		return -1;
	if (groups->plain)
		return output_write(groups->output, data, len);
	if (!groups->stream && groups->raw.len + len > STREAM_AT && begin_stream(groups) < 0)
		return -1;
	if (groups->stream)
		return compressor_write(groups->stream, data, len) < 0 ? fail(groups) : 0;
	buffer_add(&groups->raw, data, len);
	return 0;
}

bool groups_is_plain(const struct groups *groups)
{
	return groups->plain;
}

uint64_t groups_at(const struct groups *groups)
{
	return groups->plain ? output_total(groups->output) : 0;
}

int groups_share(struct groups *groups, int fd, size_t len)
{
	return groups->plain && !groups->failed ? output_share(groups->output, fd, len) : -1;
}

int groups_finish(struct groups *groups)
{
	int result = groups->failed ? -1 : 0;

	if (!result && groups->stream)
		result = end_stream(groups);
	if (!result && groups->raw.len)
		result = hand_over(groups);
	if (!result)
		result = write_all(groups);
	groups_free(groups);
	return result;
}

void groups_free(struct groups *groups)
{
	if (!groups)
		return;
	pthread_mutex_lock(&groups->lock);
	groups->closing = true;
	groups->last = groups->next; /* given up: groups that no thread has yet are not started */
	pthread_cond_broadcast(&groups->changed);
	pthread_mutex_unlock(&groups->lock);
	for (unsigned int i = 0; i < groups->started; i++)
		pthread_join(groups->threads[i], NULL);
	for (size_t i = 0; i < groups->size; i++) {
		buffer_free(&groups->ring[i].raw);
		buffer_free(&groups->ring[i].packed);
	}
	compressor_free(groups->stream);
	buffer_free(&groups->raw);
	free(groups->ring);
	frame_cache_close(groups->cache);
	pthread_mutex_destroy(&groups->lock);
	pthread_cond_destroy(&groups->changed);
	free(groups);
}
