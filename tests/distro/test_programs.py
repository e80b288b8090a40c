# SPDX-License-Identifier: MIT
"""Real programs in a machine of `rdinit run`: part of `make check-all`.

Each is what this machine has installed, and is skipped where it is not. A server is asked from this
machine, a compiler's output is run, and a database's disk outlives its machine."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import roots
import systems
from systems import PATIENCE, RDINIT

POSTGRES = Path(shutil.which("postgres") or "/none").resolve().parent  # initdb, pg_ctl and psql are next to it


def need(*programs):
    for program in programs:
        if not shutil.which(str(program)):
            pytest.skip(f"needs {program}")


def start(*words, **how):
    return subprocess.Popen([RDINIT, "run", "--timeout", *map(str, (PATIENCE, *words))], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)


def finish(started):
    """(exit status, stdout), with stderr where a failed test shows it."""
    out, err = started.communicate(timeout=PATIENCE + 30)
    print(err, file=sys.stderr)
    return started.returncode, out


@contextlib.contextmanager
def machine(*words, **how):
    """One that does not outlive a test that fails."""
    started = start(*words, **how)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def run(*words, **how):
    with machine(*words, **how) as started:
        return finish(started)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def fetch(url, started):
    """The page, once the guest answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and started.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer: {finish(started)}")


SERVERS = {
    "python": [sys.executable, "-m", "http.server", "--directory", "/www", "80"],
    "busybox": ["busybox", "httpd", "-f", "-p", "80", "-h", "/www"],
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_web_server_answers_this_machine(tmp_path, name):
    need(SERVERS[name][0])
    page, port = bytes(range(256)) * 1024, free_port()
    (tmp_path / "page").write_bytes(page)
    with machine("-v", f"{tmp_path}:/www:ro", "-p", f"{port}:80", "--", *SERVERS[name]) as started:
        assert fetch(f"http://127.0.0.1:{port}/page", started) == page
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(f"http://127.0.0.1:{port}/none", started)
        started.terminate()
        assert finish(started)[0] == 128 + signal.SIGTERM


def test_git_clones_a_repository_of_a_share(tmp_path):
    need("git")
    source, bare = tmp_path / "source", tmp_path / "bare.git"
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q", source], check=True)
    (source / "file").write_text("of the repository\n")
    subprocess.run([*git, "add", "file"], cwd=source, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "the first"], cwd=source, check=True)
    subprocess.run([*git, "clone", "-q", "--bare", source, bare], check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, check=True).stdout
    status, out = run("-v", f"{bare}:/repository:ro", "-e", "HOME=/tmp", "--", "sh", "-c",
                      "git config --global safe.directory '*' && git clone -q /repository /tmp/clone && cd /tmp/clone && "
                      "cat file && git rev-parse HEAD && git fsck --strict && ! touch /repository/new && exit 5")
    assert (status, out) == (5, "of the repository\n" + commit)


def test_gcc_builds_a_program_that_runs(tmp_path):
    need("gcc")
    (tmp_path / "p.c").write_text('#include <math.h>\n#include <stdio.h>\nint main(int argc, char **argv)\n{\n'
                                  '\tprintf("%s %.3f\\n", argv[1], sqrt(argc));\n\treturn 7;\n}\n')
    status, out = run("--", "sh", "-c", "gcc -O2 -Wall -Werror -o p p.c -lm && ./p two", cwd=tmp_path)
    assert (status, out) == (7, "two 1.414\n")
    assert [path.name for path in tmp_path.iterdir()] == ["p.c"]


