// SPDX-License-Identifier: MIT
/* fake_sys.c - sys.h without a kernel: what init asked for, and answers set beforehand. */
#include "tests/unit/fake_sys.h"

#include <dirent.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include <cmocka.h>

#include "init/sys/sys.h"
#include "tests/shared/images.h"

#define ANSWERS 24
#define FILES 64
#define CHILDREN 64 /* that nobody has waited for */
#define SIGNAL_FD 9
#define FD_BASE 10
#define DEVICE_MAJOR 254 /* st_rdev of all */
#define DEVICE_ROOT 1 /* st_dev of "/" */
#define DEVICE_NEW 2 /* and of what is below "/newroot" */

char fake_calls[16384], fake_asked[16384], fake_console[16384], fake_mount_options[8192];
unsigned long fake_mount_flags;
jmp_buf fake_end;
int fake_status;
int64_t fake_child_ms;
void (*fake_program_runs)(const char *line);
int64_t (*fake_time_passed)(int64_t now);

static struct answer {
	const char *call;
	long result;
	int times;
} answers[ANSWERS];

static struct file {
	const char *path;
	char bytes[8192];
	size_t len, at;
	int is_dir, closed; /* closed: how often */
	int opened; /* in a sweep: descriptors that are open */
	uint64_t start, size; /* a device: where its bytes are, and its own; 0: all there is */
} files[FILES];

static jmp_buf child_end;
static int answer_count, file_count;
static int64_t now;

/* What a sweep adds: NULL for none. */
static struct fake_sweep *sweep;
static int depth; /* of children: one runs in the process of its parent */

static struct child {
	int pid, status;
	int64_t ends; /* when; NEVER */
	int is_signalled; /* a SIGCHLD has told of its end */
} children[CHILDREN];
static int child_count, child_number;

#define NEVER INT64_MAX

void fake_reset(void)
{
	answer_count = file_count = 0;
	fake_calls[0] = fake_asked[0] = fake_console[0] = '\0';
	now = 0;
	fake_status = 0;
	fake_child_ms = 0;
	fake_program_runs = NULL;
	fake_time_passed = NULL;
	sweep = NULL;
	depth = child_count = child_number = 0;
}

void fake_sweep(struct fake_sweep *asked)
{
	sweep = asked;
}

void fake_answer(const char *call, long result, int times)
{
	if (answer_count == ANSWERS)
		abort();
	answers[answer_count++] = (struct answer){ call, result, times };
}

void fake_file(const char *path, const void *bytes, size_t len)
{
	if (file_count == FILES || len > sizeof(files[0].bytes))
		abort();
	files[file_count] = (struct file){ .path = path, .len = len };
	memcpy(files[file_count++].bytes, bytes, len);
}

void fake_append(const char *path, const void *bytes, size_t len)
{
	for (int i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0 &&
		    files[i].len + len <= sizeof(files[i].bytes)) {
			memcpy(files[i].bytes + files[i].len, bytes, len);
			files[i].len += len;
			return;
		}
	abort();
}

void fake_device(const char *path, const void *bytes, size_t len, uint64_t start, uint64_t size)
{
	fake_file(path, bytes, len);
	files[file_count - 1].start = start;
	files[file_count - 1].size = size;
}

void fake_program(const char *path)
{
	fake_file(path, &image_program, sizeof(image_program));
}

void fake_dir(const char *path, const char *const *names)
{
	uint8_t bytes[512] = { 0 };
	size_t len = 0;

	for (; *names; names++) {
		size_t name_len = strcspn(*names, "/"), size = (19 + name_len + 8) / 8 * 8;

		bytes[len + 16] = (uint8_t)size;
		bytes[len + 18] = (*names)[name_len] ? DT_DIR : DT_REG;
		memcpy(bytes + len + 19, *names, name_len);
		len += size;
	}
	fake_file(path, bytes, len);
	files[file_count - 1].is_dir = 1;
}

