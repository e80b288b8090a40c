// SPDX-License-Identifier: MIT
/* check.c - a file system's own program checks it before it is mounted. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/program/child.h"
#include "init/pure/format.h"
#include "init/root/root.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define FSCK "/sbin/fsck."
#define MARKS "/run/initramfs"

/* The exit status of fsck(8), and of the program of each file system. */
enum { FSCK_MENDED = 1, FSCK_RESTART = 2, FSCK_FAILED = 4 };

static int is_write_protected(const char *device)
{
	const char *name = strrchr(device, '/');

	return sysfs_number(name ? name + 1 : device, "ro", 0) == 1;
}

/* The first of the types that has a program; "" for none. */
static void find_program(const char *types, char *path, size_t size)
{
	while (*types) {
		size_t len = strcspn(types, ","), used = strlen(FSCK);

		if (len && used + len < size && !memchr(types, '/', len)) {
			format_text(path, size, FSCK);
			memcpy(path + used, types, len);
			path[used + len] = '\0';
			if (sys_access(path, X_OK) == 0)
				return;
		}
		types += len + (types[len] == ',');
	}
	path[0] = '\0';
}

/* As fsck(8) and its relations have them: -a mends what is safe to mend. */
static const char *repair_option(const struct settings *settings)
{
	switch (settings->fsck_repair) {
	case FSCK_REPAIR_YES:
		return "-y";
	case FSCK_REPAIR_NO:
		return "-n";
	default:
		return "-a";
	}
}

/* The real init need not check again. "root" is fsck-root, "/usr" is fsck-usr: initramfs-tools'
 * names, which systemd looks for. */
static void mark(const struct source *source)
{
	char path[sizeof(MARKS) + 16];

	sys_mkdir(MARKS, 0755);
	format_text(path, sizeof(path), MARKS "/fsck-%s",
		    source->parameter[0] == '/' ? source->parameter + 1 : source->parameter);
	if (strchr(path + sizeof(MARKS), '/') == NULL)
		sys_mknod(path, S_IFREG | 0644, 0, 0);
}

static int judge(const struct child *child, const struct source *source)
{
	const char *device = source->device;

	int status = child_exit_status(child);
	char words[64];

	child_end_in_words(child, words, sizeof(words));
	if (status >= FSCK_FAILED)
		return log_err(-EUCLEAN, "check %s: %s %s", device, child->argv[0], words);
	if (status & FSCK_RESTART) {
		log_print(LOG_WARNING, "%s asks for a restart before %s is mounted", child->argv[0],
			  device);
		return ROOT_WANTS_RESTART;
	}
	mark(source);
	log_print(LOG_INFO, "%s: %s by %s", device, status & FSCK_MENDED ? "mended" : "checked",
		  child->argv[0]);
	return 0;
}

int root_check(struct root *root, const struct source *source, const char *types)
{
	const struct settings *settings = root->settings;
	const char *force = settings->fsck_mode == FSCK_MODE_FORCE ? "-f" : NULL;
	char program[64];
	char *argv[] = { program, (char *)repair_option(settings),
			 (char *)(force ? force : source->device),
			 force ? (char *)source->device : NULL, NULL };
	/* A terminal would stay PID 1's, and so the real init's. */
	struct child child = { .loop = root->devices->loop,
			       .argv = argv,
			       .env = root->layers->env,
			       .signals = SIGNALS_TO_CHILD,
			       .session = SESSION_WITHOUT_TERMINAL,
			       .stdio = { -1, -1, -1 } };

	if (!types)
		types = format_info(source->format).type;
	if (settings->fsck_mode == FSCK_MODE_SKIP || !types)
		return 0;
	find_program(types, program, sizeof(program));
	if (!program[0])
		return 0;
	if (is_write_protected(source->device)) {
		log_print(LOG_INFO, "%s is write-protected: not checked", source->device);
		return 0;
	}
	wire_report("status %s: checking %s", log_current_step(), source->device);
	if (settings->links)
		links_make(root->links, root->devices);
	/* A program that cannot be started is logged, and does not stop the boot. */
	return child_run(&child) ? 0 : judge(&child, source);
}
