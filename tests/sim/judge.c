// SPDX-License-Identifier: MIT
/*
 * judge.c - what must hold in every boot, whatever the world is. A rule is a line of text that
 * break_rule() gets; the first one that breaks ends the boot.
 *
 * After each event:
 * 1. PID 1 does not return, crash, or call again and again without time passing;
 * 2. a wait without an end was asked for (judge_may_wait());
 * 3. before PID 1 sleeps it has reaped all that ended and was told by SIGCHLD;
 * 4. nothing of the initramfs is deleted before the root is mounted on /newroot and has its init,
 *    and nothing of another file system at all;
 * 5. what is closed or polled is open.
 * At the end:
 * 6. it is the program, in the root that was asked for; or the power action that was asked for,
 *    after a program or after a report that names step and reason;
 * 7. the host was told once how it ended, and the truth;
 * 8. no descriptor passes to the real init but 0 to 2, and none is left that nobody uses;
 * 9. no child is lost: there is no zombie, and none runs but those that hang;
 * 10. disks are synced before the power goes;
 * 11. where nothing fails, the boot does not;
 * 12. the last byte of the program's streams comes before the power goes;
 * 13. a program ends, whatever it does, once the machine was asked to end;
 * 14. the host is told that the program is ready if that says so, and else not;
 * 15. a program is started again as rdinit.restart= says, after a pause, and not once the machine
 *     was asked to end;
 * 16. no program is started after a hook that failed.
 */
#include <signal.h>
#include <string.h>

#include "init/pure/settings.h"
#include "tests/sim/judge.h"

/* --- while it runs --- */

static bool has_live_main(void)
{
	return kernel->main_started && !kernel->main_ended;
}

static bool has_live_shell(void)
{
	for (int i = 1; i < kernel->proc_count; i++)
		if (kernel->procs[i].is_program && !kernel->procs[i].is_orphan &&
		    kernel->procs[i].state != PROC_NONE && kernel->procs[i].state != PROC_ZOMBIE)
			return true;
	return false;
}

/* A program that does not end is what was asked for; so is a root that is waited for without a
 * limit; and a machine that stays as it is after a failure. */
bool judge_may_wait(void)
{
	if (has_live_main() && is_mode_run() && kernel->is_stop_asked && !kernel->faults_hit)
		return false;
	if (has_live_main() || has_live_shell())
		return true;
	if (kernel->faults_hit && has_log("ask the kernel to end the machine"))
		return true;
	/* What stands on a line that could not be read cannot be done. */
	if (has_log("(failed: early-mounts)") || has_log("(failed: settings)"))
		return has_log("waiting: nothing more will happen");
	if (has_failed())
		return is_param("rdinit.onfail", "wait") ||
		       (!param("rdinit.onfail") && has_log("waiting: nothing more will happen"));
	return is_param("rootwait", "") && param_root();
}

/* Where no child can be started PID 1 does what it can itself. */
static bool may_block(const char *where)
{
	static const char *const calls[] = { "finit_module", "mount", "open", "sendfile", "write" };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(where, calls[i]) == 0)
			return kernel->faults_hit > 0;
	return false;
}

void judge_forever(const char *where)
{
	if (strcmp(where, "the loop") ? !may_block(where) : !judge_may_wait())
		break_rule("PID 1 waits for ever in %s, and nobody asked for it", where);
	end_boot(END_WAITS);
}

void judge_wait(void)
{
	if (kernel->pending & UINT64_C(1) << (SIGCHLD - 1))
		return;
	for (int i = 1; i < kernel->proc_count; i++)
		if (kernel->procs[i].state == PROC_ZOMBIE)
			break_rule("a child is lost: %d ended, and nobody reaps it",
				   kernel->procs[i].pid);
	if (kernel->broken[0])
		end_boot(END_BROKEN);
}

void judge_start(void)
{
	static const struct {
		const char *policy;
		int most;
	} policies[] = { { "on-failure:1", 2 }, { "on-failure:4", 5 }, { "always", 1000 } };
	int most = 1;

	if (kernel->hook_failed)
		break_rule("the program is started although a hook failed");
	if (kernel->main_starts == 0)
		return;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		if (is_param("rdinit.restart", policies[i].policy))
			most = policies[i].most;
	if (kernel->main_starts >= most)
		break_rule("the program is started too often");
	else if (!is_param("rdinit.restart", "always") && kernel->main_status == 0)
		break_rule("a program that succeeded is started again");
	else if (kernel->is_stop_asked)
		break_rule("the program is started again after a request to end the machine");
	else if (kernel->now < kernel->main_ended_at + 100 && !kernel->faults_hit)
		break_rule("the program is started again without a pause");
}

/* The root's init, as PID 1 would find it: 0 or -errno. */
static int find_init(short mount, const char *path, struct spot *at)
{
	struct spot top = { mount, kernel->mounts[mount].root };
	int error = tree_walk(top, top, path, WALK_FOLLOW, at);

	if (error)
		return error;
	return kernel->nodes[at->node].type == NODE_FILE && (kernel->nodes[at->node].mode & 0111)
		       ? 0
		       : -1;
}

static bool has_gates(void)
{
	static const char *const usual[] = { REAL_INITS(COMMA) };
	struct spot top = { 0, kernel->mounts[0].root }, at, init;
	const char *asked = param("init");

	if (tree_walk(top, top, "/newroot", WALK_FOLLOW, &at) || at.mount == 0)
		return false;
	if (param("rdinit.run"))
		return true; /* the program need not exist: that is its exit status */
	if (asked && *asked)
		return find_init(at.mount, asked, &init) == 0;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (find_init(at.mount, usual[i], &init) == 0)
			return true;
	return false;
}

void judge_delete(const struct spot *dir, short node)
{
	short fs = kernel->mounts[dir->mount].fs;

	if (kernel->nodes[node].is_new)
		return; /* its own */
	if (kernel->fs[fs].device >= 0 || share_is_type(kernel->fs[fs].type))
		break_rule("%s is deleted from a disk", kernel->nodes[node].name);
	else if (fs == FS_INITRAMFS && strcmp(kernel->fs[fs].type, "ext2") == 0)
		break_rule("%s is deleted from /, which is no initramfs", kernel->nodes[node].name);
	else if (fs == FS_INITRAMFS && !has_gates())
		break_rule("%s is deleted before the gates of root-switch hold",
			   kernel->nodes[node].name);
}