static long answer_to(const char *call, long usual)
{
	for (int i = answer_count - 1; i >= 0; i--)
		if (answers[i].times && !strncmp(answers[i].call, call, strlen(answers[i].call))) {
			answers[i].times -= answers[i].times > 0;
			return answers[i].result;
		}
	return usual;
}

static int has_answer(const char *call)
{
	for (int i = 0; i < answer_count; i++)
		if (answers[i].times && strcmp(answers[i].call, call) == 0)
			return 1;
	return 0;
}

enum call_kind { ASKS, CHANGES };

static _Noreturn void end_sweep(enum fake_ending ending)
{
	longjmp(fake_end, (int)ending);
}

/* Whether the call that was numbered last is the one of this fault. */
static int is_hit(int fault)
{
	unsigned int number = sweep->faults[fault].number;
	const char *line = sweep->calls[sweep->count - 1].line;
	const char *first = number ? sweep->calls[number - 1].line : "";

	if (number == sweep->count)
		return 1;
	return sweep->faults[fault].is_lasting && number < sweep->count &&
	       strncmp(first, line, strcspn(line, " ") + 1) == 0;
}

/* Numbers a call of a sweep. Whether it is to fail, and with what. */
static int is_to_fail(const char *line, long *result)
{
	struct fake_call *entry;
	int is_one = 0;

	if (!sweep)
		return 0;
	if (sweep->count == FAKE_CALLS_MAX)
		end_sweep(FAKE_SPINS);
	if (now > sweep->limit_ms)
		end_sweep(FAKE_LATE);
	entry = &sweep->calls[sweep->count++];
	snprintf(entry->line, sizeof(entry->line), "%s", line);
	entry->result = 0;
	entry->depth = depth;
	for (int i = 0; i < FAKE_FAULTS; i++)
		if (is_hit(i)) {
			*result = entry->result = sweep->faults[i].result;
			is_one = 1;
		}
	return is_one;
}

static long note(long result)
{
	if (sweep)
		sweep->calls[sweep->count - 1].result = result;
	return result;
}

/* The answer to a call; what changes something is written down. */
__attribute__((format(printf, 3, 4))) static long call(enum call_kind kind, long usual,
						       const char *format, ...)
{
	char line[300];
	va_list arguments;
	char *lines = kind == CHANGES ? fake_calls : fake_asked;
	size_t used = strlen(lines);
	long result;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	snprintf(lines + used, sizeof(fake_calls) - used, "%s\n", line);
	if (!is_to_fail(line, &result))
		result = note(answer_to(line, usual));
	if (depth && (result == FAKE_DIES || result == FAKE_HANGS))
		longjmp(child_end, (int)result);
	return result;
}

/* A call that no answer is for: whether a sweep lets it fail. */
static int fails(const char *name, const char *object, long *result)
{
	char line[300];

	snprintf(line, sizeof(line), "%s %s", name, object);
	return is_to_fail(line, result);
}

static const char *text(const char *may_be_null)
{
	return may_be_null ? may_be_null : "-";
}

static struct file *file_of(int fd)
{
	return fd >= FD_BASE && fd < FD_BASE + file_count ? &files[fd - FD_BASE] : NULL;
}

static const char *name_of(int fd)
{
	const struct file *file = file_of(fd);

	return file ? file->path : "-";
}

/* Counts a descriptor of PID 1 itself: those of its children end with them. */
static int opened(int fd, int count)
{
	struct file *file = file_of(fd);

	if (sweep && depth == 0 && file) {
		file->opened += count;
		sweep->open_count += count;
	}
	return fd;
}

static int open_file(const char *path)
{
	for (int i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0) {
			files[i].at = 0;
			return FD_BASE + i;
		}
	return -ENOENT;
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data)
{
	(void)type;
	fake_mount_flags = flags;
	snprintf(fake_mount_options, sizeof(fake_mount_options), "%s", text(data));
	return (int)call(CHANGES, 0, "mount %s %s", text(source), target);
}

