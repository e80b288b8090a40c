/* fake_sys.h - sys.h without a kernel: what init asked for, and answers set beforehand. */
#ifndef RDINIT_FAKE_SYS_H
#define RDINIT_FAKE_SYS_H

#include <setjmp.h>
#include <stddef.h>

/* Every call that changes something, one line each: "mount devtmpfs /dev". */
extern char fake_calls[8192];
/* What went to descriptor 2. */
extern char fake_console[8192];
/* Where sys_reboot() goes once it succeeds: it does not return. RB_DISABLE_CAD does. */
extern jmp_buf fake_end;

/* Of the last mount(2): its flags, and its options ("-" for none). */
extern unsigned long fake_mount_flags;
extern char fake_mount_options[8192];

/* What sys_wait() says of a child. Where "fork" is answered with a process id, the child runs at
 * once, and where "pipe" is answered with 0, what it writes can be read; then it is told of, unless
 * "poll pipe" is answered with 0. */
extern int fake_status;

/* Forgets calls, answers and files. */
void fake_reset(void);

/* From now on the call whose line begins with `call` gives `result`; `times` times, or always
 * (FAKE_ALWAYS). For calls without a line: "getpid", "access PATH", "fs_magic PATH", "stat PATH",
 * "open PATH", "readlink PATH", "size PATH" (of an open file), "sendfile" (of 2048 bytes at most,
 * in two seconds), "wait", "ioperm", "inb". What is written to a file /dev/tty... or /sys/... is
 * "write PATH TEXT"; a program is "execve PATH ARGUMENTS". Every device is 254:0. */
#define FAKE_ALWAYS (-1)
void fake_answer(const char *call, long result, int times);

/* Of "finit_module PATH" in a child: it dies there; or it never comes back, and the poll of its
 * pipe takes all the time that it is given. */
#define FAKE_DIES (-100001)
#define FAKE_HANGS (-100002)

/* A file to open and read, or a link to be read. One below the root that is switched to is named
 * "root:/sbin/init". */
void fake_file(const char *path, const void *bytes, size_t len);

/* A directory whose files have these names, ended by NULL; "NAME/" is a directory. */
void fake_dir(const char *path, const char *const *names);

#endif
