/* SPDX-License-Identifier: MIT */
/* fake_sys.h - sys.h without a kernel: what init asked for, and answers set beforehand. */
#ifndef RDINIT_FAKE_SYS_H
#define RDINIT_FAKE_SYS_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/shared/errors.h"

/* Every call that changes something, one line each: "mount devtmpfs /dev". */
extern char fake_calls[16384];
/* Every other call that an answer can be set for, as far as there is room. */
extern char fake_asked[16384];
/* What went to descriptor 2. */
extern char fake_console[16384];
/* Where sys_reboot() goes once it succeeds: it does not return. RB_DISABLE_CAD does. */
extern jmp_buf fake_end;

/* Of the last mount(2): its flags, and its options ("-" for none). */
extern unsigned long fake_mount_flags;
extern char fake_mount_options[8192];

/* What wait(2) says of each program; of a child of fork(2) what it returned. Where "fork" and
 * "spawn" are answered with a process id, the child runs at once, and ends after so many
 * milliseconds. Time passes where PID 1 waits, and there alone; where it waits for ever the test
 * ends at fake_end, with FAKE_WAITS. */
extern int fake_status;
extern int64_t fake_child_ms;

/* Forgets calls, answers and files. */
void fake_reset(void);

/* From now on the call whose line begins with `call` gives `result`; `times` times, or always
 * (FAKE_ALWAYS). For calls without a line: "getpid", "access PATH", "fs_magic PATH", "stat PATH",
 * "open PATH", "readlink PATH", "size PATH" (of an open file), "get_termios PATH", "sendfile" (of
 * 2048 bytes at most, in two seconds), "wait", "ioperm", "inb". What is written to a file
 * /dev/tty... or /sys/... is "write PATH TEXT"; a program is "execve PATH ARGUMENTS". Every device
 * is 254:0. */
#define FAKE_ALWAYS (-1)
void fake_answer(const char *call, long result, int times);

/* The same of a call in a child, with a result of tests/shared/errors.h. */
#define FAKE_DIES CHILD_DIES
#define FAKE_HANGS CHILD_HANGS

/* A file to open and read, or a link to be read. One below the root that is switched to is named
 * "root:/sbin/init". */
void fake_file(const char *path, const void *bytes, size_t len);

/* A program that the kernel could run: all of an ELF header that is read, and no PT_INTERP. */
void fake_program(const char *path);

/* More bytes at the end of this file. What is added to "uevents", a message each, is read message
 * by message. */
void fake_append(const char *path, const void *bytes, size_t len);

/* A test's own kernel: called as soon as a program runs in a child, with "execve PATH ARGUMENTS",
 * to set fake_status and fake_child_ms for it; and whenever time has passed. NULL: none. */
extern void (*fake_program_runs)(const char *line);
extern int64_t (*fake_time_passed)(int64_t now);

/* A directory whose files have these names, ended by NULL; "NAME/" is a directory. */
void fake_dir(const char *path, const char *const *names);

/* A block device of `size` bytes that has these at `start`, and zeros elsewhere. */
void fake_device(const char *path, const void *bytes, size_t len, uint64_t start, uint64_t size);

/* --- a sweep: every call of a boot is numbered, and any of them can be made to fail --- */

#define FAKE_CALLS_MAX 20000
#define FAKE_FAULTS 2

/* How a sweep ends: what fake_end is given. */
enum fake_ending {
	FAKE_ENDED = 1, /* reboot(2) */
	FAKE_BECAME, /* PID 1 became another program */
	FAKE_WAITS, /* for a signal or in poll(2), without a limit */
	FAKE_LATE, /* over limit_ms */
	FAKE_SPINS, /* more than FAKE_CALLS_MAX calls */
	FAKE_BAD_CLOSE, /* of what is not open */
	FAKE_RETURNED, /* main() did: the caller's to set */
};

struct fake_sweep {
	/* To be set: call number `number`, from 1, gives `result`; of a fork it may be FAKE_DIES or
	 * FAKE_HANGS. 0: none. */
	struct {
		unsigned int number;
		long result;
		int is_lasting; /* and so does every later call of the same name */
	} faults[FAKE_FAULTS];
	int64_t limit_ms, child_ms; /* child_ms: how long each child runs */
	int stubborn_children; /* some never end */
	/* What happened. */
	unsigned int count;
	int open_count; /* descriptors of PID 1 that are still open */
	char program[64]; /* that it became */
	int64_t synced_ms; /* when the child that called sync(2) is over */
	struct fake_call {
		char line[100];
		long result; /* of a call that was made to fail, of call(), read and getdents */
		int depth; /* 0: of PID 1; 1: of a child */
	} calls[FAKE_CALLS_MAX];
};

/* From now on, until fake_reset(): the calls are numbered, children end and are waited for, and
 * execve(2) of PID 1 itself ends at fake_end, as does every other end. */
void fake_sweep(struct fake_sweep *sweep);

#endif
