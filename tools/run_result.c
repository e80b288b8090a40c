// SPDX-License-Identifier: MIT
/* run_result.c - what `rdinit run` writes to files: its result as JSON, the guest's console. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/json_print.h"
#include "tools/run.h"

static int open_file(const char *option, const char *path, int *fd)
{
	*fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	return path && *fd < 0 ? error_errno(errno, "%s %s", option, shown(path)) : 0;
}

int run_open_results(struct run *run)
{
	if (open_file("--json", run->json, &run->json_fd) ||
	    open_file("--log", run->log, &run->log_fd))
		return -1;
	run->machine.log = run->log ? &run->log_fd : NULL;
	return 0;
}

int64_t run_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* From one moment to another; null where it did not come to that. */
static json_t *span_ms(int64_t from, int64_t to)
{
	return from && to ? json_integer(to - from) : json_null();
}

static int64_t or_else(int64_t time, int64_t other)
{
	return time ? time : other;
}

/* The phases follow each other: the last one that was begun ends with the machine. */
static json_t *times_of(const struct run *run)
{
	const struct machine_result *result = &run->result;
	int64_t now = run_now_ms();

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "prepare",
			 span_ms(run->started, or_else(result->started, now)), "boot",
			 span_ms(result->started, or_else(result->ready, result->ended)), "program",
			 span_ms(result->ready, or_else(result->exited, result->ended)), "end",
			 span_ms(result->exited, result->ended), "total",
			 span_ms(run->started, now));
}

/* No machine ran, and stderr has the reason. */
static const char *reason_of(int status)
{
	return status == 127 ? "not-found" : status == 126 ? "not-executable" : "not-started";
}

/* JSON is UTF-8; a path need not be. */
static json_t *text_of(const char *text)
{
	return text && *text ? json_string(shown(text)) : json_null();
}

static json_t *result_of(const struct run *run, int status)
{
	const struct machine_result *result = &run->result;
	const struct machine_config *machine = &run->machine;
	const char *reason = result->reason ? result->reason : reason_of(status);
	bool is_uml = machine->type == MACHINE_UML;

	return json_pack("{s:i, s:s, s:o, s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:I}", "status",
			 status, "reason", reason, "sentence", text_of(result->sentence), "machine",
			 qemu_machine_name(machine->type), "accelerator",
			 is_uml		    ? "uml"
			 : qemu_kvm_works() ? "kvm"
					    : "tcg",
			 "kernel", text_of(run->kernel_path), "release", text_of(run->release),
			 "memory_mib", (int)machine->memory_mib, "cpus", (int)machine->cpus, "ms",
			 times_of(run), "peak_kib", (json_int_t)result->peak_kib);
}

int run_write_result(struct run *run, int status)
{
	json_t *result;
	FILE *out;
	int fault;

	if (run->json_fd < 0)
		return status;
	out = fdopen(run->json_fd, "w");
	if (!out) {
		error_errno(errno, "--json %s", shown(run->json));
		return status ? status : 1;
	}
	run->json_fd = -1;
	result = result_of(run, status);
	fault = !result || json_print(result, out);
	json_decref(result);
	if (fclose(out) || fault) {
		error("--json %s: cannot be written", shown(run->json));
		return status ? status : 1;
	}
	return status;
}

void run_close_results(struct run *run)
{
	if (run->json_fd >= 0)
		close(run->json_fd);
	if (run->log_fd >= 0)
		close(run->log_fd);
	free(run->result.sentence);
	free(run->kernel_path);
	free(run->release);
}
