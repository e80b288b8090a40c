// SPDX-License-Identifier: MIT
/* frames_writer.c - writes an archive in frames, which threads compress side by side. */
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
#define ALONE_FROM ((size_t)16 << 20) /* bytes: a file of this size has a frame of its own */
#define STREAM_AT ((size_t)64 << 20) /* bytes: and one with so large a file is not held at all */
#define CACHE_FROM ((size_t)1 << 20) /* bytes: less is compressed as fast as it is looked up */
#define BORDER 4 /* one name in four ends a frame that is large enough */

struct job {
	struct buffer raw, packed;
	int result;
	bool done;
};

struct frames {
	struct compress_choice choice;
	struct output *output;
	struct frame_cache *cache;
	bool plain; /* not compressed: no frames */
	bool failed;
	struct buffer raw; /* the frame that grows */
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

static int compress_frame(struct frames *frames, struct job *job)
{
	const struct sink sink = sink_to(&job->packed);
	struct span raw = buffer_span(&job->raw);
	struct frame_cache *cache = raw.len >= CACHE_FROM ? frames->cache : NULL;
	struct compressor *compressor;

	if (frame_cache_get(cache, &frames->choice, raw, &job->packed))
		return 0;
	compressor = compressor_new(&frames->choice, raw.len, sink);
	if (!compressor)
		return -1;
	if (compressor_write(compressor, raw.data, raw.len) < 0) {
		compressor_free(compressor);
		return -1;
	}
	if (compressor_finish(compressor) < 0)
		return -1;
	frame_cache_put(cache, &frames->choice, raw, &job->packed);
	return 0;
}

static void *work(void *argument)
{
	struct frames *frames = argument;

	pthread_mutex_lock(&frames->lock);
	for (;;) {
		struct job *job;

		while (frames->next == frames->last && !frames->closing)
			pthread_cond_wait(&frames->changed, &frames->lock);
		if (frames->next == frames->last)
			break;
		job = &frames->ring[frames->next++ % frames->size];
		pthread_mutex_unlock(&frames->lock);
		job->result = compress_frame(frames, job);
		buffer_free(&job->raw);
		pthread_mutex_lock(&frames->lock);
		job->done = true;
		pthread_cond_broadcast(&frames->changed);
	}
	pthread_mutex_unlock(&frames->lock);
	return NULL;
}

static unsigned int choose_threads(const struct frames_options *options)
{
	/* Twice a frame of medium size, in and out, and the memory of the method. */
	size_t each = compress_memory(&options->choice) + FRAME_LEAST + FRAME_MOST;
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

struct frames *frames_new(const struct frames_options *options, struct output *output)
{
	struct frames *frames = xcalloc(1, sizeof(*frames));

	frames->choice = options->choice;
	frames->output = output;
	frames->plain = options->choice.kind == COMPRESS_NONE;
	frames->cache = options->use_cache && !frames->plain ? frame_cache_open() : NULL;
	frames->wanted = choose_threads(options);
	frames->size = frames->wanted + 1;
	frames->ring = xcalloc(frames->size, sizeof(*frames->ring));
	pthread_mutex_init(&frames->lock, NULL);
	pthread_cond_init(&frames->changed, NULL);
	return frames;
}

static int fail(struct frames *frames)
{
	frames->failed = true;
	return -1;
}

/* Writes the oldest job once it is done. */
static int write_first(struct frames *frames)
{
	struct job *job = &frames->ring[frames->first % frames->size];
	int result;

	pthread_mutex_lock(&frames->lock);
	while (!job->done)
		pthread_cond_wait(&frames->changed, &frames->lock);
	pthread_mutex_unlock(&frames->lock);
	result = job->result;
	if (!result)
		result = output_write(frames->output, job->packed.data, job->packed.len);
	buffer_free(&job->packed);
	job->done = false;
	frames->first++;
	return result ? fail(frames) : 0;
}

static int write_all(struct frames *frames)
{
	while (frames->first < frames->last)
		if (write_first(frames) < 0)
			return -1;
	return 0;
}

/* One thread more, as long as there is work for it; the first one must start. */
static int need_thread(struct frames *frames)
{
	if (frames->started == frames->wanted)
		return 0;
	if (!pthread_create(&frames->threads[frames->started], NULL, work, frames))
		frames->started++;
	return frames->started ? 0 : error("cannot start a thread");
}

/* The frame that grew goes to the threads. */
static int hand_over(struct frames *frames)
{
	bool large;

	if (frames->last - frames->first == frames->size && write_first(frames) < 0)
		return -1;
	if (need_thread(frames) < 0)
		return fail(frames);
	pthread_mutex_lock(&frames->lock);
	frames->ring[frames->last % frames->size].raw = frames->raw;
	frames->last++;
	pthread_cond_broadcast(&frames->changed);
	pthread_mutex_unlock(&frames->lock);
	large = frames->raw.len >= ALONE_FROM;
	frames->raw = (struct buffer){ 0 };
	return large ? write_all(frames) : 0;
}

static int end_stream(struct frames *frames)
{
	struct compressor *stream = frames->stream;

	frames->stream = NULL;
	return compressor_finish(stream) < 0 ? fail(frames) : 0;
}

/* FNV-1a: which names end a frame depends on nothing but the names. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619;
	return hash;
}

int frames_entry(struct frames *frames, const char *name)
{
	size_t len = frames->raw.len;

	if (frames->failed)
		return -1;
	if (frames->stream)
		return end_stream(frames);
	if (len >= FRAME_MOST || (len >= FRAME_LEAST && hash_of(name) / 65536 % BORDER == 0))
		return hand_over(frames);
	return 0;
}

/* From here to its end this frame goes straight to the output. */
static int begin_stream(struct frames *frames)
{
	const struct sink sink = { to_output, frames->output };

	if (write_all(frames) < 0)
		return -1;
	frames->stream = compressor_new(&frames->choice, COMPRESS_SIZE_UNKNOWN, sink);
	if (!frames->stream ||
	    compressor_write(frames->stream, frames->raw.data, frames->raw.len) < 0)
		return fail(frames);
	buffer_free(&frames->raw);
	return 0;
}

int frames_write(struct frames *frames, const void *data, size_t len)
{
	if (frames->failed)
		return -1;
	if (frames->plain)
		return output_write(frames->output, data, len);
	if (!frames->stream && frames->raw.len + len > STREAM_AT && begin_stream(frames) < 0)
		return -1;
	if (frames->stream)
		return compressor_write(frames->stream, data, len) < 0 ? fail(frames) : 0;
	buffer_add(&frames->raw, data, len);
	return 0;
}

bool frames_are_plain(const struct frames *frames)
{
	return frames->plain;
}

uint64_t frames_at(const struct frames *frames)
{
	return frames->plain ? output_total(frames->output) : 0;
}

int frames_share(struct frames *frames, int fd, size_t len)
{
	return frames->plain && !frames->failed ? output_share(frames->output, fd, len) : -1;
}

int frames_finish(struct frames *frames)
{
	int result = frames->failed ? -1 : 0;

	if (!result && frames->stream)
		result = end_stream(frames);
	if (!result && frames->raw.len)
		result = hand_over(frames);
	if (!result)
		result = write_all(frames);
	frames_free(frames);
	return result;
}

void frames_free(struct frames *frames)
{
	if (!frames)
		return;
	pthread_mutex_lock(&frames->lock);
	frames->closing = true;
	frames->last = frames->next; /* given up: frames that no thread has yet are not started */
	pthread_cond_broadcast(&frames->changed);
	pthread_mutex_unlock(&frames->lock);
	for (unsigned int i = 0; i < frames->started; i++)
		pthread_join(frames->threads[i], NULL);
	for (size_t i = 0; i < frames->size; i++) {
		buffer_free(&frames->ring[i].raw);
		buffer_free(&frames->ring[i].packed);
	}
	compressor_free(frames->stream);
	buffer_free(&frames->raw);
	free(frames->ring);
	frame_cache_close(frames->cache);
	pthread_mutex_destroy(&frames->lock);
	pthread_cond_destroy(&frames->changed);
	free(frames);
}
