// SPDX-License-Identifier: MIT
/*
 * test_sweep.c - every call that PID 1 makes in a whole boot fails once, with every plausible
 * errno.
 *
 * A scenario is a command line, files and answers. It runs through main() of /init in a process of
 * its own: once as it is, then once for each call and errno of it. What must hold after each:
 * 1. main() does not return; PID 1 ends in execve(2) of the right program, in reboot(2), or in the
 *    wait that was asked for, within the time that was asked for;
 * 2. a failure that stops the boot is logged with its step and reason;
 * 3. nothing below / is deleted before the gates of root-switch held;
 * 4. the host is told at most once how it ended, and of no success after a failure;
 * 5. PID 1 closes what it opened, once;
 * 6. disks are synced, or given up in words, before the power goes;
 * 7. a call that fails is logged, even if all goes on, or is made again, or is in tolerated[].
 *
 * Then the same with every later call of that name failing, too: a dead disk, no memory, no
 * descriptors; and with two calls failing in power and root-switch.
 *
 * SWEEP_ALL=1 runs all of it; otherwise a part, another each time. What a failure prints is to be
 * put into the environment: then this run alone is made, and printed call by call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/boot.h"
#include "init/pure/newc.h"
#include "init/pure/efivar.h"
#include "init/pure/keymap.h"
#include "init/pure/names.h"
#include "init/pure/paths.h"
#include "init/wire/wire.h"
#include "tests/shared/errors.h"
#include "tests/shared/images.h"
#include "tests/unit/fake_sys.h"

/* The tables of steps are static there. */
int init_main(int argc, char **argv, char **envp);
static int console_or_worse(struct boot *boot);
static int late_mounts_or_worse(struct boot *boot);
#define main init_main
#define console_open console_or_worse
#define late_mounts late_mounts_or_worse
#include "init/main.c"
#undef late_mounts
#undef console_open
#undef main

#define HANG_S 20 /* of real time: a loop without calls */
/* That a child may add that hangs: a mount 610 s, a disk 61, a driver or a probe 10; and the end.
 */
#define HANG_MS 630000
#define FAULT_MS \
	13000 /* that another fault may add: the root's 5 s, and those of the end, 5 + 2 + 1 */
#define UUID "11000000-0000-0000-0000-000000000000"
#define STDIO_TTY "/dev/ttyS1"
#define HOST_TTY "/dev/ttyS2"
#define HOST_PORT "/dev/vport1p2"
#define STDIO_PORT "/dev/vport1p1"
#define VPORTS "/sys/class/virtio-ports"
#define CONSOLE_TTY "/dev/ttyS3"

/* --- a step that is wrong, so that the checks can be checked --- */

static enum planted {
	NOTHING_PLANTED,
	SWALLOWS,
	WAITS,
	SPINS,
	IS_SILENT,
	LEAKS,
	CLOSES_TWICE,
	DELETES,
	TELLS_TWICE,
	RETURNS,
	OPENS_NO_CONSOLE,
	OPENS_A_PORT,
	FORGETS_HOST,
	FORGETS_STDIO,
	FORGETS_KEYMAP,
	FORGETS_LOADER,
	FORGETS_ONFAIL,
} planted;

static void delete_too_early(void)
{
	int dir = sys_open("/", O_RDONLY | O_DIRECTORY);

	sys_unlinkat(dir, "a", 0);
	sys_close(dir);
}

static int console_or_worse(struct boot *boot)
{
	int fd;

	if (planted != OPENS_NO_CONSOLE && planted != OPENS_A_PORT)
		return console_open(boot);
	fd = sys_open(planted == OPENS_A_PORT ? "/dev/ttyS0" : "/dev/null", O_RDWR);
	for (int i = 0; i <= 2; i++)
		sys_dup2(fd, i);
	if (fd >= 0)
		sys_close(fd);
	return 0;
}

static int late_mounts_or_worse(struct boot *boot)
{
	int error = 0;

	switch (planted) {
	case SWALLOWS:
		sys_mount("tmpfs", "/planted", "tmpfs", 0, NULL);
		break;
	case WAITS:
		loop_run(&boot->loop, NULL, NULL, NO_DEADLINE);
		break;
	case SPINS:
		while (sys_access("/dev/planted", F_OK) != -ENOENT)
			error = 1;
		while (error)
			sys_access("/dev/planted", F_OK);
		break;
	case IS_SILENT:
		if (sys_mkdir("/planted", 0755))
			return -ENOSPC;
		break;
	case CLOSES_TWICE:
		sys_close(sys_open("/newroot", O_PATH));
		sys_close(10);
		break;
	case LEAKS:
		sys_open("/newroot", O_PATH);
		break;
	case DELETES:
		delete_too_early();
		break;
	case TELLS_TWICE:
		wire_report("exit 0");
		break;
	case RETURNS:
		longjmp(fake_end, FAKE_RETURNED);
	case FORGETS_HOST:
		wire_tty(NULL);
		break;
	case FORGETS_STDIO:
		boot->settings.stdio = NULL;
		break;
	case FORGETS_KEYMAP:
		boot->settings.keymap = NULL;
		break;
	case FORGETS_LOADER:
		fake_answer("access /sys/firmware/efi", -ENOENT, FAKE_ALWAYS);
		break;
	case FORGETS_ONFAIL:
		boot->settings.onfail = ONFAIL_POWEROFF;
		break;
	default:
		break;
	}
	return late_mounts(boot);
}

/* --- what the machine has --- */

static void add_text(const char *path, const char *text)
{
	fake_file(path, text, strlen(text));
}

/* An ext2 whose UUID begins with this byte. */
static void add_ext2(const char *path, uint8_t uuid)
{
	static uint8_t image[IMAGE_EXT2_SIZE];

	image_ext2(image, uuid);
	fake_file(path, image, sizeof(image));
}

static void add_machine(void)
{
	static const char *const in_root[] = { "a", "dir/", "b", NULL }, *const in_dir[] = { "c",
											     NULL };
	static const char *const moved[] = { "root:/dev", "root:/proc", "root:/sys", "root:/run" };

	fake_dir("/", in_root);
	fake_dir("dir", in_dir);
	fake_file("/newroot", "", 0);
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++)
		fake_file(moved[i], "", 0);
	fake_file("/dev/console", "", 0);
	fake_file("/sys/firmware", "", 0);
	fake_file("/sys/firmware/acpi", "", 0);
	add_text("/proc/meminfo", "MemAvailable: 131072 kB\nDirty: 40 kB\nWriteback: 2 kB\n");
	add_text("/proc/self/mounts", "rootfs / rootfs rw 0 0\nproc /proc proc rw 0 0\n"
				      "/dev/vdc /srv ext4 rw 0 0\n/dev/vdd /srv/a xfs rw 0 0\n");
	fake_answer("is_tty /dev/console", 0, FAKE_ALWAYS);
	fake_answer("ioperm", 0, FAKE_ALWAYS);
	fake_answer("inb", 0xe9, FAKE_ALWAYS);
	fake_answer("pipe", 0, FAKE_ALWAYS);
	fake_answer("fork", 77, FAKE_ALWAYS);
	fake_answer("spawn", 77, FAKE_ALWAYS); /* in_foreground, too */
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("execve", 0, FAKE_ALWAYS);
}

#define PARTITIONS "major minor  #blocks  name\n\n 254 0 8 vda\n"

static void add_root(void)
{
	add_text("/proc/partitions", PARTITIONS);
	add_ext2("/dev/vda", 0x11);
	fake_program("root:/sbin/init");
}

static void add_numbered_root(void)
{
	add_root();
	add_ext2("/dev/root-254:0", 0x11);
}