int sys_umount(const char *target, int flags)
{
	(void)flags;
	return (int)call(CHANGES, 0, "umount %s", target);
}

int sys_mkdirat(int dir, const char *path, mode_t mode)
{
	(void)dir, (void)mode;
	return (int)call(CHANGES, 0, "mkdirat %s", path);
}

static mode_t umask_now = 022;

/* With its rights, where they are unusual. */
int sys_mkdir(const char *path, mode_t mode)
{
	if (mode & S_ISVTX)
		return (int)call(CHANGES, 0, "mkdir %s %o %o", path, mode, umask_now);
	return (int)call(CHANGES, 0, "mkdir %s", path);
}

int sys_mknod(const char *path, mode_t mode, unsigned int major, unsigned int minor)
{
	(void)mode;
	return (int)call(CHANGES, 0, "mknod %s %u:%u", path, major, minor);
}

int sys_symlink(const char *target, const char *path)
{
	return (int)call(CHANGES, 0, "symlink %s %s", target, path);
}

int sys_chown(const char *path, unsigned int uid, unsigned int gid)
{
	return (int)call(CHANGES, 0, "chown %s %u:%u", path, uid, gid);
}

mode_t sys_umask(mode_t mask)
{
	mode_t before = umask_now;

	umask_now = mask;
	call(ASKS, 0, "umask %o", mask);
	return before;
}

int sys_readlink(const char *path, char *text, size_t size)
{
	int at = open_file(path);
	const struct file *link = file_of(at);
	long answer = call(ASKS,
			   !link	      ? -ENOENT
			   : link->len < size ? 0
					      : -ENAMETOOLONG,
			   "readlink %s", path);

	text[0] = '\0';
	if (answer == 0 && link) {
		memcpy(text, link->bytes, link->len);
		text[link->len] = '\0';
	}
	return (int)answer;
}

int sys_open(const char *path, int flags)
{
	(void)flags;
	return opened((int)call(ASKS, open_file(path), "open %s", path), 1);
}

int sys_open_in_root(int dir, const char *path, int flags)
{
	char name[300];

	(void)dir, (void)flags;
	snprintf(name, sizeof(name), "root:%s", path);
	return opened((int)call(ASKS, open_file(name), "open %s", name), 1);
}

int sys_open_same_mount(int dir, const char *name, int flags)
{
	(void)dir, (void)flags;
	return opened((int)call(ASKS, open_file(name), "open %s", name), 1);
}

/* A pipe has one descriptor for both of its ends here, and is gone once both are closed. */
int sys_close(int fd)
{
	struct file *file = file_of(fd);

	if (sweep && depth)
		return 0;
	if (sweep && (!file || file->opened == 0))
		end_sweep(FAKE_BAD_CLOSE);
	opened(fd, -1);
	if (file)
		file->closed++;
	while (file_count && strcmp(files[file_count - 1].path, "pipe") == 0 &&
	       files[file_count - 1].closed == 2)
		file_count--;
	return 0;
}

/* Of uevents only the next: its first text has an "@". */
static size_t len_of_message(const struct file *file)
{
	const char *start = file->bytes + file->at, *end = file->bytes + file->len;
	const char *next = start;

	if (strcmp(file->path, "uevents") != 0)
		return (size_t)(end - start);
	do
		next += strlen(next) + 1;
	while (next < end && !strchr(next, '@'));
	return (size_t)((next < end ? next : end) - start);
}

static long take(int fd, void *buffer, size_t size)
{
	struct file *file = file_of(fd);
	size_t left;

	if (!file)
		return -EBADF;
	left = len_of_message(file);
	if (left > size)
		left = size;
	memcpy(buffer, file->bytes + file->at, left);
	file->at += left;
	return (long)left;
}

/* A serial line, or a port of virtio-serial. */
static int is_port(const struct file *file)
{
	return file && (strncmp(file->path, "/dev/tty", 8) == 0 ||
			strncmp(file->path, "/dev/vport", 10) == 0);
}

