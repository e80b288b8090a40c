/* root_usr.c - a /usr that is a file system of its own, as the root's /etc/fstab says. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "init/pure/fstab.h"
#include "init/root.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define FSTAB "/etc/fstab"
#define USR "/usr"
#define FSTAB_MAX 8192 /* bytes; Debian's has 600 */

/* Such lines are the root's init's to complain of, but one of them may be that of /usr. */
static void say_damaged(unsigned int number)
{
	log_say(LOG_WARNING,
		"line %u of the root's " FSTAB
		" is damaged, and passed over: expected DEVICE FOLDER TYPE OPTIONS 0 PASS",
		number);
}

static int read_fstab(int top, char *text, size_t size)
{
	/* Not to wait for ever where somebody made it a pipe. */
	long len = file_take(sys_open_in_root(top, FSTAB, O_RDONLY | O_NONBLOCK), text, size);

	if (len == -ENOENT)
		return 0;
	return len < 0 ? log_err((int)len, "read the root's " FSTAB) : 1;
}

/* A link would lead out of the new root. */
static int check_target(int top)
{
	int fd = sys_open_in_root(top, USR, O_PATH | O_DIRECTORY | O_NOFOLLOW);

	if (fd < 0)
		return log_err(fd, "open the root's folder " USR);
	sys_close(fd);
	return 0;
}

static int mount_usr(struct boot *boot, struct fstab_line *line, const struct fstab_options *parsed)
{
	const struct settings *settings = &boot->settings;
	const char *types = strcmp(line->type, "auto") == 0 ? NULL : line->type;
	const char *own = parsed->text[0] ? parsed->text : NULL;
	struct place usr = { .word = USR, .name = line->source };
	char options[MEMBERS_MAX + FSTAB_MAX];
	struct attempt attempt = {
		.boot = boot,
		.place = &usr,
		.target = NEWROOT USR,
		.types = types,
		.flags = parsed->flags,
	};
	int error = root_wait(boot, &usr, sys_clock_ms(), devices_deadline(settings->timeout_s));

	if (error)
		return error;
	if (settings->root_access == ROOT_READ_ONLY)
		attempt.flags |= MS_RDONLY;
	attempt.options = root_options(&usr, own, options, sizeof(options));
	error = line->pass ? root_check(boot, &usr, types) : 0;
	return error ? error : root_try(&attempt);
}

static int take_line(struct boot *boot, struct fstab_line *line)
{
	struct fstab_options parsed;
	int error;

	fstab_options(line->options, &parsed);
	if (parsed.is_bind) {
		log_say(LOG_WARNING,
			USR " is a part of another file system (line %u of " FSTAB
			    "): left to the root's own init",
			line->number);
		return 0;
	}
	error = mount_usr(boot, line, &parsed);
	if (error && parsed.is_optional)
		log_say(LOG_WARNING, "going on without " USR ": its line has nofail");
	return parsed.is_optional ? 0 : error;
}

/* 1 and the line of /usr; 0 where there is none; -errno, said. */
static int look_up(int top, char *text, size_t size, struct fstab_line *line)
{
	int found = read_fstab(top, text, size);

	if (found > 0)
		found = fstab_find(text, USR, line, say_damaged);
	if (found > 0 && check_target(top))
		return -ENOTDIR;
	return found;
}

int root_usr(struct boot *boot)
{
	static char text[FSTAB_MAX];
	struct fstab_line line;
	int top = sys_open(NEWROOT, O_PATH | O_DIRECTORY), found;

	if (top < 0)
		return log_err(top, "open " NEWROOT);
	found = look_up(top, text, sizeof(text), &line);
	sys_close(top);
	return found > 0 ? take_line(boot, &line) : found;
}