static void add_two_disks(void)
{
	add_text("/proc/partitions", PARTITIONS " 254 16 8 vdb\n");
	add_ext2("/dev/vda", 0x11);
	add_ext2("/dev/vdb", 0x22);
	fake_program("root:/sbin/init");
}

static void add_checked_root(void)
{
	add_root();
	fake_file("/sbin/fsck.ext2", "", 0);
	fake_file("/dev/kmsg", "", 0);
	fake_file("/dev/disk", "", 0);
}

static void add_loop(void)
{
	add_root();
	fake_file("/run/rdinit/host", "", 0);
	fake_file("root:/images/root", "bytes", 5);
	fake_file("/dev/loop-control", "", 0);
	add_ext2("/dev/loop0", 0x33);
}

static void add_loop_in_ram(void)
{
	add_loop();
	fake_file("/run/rdinit/ram/root", "", 0);
}

static void add_usr(void)
{
	add_two_disks();
	fake_file("root:/usr", "", 0);
	fake_file("root:/var", "", 0);
	add_text("root:/etc/fstab", "/dev/vda / ext2 defaults 0 1\n/dev/vdb /usr ext2 rshared 0 0\n"
				    "UUID=22000000-0000-0000-0000-000000000000 /var auto "
				    "x-initrd.mount 0 0\n");
	add_text("/proc/filesystems", "nodev\tsysfs\n\text4\n\text2\n");
}

/* A GPT of two partitions, whose UUIDs are this byte and the next. */
static void add_gpt(const char *path, uint8_t uuid)
{
	static uint8_t disk[IMAGE_GPT_SIZE];

	image_gpt(disk, uuid);
	fake_device(path, disk, sizeof(disk), 0, IMAGE_GPT_SECTORS * 512);
}

/* The boot loader came from the disk that is found last. */
static void add_gpt_auto(void)
{
	static const char variable[] =
		"....4\0004\0004\0004\0004\0004\0004\0004\0-\0004\0004\0004\0004\0-\0"
		"4\0004\0004\0004\0-\0004\0004\0004\0004\0-\0004\0004\0004\0004\0"
		"4\0004\0004\0004\0004\0004\0004\0004\0";

	add_text("/proc/partitions", PARTITIONS " 254 1 4 vda1\n 254 2 4 vda2\n 254 16 16 vdb\n"
						" 254 17 4 vdb1\n 254 18 4 vdb2\n");
	add_gpt("/dev/vda", 0x22);
	add_gpt("/dev/vdb", 0x44);
	add_text("/sys/class/block/vda1/start", "8\n");
	add_text("/sys/class/block/vda2/start", "16\n");
	add_text("/sys/class/block/vdb1/start", "8\n");
	add_text("/sys/class/block/vdb2/start", "16\n");
	fake_file("/dev/vda1", "no FAT", 6);
	fake_file("/dev/vdb1", "no FAT", 6);
	add_ext2("/dev/vda2", 0x11);
	add_ext2("/dev/vdb2", 0x11);
	fake_file("/sys/firmware/efi", "", 0);
	fake_file("/sys/firmware/efi/efivars/" EFIVAR_BOOT_PARTITION, variable,
		  sizeof(variable) - 1);
	fake_program("root:/sbin/init");
}

/* One of two devices of a btrfs. */
static void add_btrfs(const char *path)
{
	static uint8_t sb[IMAGE_BTRFS_SIZE];

	image_btrfs(sb, 0x11);
	fake_device(path, sb, sizeof(sb), IMAGE_BTRFS_AT, 1 << 20);
}

static void add_members(void)
{
	add_text("/proc/partitions", PARTITIONS " 254 16 8 vdb\n");
	add_btrfs("/dev/vda");
	add_btrfs("/dev/vdb");
	fake_program("root:/sbin/init");
}

static void add_members_in_part(void)
{
	add_text("/proc/partitions", PARTITIONS);
	add_btrfs("/dev/vda");
}

/* The kernel tells of the disk while it is waited for. */
static void add_late_disk(void)
{
	static const char event[] = "add@/devices/virtio0/block/vda\0ACTION=add\0"
				    "DEVPATH=/devices/virtio0/block/vda\0SUBSYSTEM=block\0"
				    "MAJOR=254\0MINOR=0\0DEVNAME=vda\0DEVTYPE=disk\0";

	add_text("/proc/partitions", "major minor  #blocks  name\n\n");
	add_ext2("/dev/vda", 0x11);
	fake_program("root:/sbin/init");
	fake_file("uevents", event, sizeof(event) - 1);
}

static void add_missing(void)
{
	add_root();
	fake_file("/sys/devices", "", 0);
	add_text("/dev/kmsg", "");
	fake_answer("mount /dev/sda1", -ENXIO, FAKE_ALWAYS);
}

static void add_missing_and_shell(void)
{
	add_missing();
	fake_file("/bin/sh", "", 0);
}

static void add_silence(void)
{
	add_root();
	fake_file("uevents", "", 0);
}

static void add_resume(void)
{
	static uint8_t swap[IMAGE_SWAP_SIZE];

	add_root();
	image_swap(swap, 1);
	fake_file("/dev/vdb", swap, sizeof(swap));
	fake_file("/sys/power/resume", "", 0);
	fake_file("/sys/power/resume_offset", "", 0);
}

static void add_module_list(void)
{
	add_root();
	add_text(MODULES_FILE, "/m/a.ko\n/m/b.ko x=1\n/m/c.ko\n");
	fake_file("/m/a.ko", "", 0);
	fake_file("/m/b.ko", "", 0);
	fake_file("/m/c.ko", "", 0);
}

static void add_module_table(void)
{
	static const char *const buses[] = { "virtio0/", "virtio1/", NULL }, *const files[] = {
		"modalias", NULL
	};

	add_root();
	add_text(DRIVERS_FILE, "/m/a.ko -\n/m/b.ko 0 x=1\n/m/c.ko -\n\nfs-ext2 2\n"
			       "virtio:d00000002v* 1\nvirtio:d00000003v* 2\n");
	fake_file("/m/a.ko", "", 0);
	fake_file("/m/b.ko", "", 0);
	fake_file("/m/c.ko", "", 0);
	fake_dir("/sys/devices", buses);
	fake_dir("/sys/devices/virtio0", files);
	fake_dir("/sys/devices/virtio1", files);
	add_text("/sys/devices/virtio0/modalias", "virtio:d00000002v00001AF4\n");
	add_text("/sys/devices/virtio1/modalias", "virtio:d00000003v00001AF4\n");
	fake_file("uevents", "", 0);
	fake_answer("processors", 2, FAKE_ALWAYS);
}

static void add_own_init(void)
{
	fake_file("/sbin/init", "", 0);
}

/* Whatever /dev/console is, it takes no write; and there is a serial port. */
static void add_dead_console(void)
{
	add_own_init();
	fake_answer("is_tty /dev/console", -EIO, FAKE_ALWAYS);
	fake_file(CONSOLE_TTY, "", 0);
	fake_answer("is_tty " CONSOLE_TTY, 0, FAKE_ALWAYS);
	fake_file("/dev/null", "", 0);
}

static void add_active_console(void)
{
	add_dead_console();
	add_text("/sys/class/tty/console/active", "ttyS0 ttyS3 tty0\n");
}

static void add_last_resort(void)
{
	add_dead_console();
	fake_file("/dev/ttyS0", "", 0);
	fake_answer("is_tty /dev/ttyS0", 0, FAKE_ALWAYS);
}

static void add_no_console_node(void)
{
	add_own_init();
	fake_answer("open /dev/console", -ENOENT, 1);
	fake_file("/dev/null", "", 0);
}

