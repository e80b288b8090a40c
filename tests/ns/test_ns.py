# SPDX-License-Identifier: MIT
"""test_ns.py - /init as PID 1 of namespaces of its own: real calls of a real kernel, no machine."""
import functools
import operator
import os
import re
import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from namespace import INITS, OFF, REBOOT, Root, Run, compiled, usable

HANG_S = 1.5
# Two children that end at once are waited for once, so a boot may have a call less: calls that each of so many boots has are swept.
TRIES = 5

pytestmark = pytest.mark.skipif(not usable(), reason="needs user namespaces, strace, musl-gcc")


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    return compiled("guest.c", tmp_path_factory.mktemp("guest") / "guest")


@pytest.fixture(params=INITS)
def root(request, tmp_path, guest):
    def make(program, words=""):
        return Root(tmp_path / "root", guest, request.param, program, words)
    return make


def test_the_exit_status_is_the_last_word_on_the_console(root):
    run = Run(root("exit 7"))
    assert run.end() in OFF
    assert "payload: here" in run.console
    assert run.console.splitlines()[-1] == "init: exit status 7 (run: /bin/guest)"


def test_a_signals_death_is_said_in_words(root):
    run = Run(root("signal"))
    assert run.end() in OFF
    assert "init: appliance: /bin/guest killed by SIGKILL after 0 s" in run.console
    assert run.console.splitlines()[-1] == "init: exit status 137 (run: /bin/guest)"


def test_rdinit_exit_chooses_the_power_action(root):
    assert Run(root("exit 0", "rdinit.exit=reboot")).end() in REBOOT


def test_orphans_are_reaped(root):
    run = Run(root("orphans"))
    assert run.end() in OFF
    assert "payload: all orphans reaped" in run.console
    assert "exit status 0" in run.console


def test_sigterm_is_the_programs(root):
    run = Run(root("wait"))
    run.read_until("payload: waiting")
    os.kill(run.pid, signal.SIGTERM)
    assert run.end() in OFF
    assert "payload: heard TERM" in run.console
    assert "exit status 9 " in run.console


# What tells of a fault, or of a terminal's background, is not passed on; SIGCHLD is ours. 32 to 34 the guest cannot catch.
KEPT = {signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS,
        signal.SIGTTIN, signal.SIGTTOU, signal.SIGCHLD}
PASSED = sorted({*range(1, 32), *range(35, 65)} - KEPT - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPWR, signal.SIGTERM})


def test_every_other_signal_is_the_programs(root):
    run = Run(root("hear-all"))
    run.read_until("payload: waiting")
    for number in KEPT:
        os.kill(run.pid, number)
    for number in PASSED:
        os.kill(run.pid, number)
        run.read_until(f"payload: heard {number}\n")
    os.kill(run.pid, signal.SIGPWR)
    assert run.end() in OFF
    heard = [int(number) for number in re.findall(r"payload: heard (\d+)\n", run.console)]
    assert heard[:len(PASSED)] == PASSED and heard[-1] == signal.SIGTERM  # and SIGCONT, for one that is stopped


def test_a_second_request_kills_a_program_that_ignores_the_first(root):
    run = Run(root("deaf", "rdinit.grace=3600"))
    run.read_until("payload: waiting")
    os.kill(run.pid, signal.SIGPWR)
    run.read_until("payload: ignores TERM")
    os.kill(run.pid, signal.SIGPWR)
    assert run.end() in OFF
    assert "init: appliance: /bin/guest has not ended after SIGTERM: killed" in run.console
    assert run.console.splitlines()[-1] == "init: exit status 137 (run: /bin/guest)"


def test_a_daemon_that_is_left_over_has_its_time_to_end(root):
    run = Run(root("daemon"))
    assert run.end() in OFF
    assert "payload: ended in order" in run.console and "killed" not in run.console


def test_signals_of_a_fault_that_a_process_sends_are_none(root):
    run = Run(root("hit-init"))
    assert run.end() in OFF
    assert "PID 1 was hit" not in run.console
    assert run.console.splitlines()[-1] == "init: exit status 7 (run: /bin/guest)", run.console


def test_a_fault_of_pid_1_is_reported(root):
    run = Run(root("break-init"))
    assert run.end() in OFF
    assert "init: appliance: PID 1 crashed by SIGSEGV: " in run.console
    assert "exit status 125 (failed: appliance)" in run.console