long sys_read(int fd, void *buffer, size_t size)
{
	long result;

	if (fails("read", name_of(fd), &result))
		return result;
	result = take(fd, buffer, size);
	return note(result == 0 && is_port(file_of(fd)) ? -EAGAIN : result);
}

long sys_write(int fd, const void *buffer, size_t size)
{
	size_t used = strlen(fake_console);
	struct file *file = file_of(fd);
	long result;

	/* What was to be said counts, whether it could be said or not. */
	if (fd == 2)
		snprintf(fake_console + used, sizeof(fake_console) - used, "%.*s", (int)size,
			 (const char *)buffer);
	if (file && strcmp(file->path, "/dev/watchdog") == 0)
		return call(CHANGES, (long)size, "write %s %s at %lld", file->path,
			    *(const char *)buffer ? (const char *)buffer : "-", (long long)now);
	if (!is_port(file) && fails("write", fd == 2 ? "console" : name_of(fd), &result))
		return result;
	if (file && (is_port(file) || strncmp(file->path, "/sys/", 5) == 0 ||
		     strncmp(file->path, "/etc/", 5) == 0 || strncmp(file->path, "/proc/", 6) == 0))
		return call(CHANGES, (long)size, "write %s %.*s", file->path, (int)size,
			    (const char *)buffer);
	if (file && strcmp(file->path, "pipe") == 0 && file->len + size <= sizeof(file->bytes)) {
		memcpy(file->bytes + file->len, buffer, size);
		file->len += size;
	}
	return (long)size;
}

long sys_getdents(int fd, void *buffer, size_t size)
{
	long result;

	return fails("getdents", name_of(fd), &result) ? result : note(take(fd, buffer, size));
}

int sys_dup2(int from, int to)
{
	long result;

	return fails("dup2", name_of(from), &result) ? (int)result : to;
}

int sys_pipe(int ends[2])
{
	int error = (int)call(ASKS, -EMFILE, "pipe");

	if (!error) {
		fake_file("pipe", "", 0);
		ends[0] = ends[1] = opened(FD_BASE + file_count - 1, 2);
	}
	return error;
}

void sys_read_ahead(int fd, uint64_t offset, size_t size)
{
	(void)fd, (void)offset, (void)size;
}

/* All of a device, in memory that is its own: what is mapped twice is mapped to two places. */
int sys_map_device(int fd, uint64_t size, const uint8_t **bytes)
{
	static uint8_t memory[8 << 20];
	static size_t used;
	struct file *file = file_of(fd);
	int error = (int)call(ASKS, 0, "map_device %s", file ? file->path : "-");

	if (error || !file || size > sizeof(memory))
		return error ? error : -EBADF;
	if (used + size > sizeof(memory))
		used = 0;
	memset(memory + used, 0, size);
	memcpy(memory + used + file->start, file->bytes, file->len);
	*bytes = memory + used;
	used += (size + 4095) / 4096 * 4096;
	return 0;
}

void *sys_map_memory(size_t size, enum memory kind)
{
	static char memory[131072];
	static size_t used;
	char *at;

	(void)kind;
	if (call(ASKS, 0, "map_memory") < 0)
		return NULL;
	if (used + size > sizeof(memory))
		used = 0;
	at = memory + used;
	used += (size + 15) & ~(size_t)15;
	memset(at, 0, size);
	return at;
}

int sys_map(const char *path, const uint8_t **bytes, size_t *len)
{
	int fd = (int)call(ASKS, open_file(path), "map %s", path);
	struct file *file = file_of(fd);

	if (!file)
		return fd;
	*bytes = (const uint8_t *)file->bytes;
	*len = file->len;
	return 0;
}

long sys_sendfile(int to, int from, size_t len)
{
	static char bytes[2048];
	long got = call(ASKS, 0, "sendfile");

	(void)to;
	now += 2000;
	return got < 0 ? got : take(from, bytes, len < sizeof(bytes) ? len : sizeof(bytes));
}