static void add_shell(void)
{
	fake_answer("execve /sbin/init", -EACCES, FAKE_ALWAYS);
	fake_file("/bin/sh", "", 0);
}

static void add_network(void)
{
	static const char *const interfaces[] = { "lo", "eth0", NULL };

	fake_file("inet", "", 0);
	fake_dir("/sys/class/net", interfaces);
	fake_file("/sys/class/net/eth0", "", 0);
	fake_file("/etc/resolv.conf", "", 0);
}

static void add_program_to_run(void)
{
	static const char *const configuration[] = { "10-user.conf", NULL };

	add_two_disks();
	fake_file("/dev/kmsg", "", 0);
	fake_dir("/etc/rdinit/cmdline.d", configuration);
	add_text("/etc/rdinit/cmdline.d/10-user.conf", "rdinit.user=33:33,44\n");
	add_text("/etc/rdinit/cmdline", "rdinit.chdir=/srv\n");
	fake_file("/etc/rdinit/env", "A=b\0C=d\0", 8);
	fake_answer("open_uevents", -EAFNOSUPPORT, FAKE_ALWAYS);
}

/* It says that it is ready, and the machine has a power button and a watchdog. */
static void add_program_that_notifies(void)
{
	static const char *const inputs[] = { "event0/", NULL };

	add_program_to_run();
	add_text("messages", "READY=1\n");
	fake_file("/dev/watchdog", "", 0);
	fake_dir("/sys/class/input", inputs);
	add_text("/sys/class/input/event0/device/capabilities/key", "10000000000000 0\n");
	fake_file("/dev/input/event0", "", 0);
}

static void add_tmpfs(void)
{
	add_program_to_run();
	fake_answer("fs_magic /", TMPFS_MAGIC, FAKE_ALWAYS);
}

/* Five bytes for the program, and then their end. */
/* What the host sends; the acknowledgement comes early. */
static const char host_packets[] = "i\5\0hello"
				   "i\0\0"
				   "x\0\0";

static void add_stdio(void)
{
	fake_file(STDIO_TTY, host_packets, sizeof(host_packets) - 1);
	fake_answer("get_termios " STDIO_TTY, 0, FAKE_ALWAYS);
	fake_answer("set_termios " STDIO_TTY, 0, FAKE_ALWAYS);
}

static void add_stdio_port(void)
{
	fake_dir(VPORTS, (const char *const[]){ "vport1p1", NULL });
	add_text(VPORTS "/vport1p1/name", "a.b\n");
	fake_file(STDIO_PORT, host_packets, sizeof(host_packets) - 1);
	add_stdio();
}

static void add_input(void)
{
	fake_file("/input", "bytes", 5);
	add_stdio();
}

/* A size that comes while the program runs, of a terminal that had another one. */
static void add_window_port(void)
{
	static const char sizes[] = "h\41\0w\141\0";

	fake_dir(VPORTS, (const char *const[]){ "vport1p1", NULL });
	add_text(VPORTS "/vport1p1/name", "a.b\n");
	fake_file(STDIO_PORT, sizes, sizeof(sizes) - 1);
}

static size_t add_entry(uint8_t *at, const char *name, uint32_t mode, const char *data)
{
	const struct newc_fields fields = { .mode = mode,
					    .nlink = 1,
					    .size = (uint32_t)strlen(data),
					    .namesize = (uint32_t)strlen(name) + 1 };
	size_t len = NEWC_HEADER;

	newc_header(at, &fields);
	memcpy(at + len, name, fields.namesize);
	len += fields.namesize;
	len += newc_padding(len);
	memcpy(at + len, data, fields.size);
	return len + fields.size + newc_padding(fields.size);
}

/* What it unpacks is there already, for the false kernel makes no files. */
static void add_order(void)
{
	static const char *const ports[] = { "vport1p1", NULL };
	static uint8_t archive[1024];
	size_t len = add_entry(archive, "etc/rdinit", S_IFDIR | 0755, "");

	len += add_entry(archive + len, "etc/rdinit/run", S_IFREG | 0644, "/app");
	len += add_entry(archive + len, "bin", S_IFLNK | 0777, "usr/bin");
	len += add_entry(archive + len, NEWC_TRAILER, 0, "");
	add_program_to_run();
	fake_dir("/sys/class/virtio-ports", ports);
	add_text("/sys/class/virtio-ports/vport1p1/name", "order\n");
	fake_file("/dev/vport1p1", archive, len);
	add_text("/etc/rdinit/run", "/app");
	add_text("/etc/rdinit/seed", "0123456789abcdef");
	add_text("/etc/rdinit/clock", "1796076056 669136548\n");
}

static void add_host_tty(void)
{
	fake_file(HOST_TTY, "", 0);
	fake_answer("ioperm", -EPERM, FAKE_ALWAYS);
}

static void add_host_port(void)
{
	static const char answers[] = "ack\nack\nack\nack\nack\nack\n";

	fake_dir(VPORTS, (const char *const[]){ "vport1p2", NULL });
	add_text(VPORTS "/vport1p2/name", "rdinit\n");
	fake_file(HOST_PORT, answers, sizeof(answers) - 1);
	fake_answer("ioperm", -EPERM, FAKE_ALWAYS);
}

static void add_host_tty_and_missing(void)
{
	add_missing();
	add_host_tty();
}

/* One table: that of keys without shift. */
static void add_keymap(void)
{
	static uint8_t map[7 + KEYMAP_TABLES + KEYMAP_KEYS * 2] = "bkeymap\1";

	fake_file("/map", map, sizeof(map));
	fake_file("/dev/tty0", "", 0);
}

static void add_program_with_links(void)
{
	add_two_disks();
	fake_file("uevents", "", 0);
}

static void add_program_with_score(void)
{
	add_program_to_run();
	add_text("/proc/self/oom_score_adj", "0\n");
	add_text("/proc/sys/kernel/x", "0\n");
}

static void add_hooks(void)
{
	static const char *const names[] = { "10-a", "20-b", NULL };

	add_program_to_run();
	fake_dir("/etc/rdinit/before-run.d", names);
	fake_file("/dev/null", "", 0);
	fake_answer("execve /etc/rdinit/before-run.d", 0, FAKE_ALWAYS);
}

static int started;

static void ask_to_end(const char *line)
{
	(void)line;
	if (++started == 2)
		fake_answer("sigwait", SIGTERM, 1);
}

static void add_request_to_end(void)
{
	add_program_to_run();
	started = 0;
	fake_program_runs = ask_to_end;
}

/* A module that hangs, a disk whose probe hangs, and one that comes late. */
static void add_all_at_once(void)
{
	static const char event[] = "add@/devices/virtio1/block/vdb\0ACTION=add\0"
				    "DEVPATH=/devices/virtio1/block/vdb\0SUBSYSTEM=block\0"
				    "MAJOR=254\0MINOR=16\0DEVNAME=vdb\0DEVTYPE=disk\0";

	add_text("/proc/partitions", PARTITIONS);
	add_text(MODULES_FILE, "/m/a.ko\n/m/b.ko\n");
	fake_file("/m/a.ko", "", 0);
	fake_file("/m/b.ko", "", 0);
	fake_answer("finit_module /m/a.ko", FAKE_HANGS, FAKE_ALWAYS);
	fake_answer("open /dev/vda", FAKE_HANGS, FAKE_ALWAYS);
	add_ext2("/dev/vdb", 0x22);
	fake_file("uevents", event, sizeof(event) - 1);
}

/* Two disks that hold data, a process that ends at TERM and one that does not. */
static void add_mounts_and_processes(void)
{
	static const char *const processes[] = { "20/", "self/", NULL };

	fake_dir("/proc", processes);
	add_text("/proc/20/stat", "20 (sh) S 1 20 20 1025 20 4194560 7 9\n");
}