def test_a_missing_program_is_named_with_its_error_and_its_cure(root):
    run = Run(root("", "rdinit.run=/bin/nothing"))
    assert run.end() in OFF
    assert "init: appliance: run /bin/nothing: No such file or directory (ENOENT)" in run.console
    assert "init: appliance: hint: " in run.console
    assert "exit status 127 " in run.console


# --- an /init that only runs programs ---

@pytest.mark.parametrize("words, what", [
    ('root=/dev/vda', "root="),
    ('rdinit.run=/bin/guest rdinit.root=/dev/vda', "rdinit.root="),
    ('rdinit.run=/bin/guest rdinit.mount="tag /mnt 9p"', "rdinit.mount="),
    ('rdinit.order=org.example.order', "rdinit.order="),
])
def test_init_run_names_what_it_does_not_do_and_the_cure(words, what, tmp_path, guest):
    root = Root(tmp_path / "root", guest, "init-run")
    root.ask(words)
    run = Run(root)
    assert run.end() in OFF
    assert (f"init: scope: {what}: this /init only runs programs: pack the image with `init` in place of "
            "`init run`: Not supported (EOPNOTSUPP)") in run.console
    assert run.console.splitlines()[-1] == "init: exit status 125 (failed: scope)"
    assert "payload" not in run.console


# --- a root that can be left ---

@pytest.fixture(scope="module")
def on_tmpfs(tmp_path_factory):
    """Copies the root into a tmpfs, and enters that: the rest of the way as the guest program has it."""
    script = tmp_path_factory.mktemp("entry") / "on-tmpfs"
    script.write_text('#!/bin/sh\nmkdir "$2.tmpfs" && mount -t tmpfs -o size=64m none "$2.tmpfs" && '
                      'cp -a "$2/." "$2.tmpfs" && exec "$2.tmpfs/bin/guest" "$1" "$2.tmpfs"\n')
    script.chmod(0o755)
    return script


def test_the_initramfs_becomes_a_root_of_its_own(root, on_tmpfs):
    run = Run(root("mounts", "rdinit.root=tmpfs:size=32m"), entry=on_tmpfs)
    assert run.end() in OFF
    assert re.search(r"^payload: \S+ / tmpfs rw,\S*size=32768k", run.console, re.M), run.console
    assert run.console.count("payload: proc /proc proc ") == 1 and "/newroot" not in run.console, run.console
    assert "payload: newroot" not in run.console


def test_an_option_that_tmpfs_does_not_have_stops_the_boot(root, on_tmpfs):
    run = Run(root("mounts", "rdinit.root=tmpfs:size=a-lot"), entry=on_tmpfs)
    assert run.end() in OFF
    assert "init: reroot: set rdinit.root=tmpfs:size=a-lot: Invalid argument (EINVAL)" in run.console
    assert "exit status 125 (failed: reroot)" in run.console


def test_a_root_that_is_no_tmpfs_is_named_with_the_cure(root):
    run = Run(root("exit 7", "rdinit.root=tmpfs"))
    assert run.end() in OFF
    if "exit status 7 " not in run.console:  # /tmp is a tmpfs on some machines
        assert "init: reroot: use the initramfs as a tmpfs: Wrong medium type (EMEDIUMTYPE)" in run.console
        assert "init: reroot: hint: the kernel makes it a ramfs: omit root= and rootfstype=" in run.console


# --- what the image asks for ---

def conf(root, name, text):
    (root.path / "etc/rdinit/cmdline.d" / name).write_bytes(text)


def test_any_number_of_files_is_read_in_the_order_of_their_names(root):
    place = root("exit 7")
    for number in range(40):
        conf(place, f"{number:02}-{'x' * 240}.conf", b"rdinit.chdir=/none\n")
    conf(place, "99.conf", b"# rdinit.chdir=/none\n  # a comment, too\nrdinit.chdir=/bin #=1\n" + b" " * 40000)
    conf(place, "99.conf~", b"rdinit.chdir=/none\n")
    run = Run(place)
    assert run.end() in OFF and "exit status 7 " in run.console, run.console


def test_a_program_has_as_many_arguments_as_it_is_given(root):
    place = root("exit 7" + " x" * 9000)
    run = Run(place)
    assert run.end() in OFF and "exit status 7 " in run.console, run.console


def test_a_user_that_is_not_named_is_not_root(root):
    run = Run(root("exit 7", "rdinit.user"))
    assert run.end() in OFF and "payload" not in run.console, run.console
    assert "init: settings: parse rdinit.user: expected UID:GID[,GID...]: " in run.console, run.console


