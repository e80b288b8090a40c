/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - the state of the simulated kernel, which lies in memory that is shared with the
 * processes that children become, and what its parts offer one another.
 *
 * Time is virtual: it passes where a process waits, and by what each call costs. One process runs
 * at a time: PID 1, until it waits; then whatever comes next.
 */
#ifndef RDINIT_SIM_KERNEL_H
#define RDINIT_SIM_KERNEL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/sys/sys.h"
#include "tests/sim/world.h"

#define NEVER INT64_MAX
#define NODES_MAX 1024
#define MOUNTS_MAX 48
#define FILE_SYSTEMS_MAX 48
#define FILES_MAX 128
#define PROCS_MAX 96
#define FDS_MAX 40
#define DEVICES_MAX_SIM 24
#define EVENTS_MAX 192
#define UEVENTS_MAX 64
#define PIPES_MAX 4
#define PIPE_SIZE 4096
#define ARENA_SIZE 196608
#define MADE_TEXTS 16 /* files with bytes that are made, open at the same time */
#define MADE_SIZE 4096
#define TEXT_SIZE 32768
#define SHARED_SIZE 131072
#define CALLS_MAX 30000 /* of a boot, before it is said to spin */
#define BUSY_CALLS_MAX 4000 /* without time passing */

/* --- how a boot ends --- */

enum ending {
	END_NONE,
	END_BECAME, /* PID 1 became another program */
	END_OFF, /* reboot(2): power off, */
	END_REBOOT,
	END_HALT,
	END_WAITS, /* PID 1 waits, and nothing will ever wake it */
	END_BROKEN, /* a rule broke */
};

/* --- the tree of files --- */

enum node_type { NODE_DIR, NODE_FILE, NODE_LINK, NODE_BLOCK, NODE_CHAR };

/* Files whose bytes are made when they are opened. */
enum made { MADE_NOT, MADE_PARTITIONS, MADE_MOUNTS, MADE_MEMINFO, MADE_FILESYSTEMS };

struct node {
	short parent, child, next; /* -1: none */
	short fs;
	unsigned char type, made;
	unsigned short mode;
	unsigned short major;
	unsigned int minor;
	bool is_new; /* made in this boot */
	short image; /* the file has the bytes of a device: which content; -1 */
	const char *name;
	const char *bytes; /* a link's target, too */
	size_t len;
};

struct file_system {
	char type[12];
	short root; /* node */
	short device; /* that it is on; -1: memory */
	bool is_mounted;
};

struct mount {
	bool is_used;
	short fs, root; /* root: node */
	short parent, point; /* mount and node that it is on; of the first -1 */
	unsigned long flags;
	char source[48];
	char lower[48]; /* of an overlay: its lowerdir's device, by name */
	bool is_synced;
};

/* A place in the tree. */
struct spot {
	short mount, node;
};

/* The singletons, in this order. */
enum { FS_INITRAMFS, FS_PROC, FS_SYS, FS_DEV, FS_FIRST_OTHER };

#define WALK_FOLLOW 1 /* a link at the end, too */
#define WALK_ONE_MOUNT 2 /* -EXDEV where it leaves it */

/* tree.c */
void tree_reset(void);
short tree_add(short dir, const char *name, enum node_type type, unsigned int mode);
/* "/a/b" below `top`, with the directories on its way; a file of these bytes, which stay where
 * they are. */
short tree_file(short top, const char *path, const char *bytes, size_t len);
short tree_dir(short top, const char *path);
short tree_link(short top, const char *path, const char *target);
short tree_node(short top, const char *path, enum node_type type, unsigned int major,
		unsigned int minor);
short tree_find(short dir, const char *name, size_t len);
short tree_get(short top, const char *path); /* without links; -1 */
void tree_remove(short node);
/* Where the path leads, from `at` within `root`. 0 or -errno. */
int tree_walk(struct spot root, struct spot at, const char *path, int how, struct spot *found);
/* The directory that the last component is in, and its name. */
int tree_walk_parent(struct spot root, struct spot at, const char *path, struct spot *dir,
		     const char **name);
short fs_add(const char *type, short device);
/* mounts.c */
short mount_add(short fs, struct spot point, unsigned long flags, const char *source);
struct spot mount_cross(struct spot at); /* to what is mounted there */
const char *mount_path(short mount, char *text, size_t size);

/* --- processes --- */

enum file_kind {
	FILE_NODE,
	FILE_PATH, /* O_PATH */
	FILE_BLOCK,
	FILE_CONSOLE,
	FILE_PORT, /* of virtio-serial */
	FILE_NULL,
	FILE_KMSG,
	FILE_TTY,
	FILE_PIPE,
	FILE_UEVENTS,
	FILE_SOCKET, /* for calls about interfaces alone */
	FILE_SIGNALS,
	FILE_MESSAGES, /* the socket of rdinit.notify */
	FILE_LOOP_CONTROL,
};

struct file {
	short users;
	unsigned char kind;
	bool is_write_end, is_nonblocking;
	short device, pipe;
	struct spot spot;
	const char *bytes;
	size_t len, at;
	short next_child; /* of a directory: to be read next; -1: the end */
	uint64_t signals; /* of FILE_SIGNALS */
	char name[48];
};