/* --- scenarios --- */

struct scenario {
	const char *name, *command_line;
	void (*add)(void);
	enum fake_ending ending;
	const char *word; /* the program that PID 1 becomes, or what it logs before it ends */
	const char *pairs_after; /* faults in pairs: the call they begin with */
	const char *way; /* "halt": how the machine ends, if it ends */
	const char *asked; /* a call that somebody asked for */
	int asked_count; /* and how often it is made */
	int64_t child_ms;
	int stubborn_children;
	int open_count; /* descriptors that stay open until the end */
};

#define OFF " rd.timeout=5 rdinit.onfail=poweroff\n"
#define NOWHERE "root=UUID=99999999-0000-0000-0000-000000000000 rd.timeout=5 "
#define HANDS_OFF .ending = FAKE_BECAME, .word = "/sbin/init", .child_ms = 20
#define ASKS_FOR(call, count) .asked = call, .asked_count = count
#define ENDS_WITH(text) .ending = FAKE_ENDED, .word = text, .child_ms = 3000

static const struct scenario scenarios[] = {
	{ "uuid", "root=UUID=" UUID OFF, add_root, HANDS_OFF, .pairs_after = "fs_magic /" },
	{ "path", "root=/dev/vda rdinit.links" OFF, add_checked_root, HANDS_OFF },
	{ "number", "root=254:0 rootflags=noatime,rshared rw" OFF, add_numbered_root, HANDS_OFF },
	{ "late", "root=UUID=" UUID OFF, add_late_disk, HANDS_OFF, .open_count = 1 },
	{ "resume", "root=/dev/vda resume=/dev/vdb" OFF, add_resume, HANDS_OFF },
	{ "overlay", "root=/dev/vda rd.overlay" OFF, add_root, HANDS_OFF },
	{ "overlay-disk", "root=/dev/vda rd.overlay=/dev/vdb rdinit.mounts=minimal" OFF,
	  add_two_disks, HANDS_OFF },
	{ "loop", "root=/dev/vda rdinit.loop=/images/root" OFF, add_loop, HANDS_OFF,
	  .open_count = 1 },
	{ "loop-toram", "root=/dev/vda rdinit.toram rdinit.loop=/images/root" OFF, add_loop_in_ram,
	  HANDS_OFF, .open_count = 1 },
	{ "toram", "root=/dev/vda rdinit.toram" OFF, add_loop_in_ram, HANDS_OFF, .open_count = 1 },
	{ "usr", "root=/dev/vda" OFF, add_usr, HANDS_OFF },
	{ "members", "root=UUID=" UUID OFF, add_members, HANDS_OFF },
	{ "share", "root=virtiofs:tag" OFF, add_root, HANDS_OFF },
	{ "module-list", "root=/dev/vda" OFF, add_module_list, HANDS_OFF },
	{ "module-table", "root=/dev/vda" OFF, add_module_table, HANDS_OFF, .open_count = 1 },
	{ "missing", NOWHERE "rdinit.onfail=poweroff\n", add_missing,
	  ENDS_WITH("(failed: root-find)") },
	{ "missing-path", "root=/dev/sda1" OFF, add_missing, ENDS_WITH("(failed: root-find)") },
	{ "missing-member", "root=UUID=" UUID OFF, add_members_in_part,
	  ENDS_WITH("(failed: root-find)") },
	{ "missing-shell", NOWHERE "\n", add_missing_and_shell, ENDS_WITH("(failed: root-find)") },
	{ "missing-panic", NOWHERE "panic=7\n", add_missing_and_shell,
	  ENDS_WITH("(failed: root-find)") },
	{ "missing-wait", NOWHERE "rdinit.onfail=wait\n", add_missing, .ending = FAKE_WAITS,
	  .word = "(failed: root-find)", .child_ms = 20 },
	{ "rootwait", NOWHERE "rootwait rdinit.onfail=poweroff\n", add_silence,
	  .ending = FAKE_WAITS, .word = "init: root-find: waiting for ", .child_ms = 20,
	  .open_count = 1 },
	{ "onfail-reboot", NOWHERE "rdinit.onfail=reboot\n", add_missing,
	  ENDS_WITH("(failed: root-find)"), .way = "restart" },
	{ "onfail-halt", NOWHERE "rdinit.onfail=halt\n", add_missing,
	  ENDS_WITH("(failed: root-find)"), .way = "halt" },
	{ "gpt-auto", "root=gpt-auto" OFF, add_gpt_auto, HANDS_OFF,
	  ASKS_FOR("mount /dev/vdb2 /newroot", 1) },
	{ "console-active", "rdinit.onfail=poweroff\n", add_active_console, HANDS_OFF,
	  ASKS_FOR("dup2 " CONSOLE_TTY, 3) },
	{ "console-asked",
	  "console=ttyS0 console=ttyS3,115200n8 console=tty7 rdinit.onfail=poweroff\n",
	  add_dead_console, HANDS_OFF, ASKS_FOR("dup2 " CONSOLE_TTY, 3) },
	{ "console-last", "rdinit.onfail=poweroff\n", add_last_resort, HANDS_OFF,
	  ASKS_FOR("dup2 /dev/ttyS0", 3) },
	{ "console-null", "console=null rdinit.onfail=poweroff\n", add_last_resort, HANDS_OFF,
	  ASKS_FOR("dup2 /dev/null", 3) },
	{ "console-node", "rdinit.onfail=poweroff\n", add_no_console_node, HANDS_OFF,
	  ASKS_FOR("dup2 /dev/console", 3) },
	{ "own-init", "rdinit.onfail=poweroff\n", add_own_init, HANDS_OFF },
	{ "shell", "rdinit.onfail=poweroff\n", add_shell, ENDS_WITH("") },
	{ "run", "rdinit.run=/app rdinit.onfail=poweroff\n", add_program_to_run,
	  ENDS_WITH("exit status 0 (run: /app)") },
	{ "notify", "rdinit.run=/app rdinit.notify rdinit.watchdog=2 rdinit.onfail=poweroff\n",
	  add_program_that_notifies, ENDS_WITH("exit status 0 (run: /app)"), .open_count = 1 },
	{ "reroot", "rdinit.run=/app rdinit.root=tmpfs:size=9m rdinit.onfail=poweroff\n", add_tmpfs,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("mount / /newroot", 1) },
	{ "network",
	  "rdinit.run=/app ip=10.0.2.15::10.0.2.2:::eth0:off:10.0.2.3 rdinit.onfail=poweroff\n",
	  add_network, ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("set_address eth0", 1),
	  .open_count = 1 },
	{ "run-in-root", "rdinit.run=/app rdinit.root=UUID=" UUID OFF, add_root,
	  .ending = FAKE_ENDED, .word = "exit status 0 (run: /app)", .child_ms = 20 },
	{ "mounts",
	  "rdinit.run=/app \"rdinit.mount=tag /d virtiofs\" "
	  "\"rdinit.mount=o /o/p overlay lowerdir=/d,upperdir=/u,workdir=/w\" "
	  "\"rdinit.mount=/d /e none bind,ro\" hostname=h rdinit.window=24x80 rdinit.rlimit=core=0 "
	  "rdinit.onfail=poweroff\n",
	  add_program_to_run, ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("mount /d /e", 1) },
	{ "rights",
	  "rdinit.run=/app rdinit.caps=kill,chown rdinit.ambient=kill rdinit.user=1:2 "
	  "rdinit.sysctl=kernel.x=1 rdinit.no_new_privs rdinit.umask=77 rdinit.oom_score_adj=9 rdinit.onfail=poweroff\n",
	  add_program_with_score, ENDS_WITH("exit status 0 (run: /app)"),
	  ASKS_FOR("set_capabilities 20", 1) },
	{ "restart", "rdinit.run=/app rdinit.restart=always rdinit.onfail=poweroff\n",
	  add_request_to_end, ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("execve /app", 2) },
	{ "hooks", "rdinit.run=/app rdinit.onfail=poweroff\n", add_hooks,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("execve /etc/rdinit/before-run.d", 2) },
	{ "stdio", "rdinit.run=/app rdinit.stdio=ttyS1 rdinit.onfail=poweroff\n", add_stdio,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("dup2 pipe", 3), .open_count = 1 },
	{ "stdio-port", "rdinit.run=/app rdinit.stdio=virtio:a.b,ttyS1 rdinit.onfail=poweroff\n",
	  add_stdio_port, ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("write " STDIO_PORT, 4),
	  .open_count = 1 },
	{ "window", "rdinit.run=/app rdinit.window=24x80,a.b rdinit.onfail=poweroff\n",
	  add_window_port, ENDS_WITH("exit status 0 (run: /app)"),
	  ASKS_FOR("set_window 0 33 97", 1), .open_count = 1 },
	{ "input",
	  "rdinit.run=/app rdinit.stdin=/input rdinit.stdio=ttyS1 rdinit.onfail=poweroff\n",
	  add_input, ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("dup2 /input", 1),
	  .open_count = 1 },
	{ "input-missing", "rdinit.run=/app rdinit.stdin=/input rdinit.onfail=poweroff\n",
	  add_shell, ENDS_WITH("(failed: appliance)") },
	{ "order", "rdinit.order=order rdinit.onfail=poweroff\n", add_order,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("add_entropy", 1) },
	{ "keymap", "rdinit.run=/app rdinit.keymap=/map rdinit.onfail=poweroff\n", add_keymap,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("set_key ", KEYMAP_KEYS) },
	{ "host-tty", "rdinit.run=/app rdinit.host=ttyS2 rdinit.onfail=poweroff\n", add_host_tty,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("write " HOST_TTY " exit 0", 1),
	  .open_count = 1 },
	{ "host-port", "rdinit.run=/app rdinit.onfail=poweroff\n", add_host_port,
	  ENDS_WITH("exit status 0 (run: /app)"), ASKS_FOR("write " HOST_PORT " exit 0", 1),
	  .open_count = 1 },
	{ "host-tty-failed", NOWHERE "rdinit.host=ttyS2 rdinit.onfail=poweroff\n",
	  add_host_tty_and_missing, ENDS_WITH("(failed: root-find)"), .open_count = 1 },
	{ "links", "rdinit.run=app rdinit.links rdinit.onfail=poweroff\n", add_program_with_links,
	  ENDS_WITH("exit status 0 (run: app)"), .open_count = 1 },
	{ "at-once", "rdinit.run=/app rdinit.links rd.timeout=5 rdinit.onfail=poweroff\n",
	  add_all_at_once, ENDS_WITH("exit status 0 (run: /app)"), .open_count = 1,
	  .asked = "symlink ../../vdb /dev/disk/by-uuid/22", .asked_count = 1 },
	{ "power", "rdinit.run=/app rdinit.onfail=poweroff\n", add_mounts_and_processes,
	  ENDS_WITH("exit status 0 (run: /app)"), .stubborn_children = 1,
	  .pairs_after = "kill -1 15" },
};

