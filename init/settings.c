/* settings.c - what the kernel's line and the image ask for, and the mode that follows from it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/sys/file.h"
#include "init/sys/host.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define CONF_DIR "/etc/cmdline.d"
#define CONF_MAX 16 /* files */
#define CONF_NAME_MAX 64 /* bytes of a file's name */
#define ENV_FILE "/etc/rdinit/env"

struct conf_names {
	char name[CONF_MAX][CONF_NAME_MAX];
	int count;
};

static int is_conf(const char *name, size_t len)
{
	return len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* Keeps the names in order: a directory has none of its own. */
static int take_conf(const struct dirent_view *entry, void *argument)
{
	const char *name = entry->name;
	struct conf_names *names = argument;
	size_t len = strlen(name);
	int at = names->count;

	if (!is_conf(name, len))
		return 0;
	if (at == CONF_MAX || len >= CONF_NAME_MAX) {
		log_warn(-E2BIG, "read " CONF_DIR "/%s", name);
		return 0;
	}
	for (; at > 0 && strcmp(names->name[at - 1], name) > 0; at--)
		memcpy(names->name[at], names->name[at - 1], CONF_NAME_MAX);
	memcpy(names->name[at], name, len + 1);
	names->count++;
	return 0;
}

static void read_conf_files(struct boot *boot)
{
	struct conf_names names = { .count = 0 };
	char path[sizeof(CONF_DIR) + 1 + CONF_NAME_MAX];
	size_t used = 0;
	int error = file_each(CONF_DIR, take_conf, &names);

	if (error && error != -ENOENT)
		log_warn(error, "read " CONF_DIR);
	for (int i = 0; i < names.count; i++) {
		long len;

		memcpy(path, CONF_DIR "/", sizeof(CONF_DIR));
		memcpy(path + sizeof(CONF_DIR), names.name[i], CONF_NAME_MAX);
		len = file_read(path, boot->image_words + used, sizeof(boot->image_words) - used);
		if (len < 0) {
			log_warn((int)len, "read %s", path);
			continue;
		}
		settings_parse(&boot->settings, boot->image_words + used, FROM_IMAGE);
		used += (size_t)len + 1;
	}
}

void settings_read_kernel_line(struct boot *boot)
{
	long len = file_read("/proc/cmdline", boot->cmdline, sizeof(boot->cmdline));

	if (len < 0)
		log_warn((int)len, "read /proc/cmdline");
	else
		settings_parse(&boot->settings, boot->cmdline, FROM_KERNEL);
	host_tty(boot->settings.host);
	boot->settings_known = 1;
}

static void say_ignored(const struct settings *settings)
{
	for (int i = 0; i < settings->ignored_count && i < SETTINGS_IGNORED_MAX; i++)
		log_say(LOG_WARNING, "ignored %s: %s", settings->ignored[i].word,
			settings->ignored[i].why);
	if (settings->ignored_count > SETTINGS_IGNORED_MAX)
		log_say(LOG_WARNING, "ignored %d more words",
			settings->ignored_count - SETTINGS_IGNORED_MAX);
}

static int same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

enum env_wins { ENV_REPLACES, ENV_FILLS };

static void set_env(struct boot *boot, const char *word, enum env_wins wins)
{
	for (int i = 0; i < boot->env_count; i++)
		if (same_name(boot->env[i], word)) {
			if (wins == ENV_REPLACES)
				boot->env[i] = word;
			return;
		}
	if (boot->env_count == ENVIRONMENT_MAX)
		log_warn(-E2BIG, "add %s to the environment", word);
	else
		boot->env[boot->env_count++] = word;
}

/* NAME=VALUE, each ended by a NUL: what a word of the kernel's syntax cannot hold can
 * stand here. */
static int take_env_file(struct boot *boot)
{
	char *text = boot->env_file;
	long len = file_read(ENV_FILE, text, sizeof(boot->env_file));

	if (len < 0)
		return len == -ENOENT ? 0 : log_err((int)len, "read " ENV_FILE);
	for (long at = 0; at < len; at += (long)strlen(text + at) + 1)
		if (strchr(text + at, '='))
			set_env(boot, text + at, ENV_REPLACES);
	return 0;
}

/* The image's file and words first, then what the kernel put into our environment: the unknown
 * words of its line and HOME and TERM. Of those, what is ours is nobody else's. */
static int is_kernels_own(const char *word)
{
	return strcmp(word, "HOME=/") == 0 || strcmp(word, "TERM=linux") == 0;
}

static int make_env(struct boot *boot)
{
	/* A real root's init has an environment of its own. */
	int error = boot->mode == MODE_HAND_OFF ? 0 : take_env_file(boot);

	for (int i = 0; i < boot->settings.env_count; i++)
		set_env(boot, boot->settings.env[i], ENV_REPLACES);
	for (char **word = boot->envp; *word; word++)
		if (!settings_knows(*word, strcspn(*word, "=")))
			set_env(boot, *word, is_kernels_own(*word) ? ENV_FILLS : ENV_REPLACES);
	set_env(boot, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		ENV_FILLS);
	set_env(boot, "HOME=/", ENV_FILLS);
	set_env(boot, "TERM=linux", ENV_FILLS);
	return error;
}

static int take_words(struct boot *boot, enum mode_from from, char *text, size_t len)
{
	if (mode_words(from, text, len, boot->program) < 0)
		return log_err(-EINVAL, "read %s: an open quote, or more than %d words",
			       mode_from_name(from), RUN_WORDS_MAX);
	return 0;
}

static int read_run_file(struct boot *boot)
{
	long len = file_read(RUN_FILE, boot->run_file, sizeof(boot->run_file));

	if (len > 0)
		return take_words(boot, FROM_RUN_FILE, boot->run_file, (size_t)len);
	boot->mode = MODE_STAY;
	return len < 0 && len != -ENOENT ? log_err((int)len, "read " RUN_FILE) : 0;
}

static int choose_mode(struct boot *boot)
{
	struct settings *settings = &boot->settings;
	enum mode_from from = mode_from(settings);

	boot->mode = from == FROM_ROOT_WORD ? MODE_HAND_OFF : MODE_RUN;
	switch (from) {
	case FROM_RUN_WORD:
		return take_words(boot, from, (char *)settings->run, strlen(settings->run));
	case FROM_ARGUMENTS:
		return take_words(boot, from, settings->arguments, strlen(settings->arguments));
	case FROM_RUN_FILE:
		return read_run_file(boot);
	default:
		return 0;
	}
}

static enum log_level level_of(int verbosity)
{
	if (verbosity == VERBOSITY_QUIET)
		return LOG_WARNING;
	return verbosity == VERBOSITY_DEBUG ? LOG_DEBUG : LOG_INFO;
}

int settings_read(struct boot *boot)
{
	int error, env_error;

	settings_defaults(&boot->settings);
	read_conf_files(boot);
	settings_read_kernel_line(boot);
	log_limit(level_of(boot->settings.verbosity));
	say_ignored(&boot->settings);
	error = choose_mode(boot);
	env_error = make_env(boot);
	if (!error && boot->mode == MODE_RUN && !boot->program[0])
		error = log_err(-EINVAL, "no program to run: rdinit.run= or " RUN_FILE " is empty");
	return error ? error : env_error;
}