enum proc_state {
	PROC_NONE,
	PROC_RUNS, /* until `wakes`, when it ends with `status` */
	PROC_SLEEPS, /* in a call, until `wakes`, when it goes on */
	PROC_STOPPED,
	PROC_ZOMBIE,
};

struct proc {
	enum proc_state state;
	int pid, parent;
	bool is_program, is_deaf /* to SIGTERM */, has_hung;
	bool is_orphan, is_main /* the program that the boot is about */;
	char name[48];
	int64_t started, wakes, ended;
	int status, term_ms;
	long orphans;
	long writes; /* bytes to descriptor 1 */
	short opens; /* the device, if it is the program of a layer; -1 */
	bool is_beside; /* in the memory of PID 1, on a stack of its own */
	pid_t real; /* the process that it has become; 0: none */
	short fds[FDS_MAX]; /* index of a file; -1 */
	uint64_t inherited; /* descriptors that pass through execve(2) */
	struct spot root, cwd;
	void (*on_bus_error)(int, siginfo_t *, void *);
};

struct event {
	int64_t at;
	unsigned char kind;
	short a, b;
};

enum event_kind {
	EVENT_SIGNAL,
	EVENT_DEVICE,
	EVENT_PROGRAM,
	EVENT_PRODUCT,
	EVENT_PORT,
	EVENT_SHARE,
	EVENT_MESSAGE
};

struct uevent_text {
	const char *bytes;
	size_t len;
};

struct pipe {
	bool is_used;
	char bytes[PIPE_SIZE];
	size_t len;
};

/* --- block devices (device.c) --- */

enum device_stage { STAGE_ABSENT, STAGE_NODE, STAGE_READY };

struct block {
	char name[24];
	unsigned int major, minor;
	enum device_stage stage;
	int item; /* its line; -1: none */
	short disk; /* of a partition; -1 */
	short made_of; /* of a layer's product; -1 */
	int depth; /* layers that are still in it; 0: as its line says */
	unsigned int part, start;
	short image, first_image;
	uint64_t size;
	short fs; /* mounted, or once mounted; -1 */
	short node; /* in devtmpfs; -1 */
	long opens_ms, reads_ms, mounts_ms; /* NEVER_MS: it hangs */
	int64_t stops; /* from then on reads hang */
	bool is_bad; /* its bytes cannot be read */
	bool is_early, is_twice, is_silent; /* how it is announced */
	short user; /* of a loop device: the image attached; -1 */
	const char *tree; /* what is in its file system */
};

#define NEVER_MS (-1)

/* --- all of it --- */

struct fault {
	unsigned int call; /* 0: by its line */
	char line[80];
	int time, choice, is_lasting;
	int seen;
	bool is_over;
};

#define FAULTS_MAX 6

struct kernel {
	struct world world;
	int64_t now;
	int64_t limit; /* when the boot has to be over */
	unsigned int calls, busy_calls;
	long call_ms;
	int current; /* index of the process that runs */
	int next_pid;
	enum ending ending;
	char broken[160]; /* the rule */
	char became[64]; /* the program of PID 1 */
	struct spot became_root;

	int node_count, fs_count, file_count, event_count, device_count, proc_count;
	struct node nodes[NODES_MAX];
	struct file_system fs[FILE_SYSTEMS_MAX];
	struct mount mounts[MOUNTS_MAX];
	int mount_count;
	struct file files[FILES_MAX];
	struct proc procs[PROCS_MAX];
	struct event events[EVENTS_MAX];
	struct block devices[DEVICES_MAX_SIM];
	struct pipe pipes[PIPES_MAX];
	struct uevent_text uevents[UEVENTS_MAX];
	int uevent_first, uevent_count, uevent_number, uevents_listeners;
	bool uevents_lost;
	long uevent_loses; /* number of the one that is lost */
	uint64_t pending, blocked; /* signals of PID 1 */
	bool is_ctrl_alt_del; /* the pending SIGINT is the kernel's own */
	bool is_stop_asked; /* by Ctrl-Alt-Del, SIGPWR or the power button */
	struct fault faults[FAULTS_MAX];
	int fault_count, faults_hit;
	bool has_tty_input, has_tty_answer; /* the host sends it */
	bool is_answered; /* PID 1 has read that the host has all of the output */
	bool port_is_open; /* the host's end of the virtio-serial port */
	/* of the program that the boot is about */
	bool main_started, main_ended;
	unsigned int readies, readies_read; /* messages READY=1 that it sent, and PID 1 read */
	int main_pid, main_status, main_starts;
	int64_t main_ended_at;
	bool hook_failed;
	struct spot main_root;
	int unsynced; /* bytes that nobody has synced */
	int asked_signal; /* the last one that PID 1 was sent and may have acted on */
	int64_t reported_at; /* the last line to the host */
	long taken[2]; /* bytes that the console and the serial lines took */