/* --- one run --- */

struct run {
	struct fake_sweep sweep;
	enum fake_ending ending;
	int64_t ended_ms;
	char calls[sizeof(fake_calls)], console[sizeof(fake_console)];
};

static struct run *baseline, *run; /* shared with the processes that boot */

static void boot_in_child(const struct scenario *scenario, struct run *to)
{
	static char *argv[] = { (char *)"/init", NULL };
	static char *envp[] = { (char *)"HOME=/", (char *)"TERM=linux", NULL };
	int ending;

	alarm(HANG_S);
	fake_reset();
	add_machine();
	add_text("/proc/cmdline", scenario->command_line);
	scenario->add();
	fake_sweep(&to->sweep);
	ending = setjmp(fake_end);
	if (ending == 0) {
		init_main(1, argv, envp);
		ending = FAKE_RETURNED;
	}
	to->ending = (enum fake_ending)ending;
	to->ended_ms = sys_clock_ms();
	memcpy(to->calls, fake_calls, sizeof(fake_calls));
	memcpy(to->console, fake_console, sizeof(fake_console));
	_exit(0);
}

struct fault {
	unsigned int number;
	long result;
	int is_lasting;
};

static int64_t allowance(struct fault fault)
{
	if (fault.number == 0)
		return 0;
	return (fault.result == FAKE_HANGS ? HANG_MS : FAULT_MS) * (fault.is_lasting ? 4 : 1);
}

/* Whether it ended otherwise than by itself: a signal, or a sanitizer. */
static int start(const struct scenario *scenario, struct run *to, struct fault a, struct fault b)
{
	int status;
	pid_t pid;

	to->sweep.count = 0;
	to->sweep.open_count = 0;
	to->sweep.synced_ms = 0;
	to->sweep.program[0] = '\0';
	to->sweep.faults[0].number = a.number;
	to->sweep.faults[0].result = a.result;
	to->sweep.faults[0].is_lasting = a.is_lasting;
	to->sweep.faults[1].number = b.number;
	to->sweep.faults[1].result = b.result;
	to->sweep.child_ms = scenario->child_ms;
	to->sweep.stubborn_children = scenario->stubborn_children;
	to->sweep.limit_ms =
		to == baseline ? 200000 : baseline->ended_ms + allowance(a) + allowance(b);
	to->ending = 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		boot_in_child(scenario, to);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status != 0;
}

/* --- what must hold --- */

static int said(const char *text)
{
	return strstr(run->console, text) != NULL;
}

static const struct fake_call *call_at(unsigned int number)
{
	return &run->sweep.calls[number - 1];
}

static int is_call(unsigned int number, const char *line)
{
	return strncmp(call_at(number)->line, line, strlen(line)) == 0;
}

/* "exit status 125 (failed: STEP)" after a line "init: STEP: ... (E...)". */
static const char *check_report(void)
{
	const char *at = strstr(run->console, "exit status 125 (failed: ");
	char step[32] = "", prefix[48];

	if (!at)
		return "the boot stopped, and no step is said to have failed";
	sscanf(at, "exit status 125 (failed: %31[a-z-])", step);
	snprintf(prefix, sizeof(prefix), "init: %s: ", step);
	for (const char *line = run->console; line && line < at; line = strchr(line, '\n')) {
		const char *end = strchr(line += *line == '\n', '\n');

		if (strncmp(line, prefix, strlen(prefix)) == 0 && end &&
		    memmem(line, (size_t)(end - line), " (E", 3))
			return NULL;
	}
	return "the step that failed gave no reason";
}

/* Of a boot that was given up before anything could ask for its end, or one that asked for it. */
static const char *check_wait(const struct scenario *scenario)
{
	if (scenario->ending == FAKE_WAITS && said(scenario->word))
		return NULL;
	if (!said("waiting: nothing more will happen"))
		return "waits without a limit";
	if (!said("(failed: early-mounts)") && !said("(failed: settings)") &&
	    scenario->ending != FAKE_WAITS && strstr(scenario->command_line, "onfail="))
		return "waits, and nobody asked for it";
	return check_report();
}

