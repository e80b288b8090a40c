// SPDX-License-Identifier: MIT
/* applets.c - busybox and a symlink for each of its applets. */
#include "tools/lib/program/applets.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/program/elf_deps.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/sysroot.h"

#define LEN_MAX 32 /* bytes; start-stop-daemon has 17 */
#define BANNER "BusyBox v"

/* Applets that busybox --install puts into a sbin directory, of any version; between blanks. */
static const char sbin[] =
	" acpid add-shell addgroup adduser adjtimex arp arping blkid blockdev bootchartd "
	"brctl chat chpasswd chroot crond delgroup deluser depmod devmem dhcprelay dnsd "
	"ether-wake fakeidentd fbset fbsplash fdisk findfs freeramdisk fsck fsck.minix "
	"fsfreeze fstrim getty halt hdparm httpd hwclock i2cdetect i2cdump i2cget "
	"i2cset i2ctransfer ifconfig ifdown ifenslave ifplugd ifup inetd init insmod ip "
	"ipaddr iplink ipneigh iproute iprule iptunnel killall5 klogd loadfont loadkmap "
	"logread losetup lpd lsmod makedevs mdev mim mkdosfs mke2fs mkfs.ext2 "
	"mkfs.minix mkfs.vfat mkswap modinfo modprobe nameif nbd-client nologin ntpd "
	"partprobe pivot_root popmaildir poweroff raidautorun rdate rdev readahead "
	"readprofile reboot remove-shell rmmod route rtcwake run-init runlevel sendmail "
	"setconsole setfont setlogcons slattach start-stop-daemon sulogin svlogd "
	"swapoff swapon switch_root sysctl syslogd tc telnetd tftpd tunctl ubiattach "
	"ubidetach ubimkvol ubirename ubirmvol ubirsvol ubiupdatevol udhcpc udhcpc6 "
	"udhcpd uevent vconfig watchdog zcip ";

/* Some of the others. Their number tells the list from other sorted words. */
static const char common[] =
	" [ [[ ar ash awk base64 basename bunzip2 bzcat cat chgrp chmod chown clear cmp "
	"cp cpio cut date dc dd df diff dirname dmesg du echo ed egrep env expr false "
	"find fold free getopt grep gunzip gzip head hostname hush id install kill less "
	"ln login ls md5sum mkdir mknod mktemp more mount mv nc od ping ps pwd readlink "
	"rm rmdir sed seq setsid sh sleep sort stat strings stty su sync tail tar tee "
	"telnet test time top touch tr true tty umount uname uniq unxz unzip vi wc wget "
	"which who xargs xz xzcat yes zcat ";

static bool is_one_of(const char *name, const char *words)
{
	char word[LEN_MAX + 3];

	return (size_t)snprintf(word, sizeof(word), " %s ", name) < sizeof(word) &&
	       strstr(words, word);
}

static bool is_in_name(uint8_t byte)
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

/* Names in ascending order, one after the other. */
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
	run->known += (size_t)(is_one_of(name, common) || is_one_of(name, sbin));
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
	if (best.count < 2 || best.known < best.count / 4)
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

const char *applet_directory(const char *name)
{
	return is_one_of(name, sbin) ? "/sbin" : "/bin";
}

#define BUSYBOX "/bin/busybox"
#define FILE_MAX ((size_t)64 << 20) /* bytes; with glibc and all of its applets it has 2 MB */

static int add_link(struct image *image, const char *name, const char *why)
{
	char *path = path_join(applet_directory(name), name);
	int result = 0;

	if (strcmp(path, BUSYBOX) && !image_add_symlink(image, path, BUSYBOX, why))
		result = -1;
	free(path);
	return result;
}

/* Each of the list that is `name`, or all for NULL. How many, or -1. */
static int add_matching(struct image *image, struct span list, const char *name, const char *why)
{
	const char *applet;
	int count = 0;

	while (count >= 0 && (applet = applet_next(&list)))
		if (!name || !strcmp(applet, name))
			count = add_link(image, applet, why) < 0 ? -1 : count + 1;
	return count;
}

static int add_links(struct image *image, struct span list, const char *const *names,
		     const struct program *program)
{
	if (!*names)
		return add_matching(image, list, NULL, program->why) < 0 ? -1 : 0;
	for (; *names; names++) {
		int count = add_matching(image, list, *names, program->why);

		if (count < 0)
			return -1;
		if (!count)
			return error("%s: %s has no applet \"%s\"", program->why,
				     shown(program->name), shown(*names));
	}
	return 0;
}

/* The libraries of a busybox for another processor are unknown: a static one works. */
static int add_program(struct image *image, const char *path, struct span file,
		       const struct program *program)
{
	struct elf_deps deps;
	int result;

	if (elf_deps_read(file, &deps) == ELF_KIND_FOREIGN) {
		warning("%s: %s is for %s: packed without the libraries that it may need",
			program->why, shown(path), deps.machine);
		result = image_layout_put(image, program->root, path, BUSYBOX, program->why);
	} else {
		result = program_add(image, program, NULL);
	}
	elf_deps_free(&deps);
	return result;
}

/* `path` is that of the sysroot. */
static int add_all(struct image *image, const char *path, const char *const *names,
		   const struct program *program)
{
	char *file = sysroot_path(program->root, path, LAST_FOLLOWED);
	struct buffer bytes = { 0 };
	struct span span, list;
	int result = file ? whole_file(file, FILE_MAX, "busybox", &bytes) : -1;

	span = buffer_span(&bytes);
	list = result ? span : applet_table(span);
	if (!result && !list.data)
		result = error(
			"%s: %s has no list of applets: is it a compressed busybox, or another program?",
			program->why, shown(program->name));
	if (!result)
		result = add_program(image, path, span, program);
	if (!result)
		result = add_links(image, list, names, program);
	buffer_free(&bytes);
	free(file);
	return result;
}

int applets_add(struct image *image, const char *root, const char *busybox,
		const char *const *names, const char *why)
{
	const struct program program = {
		.name = busybox, .dest = BUSYBOX, .root = root, .why = why
	};
	char *path = program_find(root, busybox);
	int result;

	if (path)
		result = add_all(image, path, names, &program);
	else
		result = error("%s: %s: not found", why, shown(busybox));
	free(path);
	return result;
}
