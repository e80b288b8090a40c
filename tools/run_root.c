// SPDX-License-Identifier: MIT
/* run_root.c - the root that the program of `rdinit run` gets: this host's files, or its image's.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "init/pure/identity.h"
#include "init/pure/number.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/program_status.h"
#include "tools/run.h"

static char *lacks(const struct kernel *kernel, const char *symbol, const char *how)
{
	return xasprintf("kernel %s has %s CONFIG_%s", shown(kernel->image), how, symbol);
}

char *run_judge_kernel(const struct kernel *kernel, const struct kernel_config *config,
		       const char *const *symbols)
{
	for (size_t i = 0; symbols[i]; i++)
		if (kernel_config_get(config, symbols[i]) == KCONFIG_N)
			return lacks(kernel, symbols[i], "no");
	for (size_t i = 0; symbols[i] && !kernel->modules_dir; i++)
		if (kernel_config_get(config, symbols[i]) != KCONFIG_Y)
			return lacks(kernel, symbols[i], "no modules next to it, and perhaps no");
	return NULL;
}

/* NULL, or why the kernel cannot mount them. */
static char *judge_shares(const struct kernel *kernel, const struct kernel_config *config,
			  bool needs_overlay)
{
	static const char *const symbols[] = { "VIRTIO_FS", "VIRTIO_PCI", NULL },
				 *const with_overlay[] = { "VIRTIO_FS", "VIRTIO_PCI", "OVERLAY_FS",
							   NULL };

	return run_judge_kernel(kernel, config, needs_overlay ? with_overlay : symbols);
}

/* User-mode Linux has no virtio device but what its own drivers make. */
bool run_wants_root(const struct run *run)
{
	return run->image.program && run->machine.type != MACHINE_UML && !run->isolated &&
	       !run->image.oci && !run->image.sysroot && !run->image.trees.count;
}

static char *open_root(struct run *run, const struct kernel *kernel,
		       const struct kernel_config *config)
{
	struct stat st;
	char *why;

	if (run->machine_choice == MACHINE_MICROVM)
		return xstrdup("a microvm has no PCI");
	if (run->root && stat(run->root, &st))
		return xasprintf("%s (%s)", strerror(errno), strerrorname_np(errno));
	if (run->root && !S_ISDIR(st.st_mode))
		return xstrdup("not a directory");
	why = judge_shares(kernel, config, true);
	return why ? why : host_tree_open(run->root ? run->root : "/", &run->tree);
}

int run_open_root(struct run *run, const struct kernel *kernel, const struct kernel_config *config)
{
	char *why;

	if (!run_wants_root(run))
		return 0;
	why = open_root(run, kernel, config);
	if (!why) {
		run->image.is_in_root = true;
		run->machine.tree = &run->tree;
		return 0;
	}
	host_tree_close(&run->tree);
	if (run->root) {
		error("--root %s: %s", shown(run->root), why);
	} else if (run->read_only) {
		error("--read-only: the program cannot have this machine's files as its root: %s",
		      why);
	} else {
		warning("the program does not see this machine's files: %s. It is packed with its "
			"libraries, as with --isolated",
			why);
	}
	free(why);
	return run->root || run->read_only ? -1 : 0;
}

static char *open_volumes(struct run *run, const struct kernel *kernel,
			  const struct kernel_config *config)
{
	char *why;

	if (run->machine_choice == MACHINE_MICROVM)
		return xstrdup("a microvm has no PCI: choose --machine q35");
	why = judge_shares(kernel, config, volumes_have(&run->volumes, VOLUME_OVERLAY));
	return why ? why : host_volumes_open(&run->volumes, &run->volume_share);
}

/* Where nothing can be written, no directory can be made to mount it on. */
static int check_targets(const struct run *run)
{
	const char *root = run->root ? run->root : "";
	int result = 0;

	for (size_t i = 0; i < run->volumes.count && !result; i++) {
		char *path = path_join(root, run->volumes.list[i].guest);

		if (access(path, F_OK))
			result = error("-v, --tmpfs: the root has no %s %s, and --read-only lets "
				       "nothing make it; choose a path that exists",
				       run->volumes.list[i].is_file ? "file" : "directory",
				       shown(run->volumes.list[i].guest));
		free(path);
	}
	return result;
}

int run_open_volumes(struct run *run, const struct kernel *kernel,
		     const struct kernel_config *config)
{
	char *why;

	run->image.volumes = &run->volumes;
	if (!run->volumes.count)
		return 0;
	if (run->read_only && run->image.is_in_root && check_targets(run))
		return -1;
	if (!volumes_are_shared(&run->volumes))
		return 0;
	why = open_volumes(run, kernel, config);
	if (why) {
		error("-v: %s", why);
		free(why);
		return -1;
	}
	run->machine.volumes = &run->volume_share;
	return 0;
}

/* Packing knows the reasons. */
static void report(const struct program *program)
{
	struct image *image = image_new();

	if (program_add(image, program, NULL) == 0)
		error("%s: the kernel does not execute it", shown(program->name));
	image_free(image);
}

/* Whether it can be entered is the guest's business: a user there may not. Returns 0, or 126 as in
 * the guest, after reporting. */
static int judge_workdir(const struct run *run)
{
	const char *dir = run->image.workdir;
	struct stat st;
	char *path;
	int result;

	for (size_t i = 0; dir && i < run->volumes.count; i++)
		if (!strncmp(dir, run->volumes.list[i].guest, strlen(run->volumes.list[i].guest)))
			return 0;
	if (!dir)
		return 0;
	path = path_join(run->root ? run->root : "", dir);
	result = stat(path, &st) ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	free(path);
	if (result == ENOENT || result == ENOTDIR)
		error_errno(result, "--workdir %s: the root has no such directory", shown(dir));
	return result == ENOENT || result == ENOTDIR ? 126 : 0;
}

/* In the guest it would have the same end, after a boot. */
int run_judge_program(const struct run *run)
{
	const struct program program = { .name = run->image.program[0],
					 .root = run->root ? run->root : "",
					 .why = "--",
					 .dlopen = DLOPEN_NONE };
	int status = program_status(program.root, program.name);

	if (status)
		report(&program);
	return status ? status : judge_workdir(run);
}

/* --- -u USER[:GROUP] --- */

static bool is_number(const char *text, unsigned int *number)
{
	return number_parse(text, 10, UINT_MAX - 1, number);
}

static int find_user(const char *name, unsigned int *uid, unsigned int *gid)
{
	const struct passwd *user;

	*gid = 0;
	if (is_number(name, uid))
		return 0;
	errno = 0;
	user = getpwnam(name);
	if (!user)
		return error("--user %s: no such user on this machine", shown(name));
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return 0;
}

static int find_group(const char *name, unsigned int *gid)
{
	const struct group *group;

	if (is_number(name, gid))
		return 0;
	group = getgrnam(name);
	if (!group)
		return error("--user: no such group on this machine: %s", shown(name));
	*gid = group->gr_gid;
	return 0;
}

char *run_user_parameter(const char *text)
{
	char *name = xstrdup(text), *colon = strchr(name, ':');
	unsigned int uid, gid;
	int result;

	if (colon)
		*colon++ = '\0';
	if (!*name || (colon && !*colon)) {
		error("--user %s: expected USER[:GROUP], names or numbers", shown(text));
		free(name);
		return NULL;
	}
	result = find_user(name, &uid, &gid);
	if (!result && colon)
		result = find_group(colon, &gid);
	free(name);
	return result ? NULL : xasprintf("rdinit.user=%u:%u", uid, gid);
}