int sys_device_size(int fd, uint64_t *bytes)
{
	struct file *file = file_of(fd);

	*bytes = !file ? 0 : file->size ? file->size : file->len;
	return (int)call(ASKS, 0, "device_size");
}

int sys_set_watchdog(int fd, int *seconds)
{
	return (int)call(CHANGES, 0, "set_watchdog %s %d", name_of(fd), *seconds);
}

int sys_loop_free(int control)
{
	(void)control;
	return (int)call(ASKS, 0, "loop_free");
}

int sys_loop_attach(int loop, int file, unsigned int flags)
{
	struct file *what = file_of(file);

	(void)loop;
	return (int)call(CHANGES, 0, "loop_attach %s %u", what ? what->path : "-", flags);
}

void sys_close_all(void)
{
	call(CHANGES, 0, "close_all");
}

int sys_confine(void)
{
	return (int)call(CHANGES, 0, "confine");
}

int sys_set_nonblocking(int fd)
{
	long result;

	return fails("set_nonblocking", name_of(fd), &result) ? (int)result : 0;
}

static void fill_stat(struct stat *st, const char *path, int is_dir)
{
	int is_new = strncmp(path, "/newroot", 8) == 0 || strncmp(path, "root:", 5) == 0;

	memset(st, 0, sizeof(*st));
	st->st_dev = is_new ? DEVICE_NEW : DEVICE_ROOT;
	st->st_mode = is_dir ? S_IFDIR | 0755 : S_IFREG | 0755;
	st->st_rdev = makedev(DEVICE_MAJOR, 0);
	st->st_nlink = 1;
	st->st_size = 1;
}

int sys_stat(const char *path, struct stat *st)
{
	long device = call(ASKS, 0, "stat %s", path);

	fill_stat(st, path, 1);
	if (device > 0)
		st->st_dev = (dev_t)device;
	return device < 0 ? (int)device : 0;
}

int sys_fstat(int fd, struct stat *st)
{
	struct file *file = file_of(fd);

	if (!file)
		return -EBADF;
	fill_stat(st, file->path, file->is_dir);
	st->st_size = call(ASKS, file->len ? (long)file->len : 1, "size %s", file->path);
	return st->st_size < 0 ? (int)st->st_size : 0;
}

int sys_unlinkat(int dir, const char *name, int flags)
{
	(void)dir;
	for (int i = 0; i < file_count && flags & AT_REMOVEDIR; i++)
		if (strcmp(files[i].path, name) == 0 && files[i].at < files[i].len)
			return -ENOTEMPTY; /* not read to its end, so not emptied */
	return (int)call(CHANGES, 0, "unlink %s", name);
}

int sys_fs_magic(const char *path, unsigned long *magic)
{
	long answer = call(ASKS, RAMFS_MAGIC, "fs_magic %s", path);

	*magic = (unsigned long)answer;
	return answer < 0 ? (int)answer : 0;
}

int sys_access(const char *path, int mode)
{
	(void)mode;
	return (int)call(ASKS, open_file(path) < 0 ? -ENOENT : 0, "access %s", path);
}

int sys_fchdir(int fd)
{
	struct file *file = file_of(fd);

	return (int)call(CHANGES, 0, "fchdir %s", file ? file->path : "-");
}

int sys_chdir(const char *path)
{
	return (int)call(CHANGES, 0, "chdir %s", path);
}

int sys_chroot(const char *path)
{
	return (int)call(CHANGES, 0, "chroot %s", path);
}

int sys_execve(const char *path, char *const argv[], char *const envp[])
{
	char words[200] = "";

	(void)envp;
	for (int i = 1; argv && argv[i]; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), " %s", argv[i]);
	int error = (int)call(CHANGES, -ENOEXEC, "execve %s%s", path, words);

	if (depth && !error && fake_program_runs) {
		char line[300];

		snprintf(line, sizeof(line), "execve %s%s", path, words);
		fake_program_runs(line);
	}
	if (sweep && depth == 0 && !error) {
		snprintf(sweep->program, sizeof(sweep->program), "%s", path);
		end_sweep(FAKE_BECAME);
	}
	return error;
}