static const char *check_power(const struct scenario *scenario)
{
	if (scenario->ending == FAKE_ENDED && said(scenario->word))
		return NULL;
	if (said("exit status 126 (run: ") || said("exit status 127 (run: "))
		return said(" (E") ? NULL : "the program did not run, and nobody says why";
	return check_report();
}

/* Then there is nothing left to be done but to wait and to reap. */
static int every_reboot_failed(void)
{
	int refused = 0;

	for (unsigned int i = 1; i <= run->sweep.count; i++)
		refused += is_call(i, "reboot ") && !is_call(i, "reboot other");
	return refused == 2;
}

static const char *check_ending(const struct scenario *scenario)
{
	switch (run->ending) {
	case FAKE_BECAME:
		return scenario->ending != FAKE_BECAME || strcmp(run->sweep.program, scenario->word)
			       ? "PID 1 became another program"
		       : said("exit status") ? "PID 1 became a program after it gave up"
					     : NULL;
	case FAKE_ENDED:
		return check_power(scenario);
	case FAKE_WAITS:
		return every_reboot_failed() ? NULL : check_wait(scenario);
	case FAKE_LATE:
		return scenario->ending == FAKE_WAITS && said(scenario->word)
			       ? NULL
			       : "not over within the time that was asked for";
	case FAKE_SPINS:
		return "calls and calls again";
	case FAKE_BAD_CLOSE:
		return "closes what is not open";
	default:
		return "main() returned";
	}
}

/* The gates of root_switch(), and that its init could be read, if it is to have one. */
static const char *check_gates(const struct scenario *scenario)
{
	int is_read = strstr(scenario->command_line, "rdinit.root=") != NULL;
	int is_pid_1 = 0, is_memory = 0, is_root = 0, is_new = 0, is_emptied = 0;

	for (unsigned int i = 1; i <= run->sweep.count; i++) {
		long result = call_at(i)->result;

		is_pid_1 |= is_call(i, "getpid") && result == 1;
		is_memory |= is_call(i, "fs_magic /") && result > 0;
		is_root |= is_call(i, "stat /") && call_at(i)->line[6] == '\0' && result >= 0;
		is_new |= is_call(i, "stat /newroot") && result >= 0;
		is_read |= is_call(i, "read root:/sbin/init") && result > 0;
		is_emptied |= is_call(i, "open /") && call_at(i)->line[6] == '\0' && result > 0;
		if (is_emptied && is_call(i, "unlink ") &&
		    !(is_pid_1 && is_memory && is_root && is_new && is_read))
			return "deletes before all gates held";
	}
	return NULL;
}

/* Whether this call told the host something that begins so. */
static int is_reported(unsigned int number, const char *words)
{
	static const char *const ways[] = { "outb ", "write " HOST_TTY " ",
					    "write " HOST_PORT " " };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (is_call(number, ways[i]) && call_at(number)->result >= 0 &&
		    strncmp(call_at(number)->line + strlen(ways[i]), words, strlen(words)) == 0)
			return 1;
	return 0;
}

static int failed(const char *line)
{
	for (unsigned int i = 1; i <= run->sweep.count; i++)
		if (call_at(i)->result < 0 && is_call(i, line))
			return 1;
	return 0;
}

/* What stands on the kernel's line cannot be done where it is not read. */
static int is_line_lost(void)
{
	return failed("open /proc/cmdline") || failed("read /proc/cmdline");
}

/* Whether a call that begins so was made to fail. */
static int is_faulted(const char *line)
{
	for (int i = 0; i < FAKE_FAULTS; i++)
		if (run->sweep.faults[i].number && is_call(run->sweep.faults[i].number, line))
			return 1;
	return 0;
}

/* Nobody can be told where the wire itself fails. */
static int is_wire_cut(void)
{
	static const char *const calls[] = { "ioperm",	     "open " HOST_PORT,	 "write " HOST_PORT,
					     "open " VPORTS, "getdents " VPORTS, "read " VPORTS };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (is_faulted(calls[i]))
			return 1;
	return failed("open " HOST_TTY) || failed("write " HOST_TTY) ||
	       (run->sweep.faults[0].is_lasting && is_faulted("open "));
}

static const char *check_host(void)
{
	int failed = 0, successes = 0, exits = 0;

	for (unsigned int i = 1; i <= run->sweep.count; i++) {
		int is_exit = is_reported(i, "exit ") || is_reported(i, "signal "),
		    is_success = is_reported(i, "handoff");

		failed += is_reported(i, "failed ");
		exits += is_exit;
		successes += is_success;
		if ((is_exit || is_success) && failed)
			return "the host is told of a success after a failure";
	}
	if (failed > 1 || exits > 1 || successes > 1 || exits + successes > 1 || (exits && failed))
		return "the host is told twice how it ended";
	if (!failed && said("(failed: ") && !is_wire_cut() && !is_line_lost())
		return "the host is not told of the failure";
	return NULL;
}

/* Nobody may end the machine before the child that syncs has ended. */
static const char *check_disks(const struct scenario *scenario)
{
	const char *sync = strstr(run->calls, "\nsync\n");

	if (run->ending != FAKE_ENDED)
		return NULL;
	if (!sync)
		return said("a disk has not answered") ? NULL : "the disks are not synced";
	if (strstr(run->calls, "\nfork\nsync\n") && !said("a disk has not answered") &&
	    run->sweep.child_ms && run->ended_ms < run->sweep.synced_ms)
		return "the power goes before the disks are synced";
	(void)scenario;
	return NULL;
}