def test_a_program_has_the_rights_that_it_is_given(root):
    run = Run(root("rights", "rdinit.caps=chown,net_bind_service rdinit.ambient=chown rdinit.no_new_privs "
                   "rdinit.umask=027 rdinit.oom_score_adj=700"))
    assert run.end() in OFF and "exit status 7 " in run.console, run.console
    for line in ("Umask:\t0027", "CapBnd:\t0000000000000401", "CapEff:\t0000000000000401", "NoNewPrivs:\t1", "700"):
        assert line in run.console.splitlines(), run.console


def test_a_program_that_fails_is_started_again_and_its_last_end_counts(root):
    run = Run(root("exit 7", "rdinit.restart=on-failure:2"))
    assert run.end() in OFF and run.console.count("payload: here") == 3, run.console
    for pause in (100, 200):
        assert f"init: appliance: /bin/guest exited with status 7 after 0 s: started again in {pause} ms (rdinit.restart=)" in run.console
    assert run.console.count("exit status") == 1 and run.console.splitlines()[-1] == "init: exit status 7 (run: /bin/guest)"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGPWR])
def test_a_request_to_end_is_heard_in_the_pause_before_a_restart(root, number):
    run = Run(root("exit 0", "rdinit.restart=always"))
    run.read_until("started again in 400 ms")
    os.kill(run.pid, number)
    assert run.end() in OFF and run.console.splitlines()[-1] == "init: exit status 0 (run: /bin/guest)", run.console


def hooks(place, *names):
    (place.path / "etc/rdinit/before-run.d").mkdir()
    for name in names:
        shutil.copy(place.guest, place.path / "etc/rdinit/before-run.d" / name)
    return place


def test_hooks_run_before_the_program_in_the_order_of_their_names(root):
    run = Run(hooks(root("show /marks"), "20-marks", "10-marks", ".30-marks", "40-marks~"))
    assert run.end() in OFF and "exit status 7 " in run.console, run.console
    assert "/etc/rdinit/before-run.d/10-marks /etc/rdinit/before-run.d/20-marks init: exit" in run.console, run.console


def test_a_hook_that_fails_keeps_the_program_from_running(root):
    run = Run(hooks(root("exit 7"), "10-fails"))
    assert run.end() in OFF and "payload: here\n" not in run.console.replace(": payload: here", "")
    assert "init: hooks: /etc/rdinit/before-run.d/10-fails exited with status 3: " in run.console, run.console
    assert run.console.splitlines()[-1] == "init: exit status 125 (failed: hooks)"


def test_a_hook_that_hangs_is_killed(root):
    run = Run(hooks(root("exit 7", "rdinit.hooks_timeout=1"), "10-hangs"))
    assert run.end() in OFF and "payload: here\n" not in run.console.replace(": payload: here", "")
    assert "init: hooks: /etc/rdinit/before-run.d/10-hangs has not ended within 1 s: killed: " in run.console, run.console
    assert run.console.splitlines()[-1] == "init: exit status 125 (failed: hooks)"


def test_a_sysctl_is_set_before_the_program_runs(root):
    run = Run(root("show /proc/sys/user/max_user_namespaces", "rdinit.sysctl=user.max_user_namespaces=4711"))
    assert run.end() in OFF and "exit status 7 " in run.console and "4711" in run.console.splitlines(), run.console


def test_a_sysctl_that_the_kernel_has_not_ends_the_boot(root):
    run = Run(root("exit 7", "rdinit.sysctl=kernel.none=1"))
    assert run.end() in OFF and "exit status 125 (failed: sysctls)" in run.console and "payload" not in run.console
    assert "init: sysctls: write 1 to /proc/sys/kernel/none: No such file or directory (ENOENT)" in run.console


def test_a_program_may_have_no_capability(root):
    run = Run(root("rights", "rdinit.caps"))
    assert run.end() in OFF and "exit status 7 " in run.console, run.console
    for line in ("Umask:\t0022", "CapBnd:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t0", "0"):
        assert line in run.console.splitlines(), run.console


