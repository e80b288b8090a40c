// SPDX-License-Identifier: MIT
/* root_usr.c - file systems of the root's /etc/fstab that its init needs: /usr, and those that are
 * marked with x-initrd.mount. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "init/boot.h"
#include "init/mount/mount.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/fstab.h"
#include "init/pure/mountopts.h"
#include "init/sys/lines.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define FSTAB "/etc/fstab"
#define USR "/usr"
#define MARK "x-initrd.mount"

/* --- one line --- */

/* Its source is a directory, or a file, of the root or of another file system. */
static int is_inside_another(const struct fstab_line *line, const struct mount_options *options)
{
	return options->is_bind || (options->is_loop && line->source[0] == '/' &&
				    strncmp(line->source, "/dev/", 5) != 0);
}

/* What a link leads to, within the root: our own directories are not meant. */
static int enter(int top, const char *target)
{
	int fd = sys_open_in_root(top, target, O_PATH | O_DIRECTORY), error;

	if (fd < 0)
		return log_err(fd, "open the root's directory %s", target);
	error = sys_fchdir(fd);
	sys_close(fd);
	return error ? log_err(error, "enter the root's directory %s", target) : 0;
}

static int find_and_mount(struct boot *boot, int top, const struct fstab_line *line,
			  const struct mount_options *parsed)
{
	const struct settings *settings = &boot->settings;
	const char *types = strcmp(line->type, "auto") == 0 ? NULL : line->type;
	struct source source = { .parameter = line->target, .name = line->source };
	static char options[MEMBERS_MAX + LINE_BYTES_MAX], shown[LINE_BYTES_MAX];
	struct mount_attempt attempt = {
		.modules = &boot->modules,
		.source = &source,
		.target = ".",
		.shown = shown,
		.types = types,
		.flags = parsed->flags,
	};
	int error = root_resolve(&boot->root, &source, sys_clock_ms(),
				 loop_deadline(settings->timeout_s));

	if (error)
		return error;
	if (settings->root_access == MOUNT_READ_ONLY)
		attempt.flags |= MS_RDONLY;
	attempt.options = mount_options_of(&source, parsed->text, options, sizeof(options));
	format_text(shown, sizeof(shown), NEWROOT "%s", line->target);
	error = line->pass ? check_source(boot, &source, types) : 0;
	if (!error)
		error = enter(top, line->target);
	if (!error)
		error = mount_as_any(&attempt);
	if (!error && parsed->propagation)
		error = enter(top, line->target);
	if (!error)
		error = mount_propagate(".", parsed->propagation);
	sys_chdir("/");
	return error;
}

static int mount_line(struct boot *boot, int top, const struct fstab_line *line)
{
	struct mount_options parsed;
	int error;

	mountopts_parse(line->options, &parsed);
	if (is_inside_another(line, &parsed)) {
		log_print(LOG_WARNING,
			  "%s is a part of another file system (line %u of " FSTAB
			  "): left to the root's own init",
			  line->target, line->number);
		return 0;
	}
	error = find_and_mount(boot, top, line, &parsed);
	if (error && parsed.is_optional)
		log_print(LOG_WARNING, "going on without %s: its line has nofail", line->target);
	return parsed.is_optional ? 0 : error;
}

/* --- the file --- */

/* Such lines are the root's init's to complain of, but one of them may be that of /usr. */
static void log_damaged(unsigned int number)
{
	log_print(LOG_WARNING,
		  "line %u of the root's " FSTAB
		  " is damaged, and passed over: expected DEVICE DIRECTORY TYPE OPTIONS 0 PASS",
		  number);
}

static int open_fstab(int top)
{
	/* Not to wait for ever where somebody made it a pipe. */
	int fd = sys_open_in_root(top, FSTAB, O_RDONLY | O_NONBLOCK);

	return fd < 0 && fd != -ENOENT ? log_err(fd, "read the root's " FSTAB) : fd;
}

/* Reads the next line with fields; `text` gets a copy of it. Returns 1; 0 at the end; or -errno,
 * logged. */
static int next_line(struct lines *lines, struct fstab_line *line, char text[LINE_BYTES_MAX],
		     void (*damaged)(unsigned int number))
{
	enum fstab_state state = FSTAB_BLANK;

	while (state != FSTAB_LINE) {
		char *raw;
		int got = lines_next(lines, &raw);

		if (got == 0)
			return 0;
		if (got < 0 && got != -E2BIG)
			return log_err(got, "read the root's " FSTAB);
		if (got > 0)
			memcpy(text, raw, strlen(raw) + 1);
		else
			line->number++;
		state = got > 0 ? fstab_parse(raw, line) : FSTAB_DAMAGED;
		if (state == FSTAB_DAMAGED && damaged)
			damaged(line->number);
	}
	return 1;
}

/* The last line of /usr as it stands, and its number; 0: there is none. Whether lines are marked.
 */
struct wanted {
	char usr[LINE_BYTES_MAX];
	unsigned int number;
	int is_marked;
};

static int look_through(struct lines *lines, struct wanted *wanted)
{
	static char text[LINE_BYTES_MAX];
	struct fstab_line line = { 0 };
	int got;

	while ((got = next_line(lines, &line, text, log_damaged)) > 0) {
		if (fstab_is_for(&line, USR)) {
			memcpy(wanted->usr, text, strlen(text) + 1);
			wanted->number = line.number;
		} else if (text_find(line.options, MARK)) {
			wanted->is_marked = 1;
		}
	}
	return got;
}

static int mount_marked(struct boot *boot, int top, struct lines *lines)
{
	static char text[LINE_BYTES_MAX];
	struct fstab_line line = { 0 };
	int got, error = 0;

	while (!error && (got = next_line(lines, &line, text, NULL)) != 0) {
		struct mount_options parsed = { .is_for_initrd = 0 };

		if (got < 0)
			return got;
		memcpy(text, line.options, strlen(line.options) + 1);
		mountopts_parse(text, &parsed);
		if (parsed.is_for_initrd && line.target[0] == '/' && !fstab_is_for(&line, "/") &&
		    !fstab_is_for(&line, USR))
			error = mount_line(boot, top, &line);
	}
	return error;
}

static int each_part(struct boot *boot, int top)
{
	static struct lines lines;
	static struct wanted wanted;
	struct fstab_line line = { 0 };
	int error;

	lines_begin(&lines, open_fstab(top));
	if (lines.fd < 0)
		return lines.fd == -ENOENT ? 0 : lines.fd;
	error = look_through(&lines, &wanted);
	sys_close(lines.fd);
	if (!error && wanted.number && fstab_parse(wanted.usr, &line) == FSTAB_LINE) {
		line.number = wanted.number;
		error = mount_line(boot, top, &line);
	}
	if (error || !wanted.is_marked)
		return error;
	lines_begin(&lines, open_fstab(top));
	if (lines.fd < 0)
		return lines.fd == -ENOENT ? 0 : lines.fd;
	error = mount_marked(boot, top, &lines);
	sys_close(lines.fd);
	return error;
}

int root_usr(struct boot *boot)
{
	int top = sys_open(NEWROOT, O_PATH | O_DIRECTORY), error;

	if (top < 0)
		return log_err(top, "open " NEWROOT);
	error = each_part(boot, top);
	sys_close(top);
	return error;
}
