// SPDX-License-Identifier: MIT
/* applet_table.c - the applets of a busybox, read from its bytes. */
#include "tools/lib/program/applet_table.h"

#include <stdlib.h>

#define LEN_MAX 32 /* bytes; start-stop-daemon has 17 */
#define BANNER "BusyBox v"

/* What busybox --install puts into a sbin, of what busybox has or had. */
static const char *const sbin[] = {
	"acpid",	"add-shell",   "addgroup",
	"adduser",	"adjtimex",    "arp",
	"arping",	"blkid",       "blockdev",
	"bootchartd",	"brctl",       "chat",
	"chpasswd",	"chroot",      "crond",
	"delgroup",	"deluser",     "depmod",
	"devmem",	"dhcprelay",   "dnsd",
	"ether-wake",	"fakeidentd",  "fbset",
	"fbsplash",	"fdisk",       "findfs",
	"freeramdisk",	"fsck",	       "fsck.minix",
	"fsfreeze",	"fstrim",      "getty",
	"halt",		"hdparm",      "httpd",
	"hwclock",	"i2cdetect",   "i2cdump",
	"i2cget",	"i2cset",      "i2ctransfer",
	"ifconfig",	"ifdown",      "ifenslave",
	"ifplugd",	"ifup",	       "inetd",
	"init",		"insmod",      "ip",
	"ipaddr",	"iplink",      "ipneigh",
	"iproute",	"iprule",      "iptunnel",
	"killall5",	"klogd",       "loadfont",
	"loadkmap",	"logread",     "losetup",
	"lpd",		"lsmod",       "makedevs",
	"mdev",		"mim",	       "mkdosfs",
	"mke2fs",	"mkfs.ext2",   "mkfs.minix",
	"mkfs.vfat",	"mkswap",      "modinfo",
	"modprobe",	"nameif",      "nbd-client",
	"nologin",	"ntpd",	       "partprobe",
	"pivot_root",	"popmaildir",  "poweroff",
	"raidautorun",	"rdate",       "rdev",
	"readahead",	"readprofile", "reboot",
	"remove-shell", "rmmod",       "route",
	"rtcwake",	"run-init",    "runlevel",
	"sendmail",	"setconsole",  "setfont",
	"setlogcons",	"slattach",    "start-stop-daemon",
	"sulogin",	"svlogd",      "swapoff",
	"swapon",	"switch_root", "sysctl",
	"syslogd",	"tc",	       "telnetd",
	"tftpd",	"tunctl",      "ubiattach",
	"ubidetach",	"ubimkvol",    "ubirename",
	"ubirmvol",	"ubirsvol",    "ubiupdatevol",
	"udhcpc",	"udhcpc6",     "udhcpd",
	"uevent",	"vconfig",     "watchdog",
	"zcip",
};