/* What may fail without a word where all goes on: everything else is logged, or tried again. */
static const struct tolerated {
	const char *call;
	long error; /* 0: any */
} tolerated[] = {
	/* answers, not failures: it is not there, or there already, or no mount that could be moved
	 */
	{ "", -ENOENT },
	{ "", -EEXIST },
	{ "mount ", -EBUSY },
	{ "mount sysfs ", -ENODEV },
	{ "mount tmpfs ", -ENODEV },
	{ "mount devpts ", -ENODEV },
	{ "mount cgroup2 ", -ENODEV },
	{ "mount /dev .", -EINVAL },
	{ "mount /proc .", -EINVAL },
	{ "mount /sys .", -EINVAL },
	{ "mount /run .", -EINVAL },
	/* nobody is there to be told, or the log itself fails */
	{ "open /dev/kmsg", 0 },
	{ "read /dev/kmsg", 0 },
	{ "write /dev/kmsg", 0 },
	{ "write console", 0 },
	{ "open /proc/sys/kernel/printk", 0 },
	{ "read /proc/sys/kernel/printk", 0 },
	{ "ioperm", 0 },
	{ "open " HOST_TTY, 0 },
	{ "unsent ", 0 },
	{ "drain ", 0 },
	{ "dup2 -", 0 }, /* a program gets the log's descriptor, which does not block */
	{ "write " HOST_TTY, 0 },
	{ "open " HOST_PORT, 0 },
	{ "write " HOST_PORT, 0 },
	{ "read " HOST_PORT, 0 },
	{ "open " VPORTS, 0 },
	{ "getdents " VPORTS, 0 },
	{ "read " VPORTS, 0 },
	{ "read " STDIO_PORT, 0 },
	{ "write " STDIO_PORT, 0 },
	{ "read " STDIO_TTY, 0 },
	{ "write " STDIO_TTY, 0 },
	/* something else is done in its place: in this process, by another call, a little later */
	{ "access /dev/", 0 }, /* its child opens it all the same */
	{ "pipe", 0 },
	{ "fork", 0 },
	{ "clone_vm", 0 },
	{ "map_memory", 0 },
	{ "umount /srv", 0 },
	{ "open /dev/vd", 0 }, /* what is there is the mount's to report */
	{ "access /etc/rdinit/cmdline", 0 },
	{ "confine", 0 },
	{ "open /dev/console", 0 },
	{ "is_tty /dev/", 0 },
	{ "mknod /dev/console", 0 },
	{ "open /sys/class/tty/console/active", 0 },
	{ "read /sys/class/tty/console/active", 0 },
	{ "open /dev/ttyS0", 0 },
	{ "open " CONSOLE_TTY, 0 },
	{ "open /dev/tty7", 0 },
	{ "open /dev/tty0", 0 },
	/* the end of a machine is no place for it */
	{ "kill ", 0 },
	{ "sigwait", 0 },
	{ "reboot other", 0 },
	{ "access /sys/class/virtio-ports", 0 }, /* the line is used, and that is logged */
	{ "access /sys/firmware/acpi", 0 },
	{ "access /sbin/init", 0 }, /* execve(2) says it */
	{ "open /proc/meminfo", 0 },
	{ "read /proc/meminfo", 0 },
	{ "write pipe", 0 },
	{ "read messages", -EAGAIN }, /* it is read again */
	{ "read messages", -EINTR },
	{ "set_key ", -EINVAL }, /* a key that this kernel does not know of */
	/* what is in memory, and may stay */
	{ "unlink ", 0 },
	{ "getdents /", 0 },
	{ "getdents dir", 0 },
	{ "access /sbin/fsck.", 0 },
	/* what is made, or mounted, in it fails next, in words */
	{ "mkdir /dev/disk", 0 },
	{ "set_limit 7 1024:524288", 0 }, /* the default: the kernel's stays */
	{ "mount /sys sys", 0 }, /* not mounted */
	{ "mount /run run", 0 },
	{ "mkdir /run/rdinit/ram", 0 },
	{ "mknod /dev/loop0", 0 },
	{ "open /dev/root-", 0 },
	{ "access /sys/module/", 0 },
	{ "processors", 0 },
	/* a directory of PATH before the right one */
	{ "execve /usr/local/", -EACCES },
	/* a check more by the real init, a wait less */
	{ "mkdir /run/initramfs", 0 },
	{ "mknod /run/initramfs/", 0 },
	{ "poll ", 0 },
	{ "read uevents", -EAGAIN },
	/* a link less, a line of the report less */
	{ "device_size", 0 },
	{ "map_device /dev/vd", 0 },
	{ "read pipe", 0 },
	{ "signalfd", 0 },
	{ "open /dev/disk", 0 },
	{ "open /dev/sda1", 0 },
	{ "open /proc/20/stat", 0 },
	{ "read /proc/20/stat", 0 },
	{ "open /proc", 0 },
	{ "readlink /sys/class/block/", 0 },
	{ "open /sys/class/block/", 0 },
	{ "read /sys/class/block/", 0 },
	{ "access /sys/firmware/efi", 0 },
	{ "umount /sys/firmware/efi/efivars", 0 },
};

static int is_tolerated(const struct fake_call *call)
{
	for (size_t i = 0; i < sizeof(tolerated) / sizeof(tolerated[0]); i++)
		if (strncmp(call->line, tolerated[i].call, strlen(tolerated[i].call)) == 0 &&
		    (!tolerated[i].error || tolerated[i].error == call->result))
			return 1;
	return 0;
}

static int is_tried_again(unsigned int number)
{
	for (unsigned int i = number + 1; i <= run->sweep.count; i++)
		if (strcmp(call_at(i)->line, call_at(number)->line) == 0)
			return 1;
	return 0;
}

static const char *check_silence(const struct scenario *scenario)
{
	unsigned int number = run->sweep.faults[0].number;

	if (!number || run->sweep.faults[0].is_lasting || run->sweep.faults[1].number ||
	    run->ending != scenario->ending || strcmp(run->console, baseline->console))
		return NULL;
	return is_tolerated(call_at(number)) || is_tried_again(number) ? NULL
								       : "it fails without a word";
}

/* What somebody asked for is done, or a failure is logged, or one that may be silent kept it. */
static const char *check_asked(const struct scenario *scenario)
{
	unsigned int number = run->sweep.faults[0].number;
	int count = 0;

	if (!scenario->asked || (said(" (E") && strcmp(run->console, baseline->console)) ||
	    is_line_lost() || (number && is_tolerated(call_at(number))))
		return NULL;
	for (unsigned int i = 1; i <= run->sweep.count; i++)
		count += is_call(i, scenario->asked) && call_at(i)->result >= 0;
	return count < scenario->asked_count ? "what was asked for is not done, and nobody says why"
					     : NULL;
}

static const char *check_way(const struct scenario *scenario)
{
	unsigned int number = 1; /* of the first call: where it fails, another way is right */

	if (run->ending != FAKE_ENDED || !scenario->way)
		return NULL;
	while (number < run->sweep.count &&
	       (!is_call(number, "reboot ") || is_call(number, "reboot other")))
		number++;
	return strcmp(call_at(number)->line + strlen("reboot "), scenario->way) == 0
		       ? NULL
		       : "the machine ends in another way";
}

static const char *check(const struct scenario *scenario)
{
	const char *wrong = check_ending(scenario);

	if (!wrong)
		wrong = check_gates(scenario);
	if (!wrong)
		wrong = check_host();
	if (!wrong)
		wrong = check_disks(scenario);
	if (!wrong)
		wrong = check_way(scenario);
	if (!wrong)
		wrong = check_asked(scenario);
	if (!wrong && run->sweep.open_count > scenario->open_count)
		wrong = "descriptors stay open";
	return wrong ? wrong : check_silence(scenario);
}

/* --- the sweep --- */

static unsigned int runs, wrongs;

static void print_run(const struct run *of)
{
	for (unsigned int i = 1; i <= of->sweep.count; i++)
		print_message("%4u %s%s = %ld\n", i, of->sweep.calls[i - 1].depth ? "  " : "",
			      of->sweep.calls[i - 1].line, of->sweep.calls[i - 1].result);
	print_message("%sending %d after %ld ms, %d open\n", of->console, of->ending,
		      (long)of->ended_ms, of->sweep.open_count);
}

static void print_fault(struct fault fault)
{
	if (fault.number)
		print_error(" %u %ld (%s: %s)", fault.number, fault.result,
			    fault.number <= run->sweep.count ? call_at(fault.number)->line
							     : "not reached",
			    errors_name(fault.result));
}

static void try_faults(const struct scenario *scenario, struct fault a, struct fault b)
{
	const char *wrong = start(scenario, run, a, b) ? "crashed" : check(scenario);

	runs++;
	if (!wrong)
		return;
	wrongs++;
	print_error("SWEEP=\"%s", scenario->name);
	print_fault(a);
	print_fault(a.is_lasting ? a : b);
	print_error("\": %s (ending %d after %ld ms)\n", wrong, run->ending, (long)run->ended_ms);
}

static void start_baseline(const struct scenario *scenario)
{
	const struct fault none = { 0 };

	assert_int_equal(start(scenario, baseline, none, none), 0);
	if (getenv("SWEEP_PRINT"))
		print_run(baseline);
	memcpy(run, baseline, sizeof(*run));
	if (baseline->ending != scenario->ending || check(scenario)) {
		print_run(baseline);
		fail_msg("%s does not even work without a fault: %s", scenario->name,
			 check(scenario));
	}
}

struct sample {
	unsigned int at, step; /* one in `step` */
};

static int is_chosen(struct sample *sample)
{
	return sample->at++ % sample->step == 0;
}

static const long *errors_of_call(const struct fake_sweep *of, unsigned int number)
{
	const long *known = errors_of(of->calls[number - 1].line);

	if (!known)
		fail_msg("no errors are known of \"%s\"", of->calls[number - 1].line);
	return known;
}