/* A child runs at once, in its parent's process, and ends later. Each has a number of its own, from
 * the one that the call is answered with. */
static int run_child(int (*child)(void *), void *argument, int is_program, long answer)
{
	struct child *entry = &children[child_count];
	int end = 0;

	if (answer <= 0 && answer != FAKE_DIES && answer != FAKE_HANGS)
		return (int)answer;
	if (child_count == CHILDREN)
		abort();
	child_count++;
	*entry = (struct child){ .pid = (answer > 0 ? (int)answer : 900) + child_number++ };
	depth++;
	end = answer > 0 ? setjmp(child_end) : (int)answer;
	if (end == 0) {
		int status = child(argument);

		entry->status = is_program ? fake_status : (status & 0xff) << 8;
	}
	depth = 0;
	entry->ends = now + (sweep ? sweep->child_ms : fake_child_ms);
	if (end == FAKE_HANGS)
		entry->ends = NEVER;
	if (end == FAKE_DIES)
		entry->status = SIGSEGV;
	return entry->pid;
}

int sys_spawn(int (*child)(void *), void *argument)
{
	return run_child(child, argument, 1, call(CHANGES, -EAGAIN, "spawn"));
}

int sys_spawn_in_foreground(int (*child)(void *), void *argument)
{
	return run_child(child, argument, 1, call(CHANGES, -EAGAIN, "spawn_in_foreground"));
}

int sys_clone_vm(void *stack, size_t size, int (*child)(void *), void *argument)
{
	(void)stack, (void)size;
	return run_child(child, argument, 0, call(CHANGES, -EAGAIN, "clone_vm"));
}

int sys_fork(int (*child)(void *), void *argument)
{
	return run_child(child, argument, 0, call(CHANGES, -EAGAIN, "fork"));
}

int sys_processors(void)
{
	return (int)call(ASKS, 1, "processors");
}

int sys_wait(int *status, int flags)
{
	int at = 0, pid, usual = -ECHILD;

	(void)flags;
	while (at < child_count && children[at].ends > now)
		at++;
	if (at < child_count)
		usual = children[at].pid;
	else if (child_count || (sweep && sweep->stubborn_children))
		usual = 0;
	pid = (int)call(ASKS, usual, "wait");
	if (pid <= 0 || at == child_count)
		return pid;
	*status = children[at].status;
	children[at] = children[--child_count];
	return pid;
}

int sys_getpid(void)
{
	return (int)call(ASKS, 1, "getpid");
}

int sys_kill(int pid, int signal)
{
	return (int)call(CHANGES, 0, "kill %d %d", pid, signal);
}

int sys_set_identity(unsigned int uid, unsigned int gid, const unsigned int *groups,
		     unsigned int group_count)
{
	(void)groups;
	return (int)call(CHANGES, 0, "set_identity %u:%u+%u", uid, gid, group_count);
}

int sys_set_limit(int resource, uint64_t soft, uint64_t hard)
{
	return (int)call(CHANGES, 0, "set_limit %d %ld:%ld", resource, (long)soft, (long)hard);
}

int sys_prctl(int option, unsigned long second, unsigned long third)
{
	return (int)call(CHANGES, 0, "prctl %d %lu %lu", option, second, third);
}

int sys_set_capabilities(uint64_t set)
{
	return (int)call(CHANGES, 0, "set_capabilities %lx", (unsigned long)set);
}

int sys_set_hostname(const char *name)
{
	return (int)call(CHANGES, 0, "set_hostname %s", name);
}

int sys_setsid(void)
{
	return (int)call(CHANGES, 0, "setsid");
}

int sys_set_mask(const sigset_t *mask)
{
	(void)mask;
	return 0;
}

int sys_sigaction(int signal, void (*handler)(int), int flags)
{
	(void)signal, (void)handler, (void)flags;
	return 0;
}