	char made[MADE_TEXTS][MADE_SIZE];
	unsigned int made_count;
	_Alignas(16) char shared[SHARED_SIZE]; /* what map_memory() gave */
	size_t shared_used;
	_Alignas(16) char arena[ARENA_SIZE];
	size_t arena_used;
	char log[TEXT_SIZE], wire[TEXT_SIZE / 4];
	size_t log_len, wire_len;
	char stream[TEXT_SIZE / 4]; /* what went to rdinit.stdio= */
	size_t stream_len;
	char *transcript; /* NULL: not wanted */
	size_t transcript_len, transcript_size;
	volatile int turn; /* the process that may run: 0 is PID 1's */
};

extern struct kernel *kernel;
extern sigjmp_buf kernel_end; /* where a boot goes when it ends */

/* machine.c */
void kernel_reset(const struct world *world);
void *arena_take(size_t size);
const char *arena_text(const char *text, size_t len);
int64_t machine_limit(void);
struct block;
void machine_fill(struct block *device, short root);

/* calls.c: each call begins with this. 0, or the -errno that it fails with. */
long call_enter(const char *name, const char *object);
/* And ends with this, which gives `result` back. */
long call_leave(long result);
void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void end_boot(enum ending ending) __attribute__((noreturn));
void break_rule(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* files.c */
struct file *file_of(int fd);
int file_add(struct file file);
void file_drop(short number);
const char *file_name(int fd);
/* bytes.c */
void file_make(struct file *file, enum made made);
bool file_is_deaf(const struct file *file);
long terminal_room(const struct file *file); /* bytes that it would take */
short pipe_events(const struct file *file);

/* process.c */
struct proc *proc_current(void);
struct proc *proc_of(int pid);
void proc_reset(void);
/* The current process sleeps until then; NEVER: for good. */
void proc_block(int64_t until, const char *what);
void proc_wake(struct proc *proc);
void proc_end(struct proc *proc, int status);
void proc_killed_in_child(int signal) __attribute__((noreturn));
void proc_leave(void) __attribute__((noreturn)); /* the child is over for this process */
void proc_clean(struct proc *proc); /* ends the process that it became */
void proc_clean_all(void);
extern bool proc_forks_always; /* each child is a process from its start on */

/* program.c */
void program_writes(short number);
void program_notifies(short number);

/* clock.c */
void event_add(int64_t at, enum event_kind kind, int a, int b);
void clock_reach(int64_t time); /* does all that is due until then */
void signal_send(int signal);

/* device.c */
void device_make(void); /* all lines of the world */
void device_event(int device, int what);
int device_open(struct block *device);
int device_find(unsigned int major, unsigned int minor);
int device_named(const char *name);
void device_loaded(const char *module);
void device_announce_modalias(const char *modalias);
bool device_is_in_use(const struct block *device);
struct block *device_new(const char *name, unsigned int major, unsigned int minor);
void device_get_ready(struct block *device);
void device_announce(const struct block *device, const char *action);
int64_t device_until(long ms);
void uevent_send(const char *text, size_t len);
void device_make_loop(void); /* loop.c */

/* machine.c: the virtio-serial port comes, the host opens its end, or it answers the last packet */
enum port_event { PORT_COMES, PORT_OPENS, PORT_ANSWERS };
void port_event(enum port_event what);
#define PORT_MAJOR 243
void device_wait_for_bytes(const struct block *device, const char *call);

/* share.c */
bool share_is_type(const char *type);
int share_mount(const char *tag, const char *type, struct spot on, unsigned long flags);
void share_make(void);
bool share_is_meant(const struct mount *mount, const char *root);

/* layer.c */
short layer_opened_by(const char *path, const char *argument);
void layer_open(short device);
void layer_make(short device); /* at once */
int device_mount(int device, const char *type, unsigned long flags, short *fs);
bool module_is_needed(const char *type);

/* image.c: contents of devices */
enum content {
	CONTENT_NOTHING,
	CONTENT_EXT2,
	CONTENT_BTRFS,
	CONTENT_SWAP,
	CONTENT_HIBERNATED,
	CONTENT_LUKS,
	CONTENT_DAMAGED,
	CONTENT_SEVERAL,
	CONTENT_GPT,
	CONTENT_COUNT
};
#define IMAGE_SIZE 131072
#define IMAGES_UUIDS 8
short image_of(enum content content, unsigned int uuid);
enum content image_content(short image);
unsigned int image_uuid(short image);
/* IMAGE_SIZE bytes. */
const uint8_t *image_bytes(short image);
/* Nothing of them can be read: touching one is a SIGBUS. */
const uint8_t *image_unreadable(void);
enum content content_named(const char *name);
const char *content_type(enum content content); /* "ext2"; NULL: cannot be mounted */

/* judge.c */
void judge_wait(void); /* the loop of PID 1 is about to wait */
void judge_forever(const char *where); /* nothing will ever wake it */
void judge_start(void); /* of the program, before it runs */
bool judge_may_wait(void); /* without an end */
void judge_delete(const struct spot *dir, short node);
void judge_end(void);
void judge_success(void);
bool judge_is_meant(const struct block *device, const char *root);

#endif