def test_the_python_of_a_venv_finds_its_modules(tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (next(venv.glob("lib/python*/site-packages")) / "ours.py").write_text("ANSWER = 'of the venv'\n")
    status, out = run("--", venv / "bin/python", "-c",
                      "import ours, ssl, sys; print(sys.prefix, ours.ANSWER, sys.prefix != sys.base_prefix); sys.exit(6)")
    assert (status, out) == (6, f"{venv} of the venv True\n")


def test_node_evaluates_a_line():
    need("node")
    status, out = run("--", "node", "-e", "setTimeout(() => { console.log([3, 1, 2].sort().join(), process.platform); "
                      "process.exitCode = 9 }, 10)")
    assert (status, out) == (9, "1,2,3 linux\n")


# The disk's owner is the database's user: PostgreSQL does not run as root.
SERVE = """
mount -t ext4 /dev/vda /mnt && cd /mnt/data || exit 99
as="setpriv --reuid $(stat -c %u .) --regid $(stat -c %g .) --clear-groups env LC_ALL=C PATH=$1:$PATH"
$as pg_ctl start -s -w -t 120 -D . -l log -o "-k /tmp -c listen_addresses=" || { cat log; exit 98; }
ask() { $as psql -h /tmp -U owner -XAtqc "$1" postgres; }
"""
# Only `extra` also writes out that the journal is gone: else the next to open the file rolls back.
OPEN = """
mount -t ext4 /dev/vda /mnt || exit 99
ask() { sqlite3 /mnt/data/rows.db "pragma synchronous=extra; $1"; }
"""


def postgres(data):
    """A cluster of whoever may own one: initdb does not run as root either."""
    need("postgres", POSTGRES / "initdb", POSTGRES / "psql", "setpriv")
    owner = []
    if os.geteuid() == 0:
        owner = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        os.chown(data, 65534, 65534)
    subprocess.run([*owner, POSTGRES / "initdb", "-D", data, "-A", "trust", "-U", "owner", "--locale=C", "--no-sync"],
                   check=True, stdout=subprocess.DEVNULL, cwd="/")
    return SERVE


def sqlite(_data):
    need("sqlite3")
    return OPEN


def qemu_of(tool):
    """The QEMU that the process started, by itself or by another."""
    children = [int(child) for task in Path(f"/proc/{tool}/task").iterdir() for child in (task / "children").read_text().split()]
    for child in children:
        if Path(f"/proc/{child}/comm").read_text().startswith("qemu-system"):
            return child
    return next(filter(None, map(qemu_of, children)), None)


@pytest.mark.parametrize("database", [sqlite, postgres], ids=lambda database: database.__name__)
def test_rows_of_a_database_survive_a_power_off_and_a_kill_of_qemu(tmp_path, database):
    disk = tmp_path / "disk"
    with tempfile.TemporaryDirectory() as files:  # another user reaches it
        os.chmod(files, 0o755)
        data = Path(files) / "data"
        data.mkdir()
        prepare = database(data)
        roots.run("truncate", "-s", "256M", disk)
        roots.run("mke2fs", "-q", "-F", "-t", "ext4", "-d", files, disk)
    words = ["--disk", f"{disk},virtio", "--memory", "512", "--module", "ext4", "--", "sh", "-c"]

    def guest(script):
        return [*words, prepare + script, "sh", POSTGRES]

    status, out = run(*guest("ask 'create table t (n integer)' && ask 'insert into t values (1)' && echo COMMITTED; exit 3"))
    assert (status, out) == (3, "COMMITTED\n")
    with machine(*guest("ask 'insert into t values (2)' && echo COMMITTED; sleep 1000")) as started:
        assert started.stdout.readline() == "COMMITTED\n"
        os.kill(qemu_of(started.pid), signal.SIGKILL)
        assert finish(started)[0] == 125
    status, out = run(*guest("ask 'select n from t order by n'; exit 4"))
    assert (status, out) == (4, "1\n2\n")


# Its console is the machine's, not the stdout of `rdinit run`.
UNIT = """[Unit]
After=basic.target dbus.socket
Wants=dbus.socket
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo $(systemctl is-active sysinit.target dbus.socket systemd-journald) $(cat /proc/1/comm) >/out/said'
ExecStart=systemctl exit 5
"""


def with_unit(root):
    (root / "etc/systemd/system/ours.service").write_text(UNIT)


def test_systemd_is_the_program_of_a_root(tmp_path):
    """As process 1 of a namespace of processes; `systemctl exit` ends it with a status."""
    need("mmdebstrap")
    try:
        root = systems.make(tmp_path, "systemd-sysv,dbus", with_unit)
    except subprocess.CalledProcessError:
        pytest.skip("mmdebstrap makes no root here")
    out = tmp_path / "out"
    out.mkdir()
    status, _ = run("--root", root, "--memory", "768", "-v", f"{out}:/out", "-e", "container=rdinit", "--",
                    "unshare", "--fork", "--pid", "--mount-proc", "/lib/systemd/systemd", "--unit=ours.service")
    assert status == 5
    assert (out / "said").read_text() == "active active active systemd\n"