int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *))
{
	(void)signal, (void)handler;
	return 0;
}

int sys_sigaltstack(void *stack, size_t size)
{
	(void)stack, (void)size;
	return 0;
}

/* Whether a child has ended that no SIGCHLD has told of; and when the next one ends. */
static int is_child_over(int64_t *next)
{
	int is_over = 0;

	*next = NEVER;
	for (int i = 0; i < child_count; i++) {
		if (!children[i].is_signalled && children[i].ends <= now)
			is_over = 1;
		if (children[i].ends > now && children[i].ends < *next)
			*next = children[i].ends;
	}
	return is_over;
}

/* Time goes on to what comes first: the end of a child, or the timeout. Returns whether anything
 * comes at all. */
static int pass(int64_t timeout_ms)
{
	int64_t next, until = timeout_ms < 0 ? NEVER : now + timeout_ms;

	if (is_child_over(&next))
		return 1;
	if (fake_time_passed) {
		int64_t report = fake_time_passed(now);

		next = report < next ? report : next;
	}
	if (next == NEVER && until == NEVER)
		return 0;
	now = next < until ? next : until;
	if (fake_time_passed)
		fake_time_passed(now);
	return 1;
}

static _Noreturn void wait_for_ever(void)
{
	if (sweep)
		end_sweep(FAKE_WAITS);
	longjmp(fake_end, FAKE_WAITS);
}

/* SIGCHLD comes once for all that have ended. */
int sys_sigwait(const sigset_t *set, int64_t timeout_ms)
{
	int64_t next;
	int signal = (int)call(ASKS, 0, "sigwait");

	(void)set;
	if (signal)
		return signal;
	if (!pass(timeout_ms))
		wait_for_ever();
	if (!is_child_over(&next))
		return -EAGAIN;
	for (int i = 0; i < child_count; i++)
		children[i].is_signalled |= children[i].ends <= now;
	return SIGCHLD;
}

int sys_signalfd(int fd, const sigset_t *set)
{
	(void)fd, (void)set;
	return (int)call(ASKS, SIGNAL_FD, "signalfd");
}

/* A child holds the ends that PID 1 made for it for as long as it runs. */
static int has_hung_up(const struct file *file)
{
	for (int i = 0; i < child_count; i++)
		if (children[i].ends > now)
			return 0;
	return strcmp(file->path, "pipe") == 0 && file->closed == 1;
}

/* Whatever is written finds room. */
static short events_of(const struct file *file, short asked)
{
	short events = asked & POLLOUT;

	if (file->at < file->len)
		return events | POLLIN;
	return has_hung_up(file) ? events | POLLHUP : events;
}

static int count_ready(struct pollfd *fds, unsigned int count)
{
	int64_t next;
	int ready = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct file *file = file_of(fds[i].fd);

		fds[i].revents = file ? events_of(file, fds[i].events) : 0;
		if (fds[i].fd == SIGNAL_FD && (is_child_over(&next) || has_answer("sigwait")))
			fds[i].revents = POLLIN;
		ready += fds[i].revents != 0;
	}
	return ready;
}

int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms)
{
	int error = (int)call(ASKS, 0, "poll descriptors"), ready;

	if (error)
		return error;
	ready = count_ready(fds, count);
	if (ready)
		return ready;
	if (!pass(timeout_ms))
		wait_for_ever();
	return count_ready(fds, count);
}

int sys_is_tty(int fd)
{
	return (int)call(ASKS, -ENOTTY, "is_tty %s", name_of(fd));
}

int sys_set_controlling_tty(int fd)
{
	(void)fd;
	return -ENOTTY;
}

int sys_set_window(int fd, unsigned int rows, unsigned int columns)
{
	return (int)call(CHANGES, 0, "set_window %d %u %u", fd, rows, columns);
}

void sys_start_tty(int fd)
{
	(void)fd;
}

