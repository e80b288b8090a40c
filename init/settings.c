// SPDX-License-Identifier: MIT
/* settings.c - read the parameters of the kernel's command line and of the image; choose the mode.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/pure/imageconf.h"
#include "init/sys/file.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* A file that cannot be read in full stops the boot: a parameter that it loses might be the one
 * that keeps the program from running as root. */
static int read_conf(struct boot *boot, const char *path)
{
	char *text = boot->image_words + boot->image_words_used;
	long len = file_read(path, text, sizeof(boot->image_words) - boot->image_words_used);
	int error = len < 0 ? (int)len : imageconf_prepare(text, (size_t)len);

	if (error)
		return log_err(error, "read %s", path);
	settings_parse(&boot->settings, text, FROM_IMAGE);
	boot->image_words_used += (size_t)len + 1;
	return 0;
}

static int first(int error, int next)
{
	return error ? error : next;
}

/* Reads all files even if one fails: another may have rdinit.onfail=. */
static int read_image_parameters(struct boot *boot)
{
	char name[NAME_MAX + 1] = "", path[sizeof(IMAGECONF_DIR) + 1 + NAME_MAX];
	int more, error = 0;

	while ((more = file_next_name(IMAGECONF_DIR, imageconf_is_name, name)) > 0) {
		format_text(path, sizeof(path), IMAGECONF_DIR "/%s", name);
		error = first(error, read_conf(boot, path));
	}
	error = first(error, more);
	if (sys_access(IMAGECONF_LAST, F_OK) != -ENOENT)
		error = first(error, read_conf(boot, IMAGECONF_LAST));
	return error;
}

int settings_read_kernel_line(struct boot *boot)
{
	long len = file_read("/proc/cmdline", boot->cmdline, sizeof(boot->cmdline));

	boot->settings_known = 1;
	if (len >= 0)
		settings_parse(&boot->settings, boot->cmdline, FROM_KERNEL);
	wire_tty(boot->settings.host);
	return len < 0 ? log_err((int)len, "read /proc/cmdline") : 0;
}

static void log_ignored(const struct settings *settings)
{
	for (int i = 0; i < settings->ignored_count && i < SETTINGS_IGNORED_MAX; i++)
		log_print(LOG_WARNING, "ignored %s: %s", settings->ignored[i].word,
			  settings->ignored[i].why);
	if (settings->ignored_count > SETTINGS_IGNORED_MAX)
		log_print(LOG_WARNING, "ignored %d more parameters",
			  settings->ignored_count - SETTINGS_IGNORED_MAX);
}

static int same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

enum env_wins { ENV_REPLACES, ENV_FILLS };

/* Returns 0, or -E2BIG (already logged): no program starts with half of its environment. */
static int set_env(struct boot *boot, const char *word, enum env_wins wins)
{
	for (int i = 0; i < boot->env_count; i++)
		if (same_name(boot->env[i], word)) {
			if (wins == ENV_REPLACES)
				boot->env[i] = word;
			return 0;
		}
	if (boot->env_count == ENVIRONMENT_MAX)
		return log_err(-E2BIG, "add %s to the environment", word);
	boot->env[boot->env_count++] = word;
	return 0;
}

int settings_set_env(struct boot *boot, const char *word)
{
	return set_env(boot, word, ENV_REPLACES);
}

/* The file has NAME=VALUE strings, each ended by a NUL, for values that a parameter cannot have. */
static int read_env_file(struct boot *boot)
{
	char *text = boot->env_file;
	long len = file_read(ENV_FILE, text, sizeof(boot->env_file));

	if (len < 0)
		return len == -ENOENT ? 0 : log_err((int)len, "read " ENV_FILE);
	for (long at = 0; at < len; at += (long)strlen(text + at) + 1)
		if (strchr(text + at, '=') && set_env(boot, text + at, ENV_REPLACES))
			return -E2BIG;
	return 0;
}

/* The environment: the image's file and parameters first, then /init's own environment, in which
 * the kernel puts HOME, TERM and unknown parameters. /init's parameters are omitted. */
static int is_kernel_default(const char *word)
{
	return strcmp(word, "HOME=/") == 0 || strcmp(word, "TERM=linux") == 0;
}

static int make_env(struct boot *boot)
{
	static const char *const usual[] = { ("PATH=" DEFAULT_PATH), "HOME=/", "TERM=linux" };
	/* The image's environment is not for a real root's init. */
	int error = boot->mode == MODE_HAND_OFF ? 0 : read_env_file(boot);

	for (int i = 0; i < boot->settings.env_count; i++)
		error = first(error, set_env(boot, boot->settings.env[i], ENV_REPLACES));
	for (char **word = boot->envp; *word; word++)
		if (!settings_knows(*word, strcspn(*word, "=")))
			error = first(error,
				      set_env(boot, *word,
					      is_kernel_default(*word) ? ENV_FILLS : ENV_REPLACES));
	for (size_t i = 0; i < COUNT(usual); i++)
		error = first(error, set_env(boot, usual[i], ENV_FILLS));
	return error;
}

static int split_program(struct boot *boot, enum mode_from from, char *text, size_t len)
{
	if (mode_words(from, text, len, boot->program) < 0)
		return log_err(-EINVAL, "read %s: unclosed quote, or more than %d words",
			       mode_from_name(from), RUN_WORDS_MAX);
	return 0;
}

static int read_run_file(struct boot *boot)
{
	long len = file_read(RUN_FILE, boot->run_file, sizeof(boot->run_file));

	boot->mode = mode_of(&boot->settings, FROM_RUN_FILE, len > 0);
	if (len > 0)
		return split_program(boot, FROM_RUN_FILE, boot->run_file, (size_t)len);
	return len < 0 && len != -ENOENT ? log_err((int)len, "read " RUN_FILE) : 0;
}

static int choose_mode(struct boot *boot)
{
	struct settings *settings = &boot->settings;
	enum mode_from from = mode_from(settings);

	boot->mode = mode_of(settings, from, 1);
	switch (from) {
	case FROM_RUN_WORD:
		return split_program(boot, from, (char *)settings->run, strlen(settings->run));
	case FROM_ARGUMENTS:
		return split_program(boot, from, settings->arguments, strlen(settings->arguments));
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
	int error = read_image_parameters(boot);

	error = first(error, settings_read_kernel_line(boot));
	if (boot->finish_settings)
		boot->finish_settings(&boot->settings);
	log_limit(level_of(boot->settings.verbosity));
	log_ignored(&boot->settings);
	if (boot->settings.is_unsafe)
		error = first(error,
			      log_err(-EINVAL, "parse rdinit.user: expected UID:GID[,GID...]"));
	error = first(error, choose_mode(boot));
	error = first(error, make_env(boot));
	if (boot->mode == MODE_RUN_IN_ROOT)
		boot->settings.root = boot->settings.program_root;
	if (!error && (boot->mode == MODE_RUN || boot->mode == MODE_RUN_IN_ROOT) &&
	    !boot->program[0])
		error = log_err(-EINVAL, "no program to run: rdinit.run= or " RUN_FILE " is empty");
	return error;
}