def test_what_was_asked_of_pack_wins_over_every_file(root):
    place = root("exit 7", "rdinit.chdir=/bin")
    conf(place, "~~~.conf", b"rdinit.chdir=/none\n")
    run = Run(place)
    assert run.end() in OFF and "exit status 7 " in run.console, run.console


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_bytes(b"x\0rdinit.user=33:33\n"),
    lambda path: path.write_bytes(b"rdinit.user=33:33 " + b"x" * 70000),
    lambda path: path.symlink_to("/nowhere"),
    lambda path: path.mkdir(),
], ids=["NUL", "too long", "leads nowhere", "directory"])
def test_a_file_that_cannot_be_read_in_full_ends_the_boot(root, spoil):
    """The words that were missed could be those that keep the program from being root."""
    place = root("exit 7")
    spoil(place.path / "etc/rdinit/cmdline.d/10-user.conf")
    run = Run(place)
    assert run.end() in OFF, run.console
    assert "init: settings: read /etc/rdinit/cmdline.d/10-user.conf: " in run.console, run.console
    assert "payload" not in run.console and "(failed: settings)" in run.console, run.console


# --- every call of PID 1 fails once ---

# What a kernel may well answer. Not listed: what cannot fail.
ERRORS = {
    "access": "EACCES", "clone": "EAGAIN", "close": "EIO", "dup2": "EBUSY", "fcntl": "EINVAL", "getdents64": "EIO",
    "ioctl": "EIO", "ioperm": "EPERM", "kill": "EPERM", "mkdir": "ENOSPC", "mknod": "ENOSPC",
    "mount": "EPERM", "open": "EMFILE", "openat": "EMFILE", "openat2": "EMFILE",
    "pipe2": "EMFILE", "prlimit64": "EPERM", "poll": "EINTR", "ppoll": "EINTR", "read": "EIO", "reboot": "EPERM",
    "rt_sigaction": "EINVAL", "rt_sigtimedwait": "EINTR", "setsid": "EPERM",
    "sigaltstack": "ENOMEM", "socket": "EMFILE", "statfs": "EIO", "symlink": "EROFS", "umount2": "EBUSY",
    "wait4": "EINTR", "write": "EIO",
}
CANNOT_FAIL = {"arch_prctl", "rt_sigprocmask", "getpid", "sync", "exit", "exit_group", "execve",
               "clock_gettime", "restart_syscall", "brk", "chdir", "chroot"}


def calls(trace):
    """Calls of PID 1 by name: before /init began, and since."""
    before, since = Counter(), Counter()
    now = before
    for line in trace.read_text(errors="replace").splitlines():
        name = re.match(r"(\w+)\(", line)
        if name:
            now[name[1]] += 1
        if line.startswith('execve("/init"'):
            now = since
    return before, since


@pytest.fixture(scope="module", params=INITS)
def baseline(request, tmp_path_factory, guest):
    path = tmp_path_factory.mktemp("sweep")
    root = Root(path / "root", guest, request.param)
    boots = []
    for _ in range(TRIES):
        run = Run(root, trace=path / "trace")
        assert run.end() in OFF and "exit status 7 " in run.console
        boots.append(calls(path / "trace"))
    return root, boots[-1][0], functools.reduce(operator.and_, (since for _, since in boots))


def test_the_sweep_knows_every_call(baseline):
    _, _, since = baseline
    assert since["mount"] > 3 and since["clone"] == 2 and since["reboot"] == 2
    assert set(since) <= set(ERRORS) | CANNOT_FAIL


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_no_failing_call_ends_pid_1(name, baseline, tmp_path):
    root, before, since = baseline

    def fault(number):
        inject = f"{name}:error={ERRORS[name]}:when={before[name] + number}"
        trace = tmp_path / f"trace{number}"
        for _ in range(TRIES):
            run = Run(root, inject, trace)
            status = run.end(HANG_S)
            if "(INJECTED)" in trace.read_text(errors="replace"):
                break
        else:
            return f"{inject}: not reached\n{run.console}"
        if "read /etc/rdinit/cmdline" in run.console:  # without these words the host's line decides
            ended = status not in OFF | REBOOT | {None}
            return f"{inject}: PID 1 ended: {status}" if ended else None
        if status not in OFF | REBOOT:
            return f"{inject}: PID 1 ended or hung: {status}\n{run.console}"
        if not re.search(r"payload: here|run /bin/guest: |\(failed: [a-z-]+\)", run.console):
            return f"{inject}: nothing said\n{run.console}"
        return None

    with ThreadPoolExecutor(4) as pool:
        wrong = [what for what in pool.map(fault, range(1, since[name] + 1)) if what]
    assert not wrong, "\n".join(wrong)


def test_a_pid_1_that_exits_is_noticed(root):
    """The checker can fail: a program in /init's place that ends by itself."""
    place = root("exit 0")
    shutil.copy(place.guest, place.path / "init")
    assert Run(place).end() not in OFF | REBOOT