int sys_drain_tty(int fd)
{
	return (int)call(ASKS, -ENOTTY, "drain %s", name_of(fd));
}

int sys_tty_unsent(int fd)
{
	return (int)call(ASKS, -ENOTTY, "unsent %s", name_of(fd));
}

int sys_get_termios(int fd, struct termios *mode)
{
	memset(mode, 0, sizeof(*mode));
	return (int)call(ASKS, -ENOTTY, "get_termios %s", name_of(fd));
}

int sys_set_termios(int fd, const struct termios *mode)
{
	(void)mode;
	return (int)call(ASKS, -ENOTTY, "set_termios %s", name_of(fd));
}

int sys_set_key(int tty, unsigned char table, unsigned char key, unsigned short value)
{
	return (int)call(CHANGES, 0, "set_key %d %u %u %x", tty > 0, table, key, value);
}

int sys_inet_socket(void)
{
	int usual = open_file("inet");

	return opened((int)call(ASKS, usual == -ENOENT ? -EAFNOSUPPORT : usual, "inet_socket"), 1);
}

int sys_link_up(int socket, const char *name)
{
	(void)socket;
	return (int)call(CHANGES, 0, "link_up %s", name);
}

int sys_set_address(int socket, const char *name, uint32_t address, uint32_t netmask)
{
	(void)socket;
	return (int)call(CHANGES, 0, "set_address %s %08x %08x", name, ntohl(address),
			 ntohl(netmask));
}

int sys_add_gateway(int socket, uint32_t gateway)
{
	(void)socket;
	return (int)call(CHANGES, 0, "add_gateway %08x", ntohl(gateway));
}

int sys_add_entropy(const void *bytes, size_t len)
{
	return (int)call(CHANGES, 0, "add_entropy %.*s", (int)len, (const char *)bytes);
}

int sys_set_clock(int64_t seconds, unsigned int nanoseconds)
{
	return (int)call(CHANGES, 0, "set_clock %lld.%09u", (long long)seconds, nanoseconds);
}

int sys_open_uevents(void)
{
	int usual = sweep ? open_file("uevents") : -EAFNOSUPPORT;

	return opened((int)call(ASKS, usual == -ENOENT ? -EAFNOSUPPORT : usual, "open_uevents"), 1);
}

int sys_open_messages(const char *name)
{
	int usual = open_file("messages");

	return opened(
		(int)call(ASKS, usual == -ENOENT ? -EAFNOSUPPORT : usual, "open_messages %s", name),
		1);
}

int sys_finit_module(int fd, const char *options, int flags)
{
	struct file *file = file_of(fd);
	long result;

	(void)flags;
	result = call(CHANGES, 0, "finit_module %s %s", file ? file->path : "-", options);
	return (int)result;
}

int64_t sys_clock_ms(void)
{
	return now;
}

void sys_sync(void)
{
	call(CHANGES, 0, "sync");
	if (sweep)
		sweep->synced_ms = now + (depth ? sweep->child_ms : 0);
}

int sys_reboot(int command)
{
	const char *name = command == RB_AUTOBOOT	    ? "restart"
			   : command == RB_POWER_OFF	    ? "poweroff"
			   : command == (int)RB_HALT_SYSTEM ? "halt"
							    : "other";
	int error = (int)call(CHANGES, 0, "reboot %s", name);

	if (!error && strcmp(name, "other") != 0)
		longjmp(fake_end, FAKE_ENDED);
	return error;
}

int sys_ioperm(unsigned long port, unsigned long count, int on)
{
	(void)port, (void)count;
	return (int)call(ASKS, -EPERM, on ? "ioperm" : "ioperm off");
}

uint8_t sys_inb(uint16_t port)
{
	(void)port;
	return (uint8_t)call(ASKS, 0xff, "inb");
}

void sys_outb(uint16_t port, const void *bytes, size_t len)
{
	(void)port;
	call(CHANGES, 0, "outb %.*s", (int)len - 1, (const char *)bytes);
}