/* Of the others most: by their number the list is told from other words in order. */
static const char *const others[] = {
	"[",
	"[[",
	"ar",
	"arch",
	"ascii",
	"ash",
	"awk",
	"base64",
	"basename",
	"bc",
	"beep",
	"blkdiscard",
	"bunzip2",
	"busybox",
	"bzcat",
	"bzip2",
	"cal",
	"cat",
	"chattr",
	"chcon",
	"chgrp",
	"chmod",
	"chown",
	"chpst",
	"chrt",
	"chvt",
	"cksum",
	"clear",
	"cmp",
	"comm",
	"conspy",
	"cp",
	"cpio",
	"crc32",
	"crontab",
	"cryptpw",
	"csplit",
	"cttyhack",
	"cut",
	"date",
	"dc",
	"dd",
	"deallocvt",
	"df",
	"diff",
	"dirname",
	"dmesg",
	"dnsdomainname",
	"dos2unix",
	"dpkg",
	"dpkg-deb",
	"du",
	"dumpkmap",
	"dumpleases",
	"echo",
	"ed",
	"egrep",
	"eject",
	"env",
	"envdir",
	"envuidgid",
	"expand",
	"expr",
	"factor",
	"fallocate",
	"false",
	"fatattr",
	"fdflush",
	"fgconsole",
	"fgrep",
	"find",
	"flock",
	"fold",
	"free",
	"fsync",
	"ftpget",
	"ftpput",
	"fuser",
	"getenforce",
	"getfattr",
	"getopt",
	"getsebool",
	"grep",
	"groups",
	"gunzip",
	"gzip",
	"hd",
	"head",
	"hexdump",
	"hexedit",
	"hostid",
	"hostname",
	"hush",
	"id",
	"inotifyd",
	"install",
	"ionice",
	"iostat",
	"ipcalc",
	"ipcrm",
	"ipcs",
	"join",
	"kbd_mode",
	"kill",
	"killall",
	"last",
	"less",
	"link",
	"linux32",
	"linux64",
	"linuxrc",
	"ln",
	"logger",
	"login",
	"logname",
	"ls",
	"lsattr",
	"lsof",
	"lspci",
	"lsscsi",
	"lsusb",
	"lzcat",
	"lzma",
	"lzop",
	"lzopcat",
	"makemime",
	"man",
	"md5sum",
	"mesg",
	"microcom",
	"minips",
	"mkdir",
	"mkfifo",
	"mknod",
	"mkpasswd",
	"mktemp",
	"more",
	"mount",
	"mountpoint",
	"mpstat",
	"mt",
	"mv",
	"nc",
	"netcat",
	"netstat",
	"nice",
	"nl",
	"nmeter",
	"nohup",
	"nproc",
	"nsenter",
	"nslookup",
	"nuke",
	"od",
	"openvt",
	"passwd",
	"paste",
	"patch",
	"pgrep",
	"pidof",
	"ping",
	"ping6",
	"pipe_progress",
	"pkill",
	"pmap",
	"printenv",
	"printf",
	"ps",
	"pscan",
	"pstree",
	"pwd",
	"pwdx",
	"readlink",
	"realpath",
	"reformime",
	"renice",
	"reset",
	"resize",
	"resume",
	"rev",
	"rm",
	"rmdir",
	"rpm",
	"rpm2cpio",
	"run-parts",
	"runsv",
	"runsvdir",
	"rx",
	"script",
	"scriptreplay",
	"sed",
	"seedrng",
	"seq",
	"setarch",
	"setfattr",
	"setkeycodes",
	"setpriv",
	"setsid",
	"setuidgid",
	"sh",
	"sha1sum",
	"sha256sum",
	"sha3sum",
	"sha512sum",
	"showkey",
	"shred",
	"shuf",
	"sleep",
	"smemcap",
	"softlimit",
	"sort",
	"split",
	"ssl_client",
	"stat",
	"strings",
	"stty",
	"su",
	"sum",
	"sv",
	"svc",
	"svok",
	"sync",
	"tac",
	"tail",
	"tar",
	"taskset",
	"tcpsvd",
	"tee",
	"telnet",
	"test",
	"tftp",
	"time",
	"timeout",
	"top",
	"touch",
	"tr",
	"traceroute",
	"traceroute6",
	"tree",
	"true",
	"truncate",
	"ts",
	"tsort",
	"tty",
	"ttysize",
	"udpsvd",
	"umount",
	"uname",
	"uncompress",
	"unexpand",
	"uniq",
	"unix2dos",
	"unlink",
	"unlzma",
	"unlzop",
	"unshare",
	"unxz",
	"unzip",
	"uptime",
	"users",
	"usleep",
	"uudecode",
	"uuencode",
	"vi",
	"vlock",
	"volname",
	"w",
	"wall",
	"watch",
	"wc",
	"wget",
	"which",
	"who",
	"whoami",
	"whois",
	"xargs",
	"xxd",
	"xz",
	"xzcat",
	"yes",
	"zcat",
};

static int by_name(const void *name, const void *row)
{
	return strcmp(name, *(const char *const *)row);
}

/* Both are sorted. */
#define IS_ONE_OF(name, names)                                                                    \
	(bsearch(name, names, sizeof(names) / sizeof((names)[0]), sizeof((names)[0]), by_name) != \
	 NULL)

static int is_in_name(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	       (byte && strchr("[_-.+", byte));
}

/* How many bytes before `end` are those of a name; 0 for too many. */
static size_t name_len(struct span file, size_t start, size_t end)
{
	size_t len = 0;

	while (len < end - start && len <= LEN_MAX && is_in_name(file.data[end - 1 - len]))
		len++;
	return len <= LEN_MAX ? len : 0;
}

/* Names in ascending order, one behind the other. */
struct run {
	const char *first, *last;
	size_t len; /* bytes */
	size_t count, known; /* names; and those that are applets of some busybox */
};

/* The text from start to its NUL at end belongs to the run, or begins another one; then other bytes
 * may stand before the name. */
static void go_on(struct run *run, struct span file, size_t start, size_t end)
{
	size_t len = name_len(file, start, end);
	const char *name = (const char *)file.data + end - len;

	if (!len || !run->count || len != end - start || strcmp(run->last, name) >= 0)
		*run = (struct run){ .first = name };
	if (!len)
		return;
	run->last = name;
	run->len += len + 1;
	run->count++;
	run->known += (size_t)(IS_ONE_OF(name, sbin) || IS_ONE_OF(name, others));
}

struct span applet_table(struct span file)
{
	struct run run = { 0 }, best = { 0 };
	const uint8_t *end;

	if (!memmem(file.data, file.len, BANNER, strlen(BANNER)))
		return (struct span){ NULL, 0 };
	for (size_t at = 0; (end = memchr(file.data + at, 0, file.len - at));
	     at = (size_t)(end - file.data) + 1) {
		go_on(&run, file, at, (size_t)(end - file.data));
		if (run.known > best.known || (run.known == best.known && run.count > best.count))
			best = run;
	}
	if (best.count < 2 || best.known < best.count / 2)
		best.first = NULL, best.len = 0;
	return (struct span){ (const uint8_t *)best.first, best.len };
}

const char *applet_next(struct span *names)
{
	const char *name = (const char *)names->data;
	size_t len;

	if (!names->len)
		return NULL;
	len = strlen(name) + 1;
	names->data += len;
	names->len -= len;
	return name;
}

const char *applet_folder(const char *name)
{
	return IS_ONE_OF(name, sbin) ? "/sbin" : "/bin";
}