static const long *errors_at(unsigned int number)
{
	return errors_of_call(&baseline->sweep, number);
}

/* No signal interrupts every call, and what waits would wait again at once. */
static int may_last(unsigned int number, long result)
{
	const char *line = baseline->sweep.calls[number - 1].line;

	return result != -EINTR && result != -EAGAIN && strncmp(line, "poll", 4) &&
	       strncmp(line, "sigwait", 7) && strncmp(line, "reboot", 6);
}

static void sweep_singles(const struct scenario *scenario, struct sample sample)
{
	const struct fault none = { 0 };

	for (unsigned int number = 1; number <= baseline->sweep.count; number++)
		for (const long *error = errors_at(number); *error; error++) {
			/* What a call gives without a fault is none. */
			if (*error != baseline->sweep.calls[number - 1].result &&
			    is_chosen(&sample))
				try_faults(scenario, (struct fault){ number, *error, 0 }, none);
			if (may_last(number, *error) && is_chosen(&sample))
				try_faults(scenario, (struct fault){ number, *error, 1 }, none);
		}
}

static unsigned int first_call(const char *line)
{
	unsigned int number = 1;

	while (number <= baseline->sweep.count &&
	       strncmp(baseline->sweep.calls[number - 1].line, line, strlen(line)))
		number++;
	return number;
}

/* Of the run with the first fault: what fails next is a call of that one. */
static void sweep_second(const struct scenario *scenario, struct fault a, struct sample *sample)
{
	static struct fake_sweep first;

	try_faults(scenario, a, (struct fault){ 0 });
	memcpy(&first, &run->sweep, sizeof(first));
	for (unsigned int number = a.number + 1; number <= first.count; number++)
		for (const long *error = errors_of_call(&first, number); *error; error++)
			if (is_chosen(sample))
				try_faults(scenario, a, (struct fault){ number, *error, 0 });
}

static void sweep_pairs(const struct scenario *scenario, struct sample sample)
{
	unsigned int first = first_call(scenario->pairs_after);

	for (unsigned int number = first; number <= baseline->sweep.count; number++)
		for (const long *error = errors_at(number); *error; error++)
			sweep_second(scenario, (struct fault){ number, *error, 0 }, &sample);
}

static struct sample sample_of(unsigned int step)
{
	return (struct sample){ (unsigned int)time(NULL), getenv("SWEEP_ALL") ? 1 : step };
}

static void every_call_fails(void **state)
{
	const struct scenario *scenario = *state;

	runs = wrongs = 0;
	start_baseline(scenario);
	sweep_singles(scenario, sample_of(17));
	print_message("# %s: %u calls, %u runs\n", scenario->name, baseline->sweep.count, runs);
	assert_int_equal(wrongs, 0);
}

static void two_calls_fail(void **state)
{
	const struct scenario *scenario = *state;

	runs = wrongs = 0;
	start_baseline(scenario);
	sweep_pairs(scenario, sample_of(307));
	print_message("# %s: %u runs with two faults\n", scenario->name, runs);
	assert_int_equal(wrongs, 0);
}

/* Whether the check finds what is planted, without a fault or with one. */
static int is_found(const struct scenario *scenario, const char *expected)
{
	const struct fault none = { 0 };
	const char *wrong;

	assert_int_equal(start(scenario, baseline, none, none), 0);
	memcpy(run, baseline, sizeof(*run));
	wrong = check(scenario);
	if (wrong)
		return strcmp(wrong, expected) == 0;
	for (unsigned int number = 1; number <= baseline->sweep.count; number++)
		for (const long *error = errors_at(number); *error; error++) {
			assert_int_equal(
				start(scenario, run, (struct fault){ number, *error, 0 }, none), 0);
			wrong = check(scenario);
			if (wrong)
				return strcmp(wrong, expected) == 0;
		}
	return 0;
}

static const struct scenario *scenario_named(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	return NULL;
}

static void what_is_planted_is_found(void **state)
{
	static const char not_done[] = "what was asked for is not done, and nobody says why";
	static const struct {
		enum planted what;
		const char *scenario, *found_as;
	} rows[] = {
		{ SWALLOWS, "uuid", "it fails without a word" },
		{ WAITS, "uuid", "waits without a limit" },
		{ SPINS, "uuid", "calls and calls again" },
		{ IS_SILENT, "uuid", "the step that failed gave no reason" },
		{ CLOSES_TWICE, "uuid", "closes what is not open" },
		{ LEAKS, "uuid", "descriptors stay open" },
		{ DELETES, "uuid", "deletes before all gates held" },
		{ TELLS_TWICE, "uuid", "the host is told twice how it ended" },
		{ TELLS_TWICE, "host-tty", "the host is told twice how it ended" },
		{ RETURNS, "uuid", "main() returned" },
		{ OPENS_NO_CONSOLE, "console-active", not_done },
		{ OPENS_NO_CONSOLE, "console-asked", not_done },
		{ OPENS_NO_CONSOLE, "console-last", not_done },
		{ OPENS_NO_CONSOLE, "console-node", not_done },
		{ OPENS_A_PORT, "console-null", not_done },
		{ FORGETS_HOST, "host-tty", not_done },
		{ FORGETS_HOST, "host-tty-failed", "the host is not told of the failure" },
		{ FORGETS_STDIO, "stdio", not_done },
		{ FORGETS_KEYMAP, "keymap", not_done },
		{ FORGETS_LOADER, "gpt-auto", not_done },
		{ FORGETS_ONFAIL, "onfail-reboot", "the machine ends in another way" },
		{ FORGETS_ONFAIL, "onfail-halt", "the machine ends in another way" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct scenario *scenario = scenario_named(rows[i].scenario);
		int is_one;

		start_baseline(scenario);
		planted = rows[i].what;
		is_one = is_found(scenario, rows[i].found_as);
		planted = NOTHING_PLANTED;
		if (!is_one)
			fail_msg("not found in %s: %s", rows[i].scenario, rows[i].found_as);
	}
}

/* "NAME NUMBER RESULT [NUMBER RESULT]"; the same twice: it lasts. */
static int run_one(const char *asked)
{
	struct fault a = { 0 }, b = { 0 };
	const struct scenario *scenario;
	char name[32];

	if (sscanf(asked, "%31s %u %ld %u %ld", name, &a.number, &a.result, &b.number, &b.result) <
	    1)
		return 2;
	scenario = scenario_named(name);
	if (!scenario)
		return 2;
	start_baseline(scenario);
	a.is_lasting = a.number == b.number;
	if (a.is_lasting)
		b.number = 0;
	try_faults(scenario, a, b);
	print_run(run);
	return wrongs != 0;
}

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

int main(void)
{
	static struct CMUnitTest tests[2 * SCENARIOS + 1];
	static char names[SCENARIOS][48];
	size_t count = 0;

	baseline = mmap(NULL, 2 * sizeof(*run), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (baseline == MAP_FAILED)
		return 1;
	run = baseline + 1;
	if (getenv("SWEEP"))
		return run_one(getenv("SWEEP"));
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(what_is_planted_is_found);
	for (size_t i = 0; i < SCENARIOS; i++) {
		void *scenario = (void *)&scenarios[i];

		tests[count++] = (struct CMUnitTest){ scenarios[i].name, every_call_fails, NULL,
						      NULL, scenario };
		if (!scenarios[i].pairs_after)
			continue;
		snprintf(names[i], sizeof(names[i]), "%s, two calls", scenarios[i].name);
		tests[count++] =
			(struct CMUnitTest){ names[i], two_calls_fail, NULL, NULL, scenario };
	}
	return _cmocka_run_group_tests("sweep", tests, count, NULL, NULL);
}
