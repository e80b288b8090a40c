# SPDX-License-Identifier: MIT
"""test_warm.py - runs that start from a machine that was saved (rdinit warm)."""
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from vm import HOST_TIMEOUT, RDINIT, TIMEOUT

SAVED = "from a saved machine of "
BOOTS = "booting"


@pytest.fixture(scope="module", name="cache")
def cache_fixture(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    done = warm(cache)
    assert done.returncode == 0 and not done.stderr, done
    return cache


def warm(cache, *words):
    return subprocess.run([RDINIT, "warm", *words], env={**os.environ, "XDG_CACHE_HOME": str(cache)}, capture_output=True,
                          text=True, timeout=HOST_TIMEOUT)


def start(cache, *words, **how):
    env = {**os.environ, "XDG_CACHE_HOME": str(cache), **how.pop("env", {})}
    return subprocess.Popen([RDINIT, "run", "--verbose", "--timeout", TIMEOUT, *map(str, words)], env=env,
                            stdin=how.pop("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **how)


def run(cache, *words, status=0, expected=SAVED, text="", **how):
    """What the program wrote to stdout, and all of stderr."""
    started = start(cache, *words, stdin=subprocess.PIPE, **how)
    out, err = started.communicate(text, timeout=HOST_TIMEOUT)
    assert started.returncode == status and expected in err, (started.returncode, out, err)
    return out, err


def sh(script):
    return ["--", "sh", "-c", script]


@pytest.mark.parametrize("words, script, expected", [
    ([], 'pwd; echo "$GIVEN"; cat; id -u; exit 5', "{here}\na b\nof stdin\n0\n"),
    (["-e", "GIVEN=c"], 'echo "$GIVEN"; exit 5', "c\n"),
    (["-w", "/usr"], "pwd; exit 5", "/usr\n"),
    (["-u", "7:8"], "id -u; id -g; exit 5", "7\n8\n"),
    (["--read-only"], "touch /made 2>&- || echo none; exit 5", "none\n"),
    (["-v", "{here}:/mnt:ro"], "cat /mnt/file; touch /mnt/x 2>&- || echo none; exit 5", "of the host\nnone\n"),
    (["-v", "{here}:/mnt:rw"], "echo written >/mnt/out; exit 5", ""),
    (["--isolated"], "echo $0; exit 5", None),
    (["--root", "/"], "cat file; exit 5", None),
])
def test_a_run_is_as_one_that_boots(cache, tmp_path, words, script, expected):
    (tmp_path / "file").write_text("of the host\n")
    words = [word.format(here=tmp_path) for word in words]
    how = {"cwd": tmp_path, "env": {"GIVEN": "a b"}, "text": "of stdin\n"}
    out, _ = run(cache, *words, *sh(script), status=5, **how)
    assert expected is None or out == expected.format(here=tmp_path)
    assert out == run(cache, "--cold", *words, *sh(script), status=5, expected="", **how)[0]
    if "rw" in "".join(words):
        assert (tmp_path / "out").read_text() == "written\n"


@pytest.mark.parametrize("program, status", [(["sh", "-c", "kill -SEGV $$"], 139), (["/no/such"], 127), (["/etc/passwd"], 126)])
def test_the_end_of_the_program(cache, program, status):
    run(cache, "--", *program, status=status, expected="" if program[0].startswith("/") else SAVED)


def test_much_data_passes_both_ways(cache, tmp_path):
    data = os.urandom(20_000_000)
    (tmp_path / "in").write_bytes(data)
    with open(tmp_path / "in", "rb") as given, open(tmp_path / "out", "wb") as taken:
        done = subprocess.run([RDINIT, "run", "--timeout", TIMEOUT, "--", "cat"], stdin=given, stdout=taken,
                              env={**os.environ, "XDG_CACHE_HOME": str(cache)}, timeout=HOST_TIMEOUT)
    assert done.returncode == 0 and (tmp_path / "out").read_bytes() == data


def test_no_two_machines_are_the_same(cache):
    script = "head -c 16 /dev/urandom | od -An -tx1; cat /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid; date +%s"
    begun = time.time()
    first, second = (run(cache, *sh(script))[0].splitlines() for _ in range(2))
    assert [a != b for a, b in zip(first[:3], second[:3])] == [True] * 3
    assert int(begun) <= int(first[3]) <= int(second[3]) <= time.time()


def test_eight_at_once(cache):
    started = [start(cache, *sh(f"echo {i}; exit {i}")) for i in range(8)]
    for i, one in enumerate(started):
        out, err = one.communicate(timeout=HOST_TIMEOUT)
        assert (one.returncode, out) == (i, f"{i}\n") and SAVED in err, err


def children_of(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_nothing_outlives_the_command(cache, tmp_path):
    marker = tmp_path / "up"
    started = start(cache, "--rw", tmp_path, *sh(f"touch {marker}; sleep 1000"))
    deadline = time.monotonic() + HOST_TIMEOUT
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    left = children_of(started.pid)
    assert len(left) >= 2, left
    started.kill()
    started.communicate(timeout=HOST_TIMEOUT)
    while any(os.path.exists(f"/proc/{pid}/exe") for pid in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in left if os.path.exists(f"/proc/{pid}/exe")]


def test_a_network(tmp_path):
    cache = tmp_path / "cache"
    assert warm(cache, "--net", "user").returncode == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ("import socket; s = socket.create_server(('', 80)); c = s.accept()[0]; c.sendall(b'of the guest'); c.close()")
    started = start(cache, "-p", f"{port}:80", "--", "python3", "-c", server)
    said, deadline = b"", time.monotonic() + HOST_TIMEOUT
    while not said and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                said = client.recv(100)
        except OSError:
            time.sleep(0.1)
    _, err = started.communicate(timeout=HOST_TIMEOUT)
    assert said == b"of the guest" and started.returncode == 0 and SAVED in err, err


# --- what is kept, and what is not ---

@pytest.fixture(name="own")
def own_fixture(tmp_path):
    cache = tmp_path / "cache"
    assert warm(cache).returncode == 0
    return cache


def saved(cache):
    return [path for path in (cache / "rdinit/machines").iterdir()]


def test_what_is_broken_is_removed_and_the_run_boots(own):
    state = saved(own)[0] / "state"
    os.truncate(state, state.stat().st_size // 2)
    out, err = run(own, *sh("echo on; exit 4"), status=4)
    assert out == "on\n" and "rdinit: warning: the saved machine is removed, and this run boots: " in err and not saved(own)


def test_the_memory_of_another_machine_is_noticed(own):
    """Its /init does not take the order."""
    ram = saved(own)[0] / "ram"
    with open(ram, "r+b") as file:
        file.seek(0)
        size = ram.stat().st_size
        file.truncate(0)
        file.truncate(size)
    out, err = run(own, *sh("echo on; exit 4"), status=4)
    assert out == "on\n" and "this run boots" in err and not saved(own)


def test_a_directory_that_others_can_write_to_is_not_used(own):
    (own / "rdinit/machines").chmod(0o777)
    run(own, *sh("exit 4"), status=4, expected="booting: no machine is saved for this")
    assert warm(own, "--list").stdout == ""


@pytest.mark.parametrize("words, why", [
    (["--cold"], ""),
    (["--memory", "300"], "booting: no machine is saved for this; `rdinit warm` saves one"),
    (["--machine", "pc"], "booting, for no saved machine has --machine"),
    (["--module", "loop"], "booting, for no saved machine has --module"),
])
def test_why_a_run_boots(cache, words, why):
    _, err = run(cache, *words, *sh("exit 4"), status=4, expected=why)
    assert SAVED not in err


def test_it_is_listed_and_removed(own):
    assert "1024 MiB, 1 processors, TCG, no network, parameters: none, kernel " in warm(own, "--list").stdout.replace("KVM", "TCG")
    assert oct(saved(own)[0].stat().st_mode)[-3:] == "700"
    assert warm(own).returncode == 0 and len(saved(own)) == 1
    assert warm(own, "--clear").stdout == "1 removed\n" and not saved(own)


def test_the_sixteen_that_were_used_last_stay_and_are_listed_so(own):
    mine = saved(own)[0]
    now = time.time()
    others = [mine.parent / f"{number:032x}" for number in range(20)]
    for age, other in enumerate(others, 1):
        other.mkdir()
        for name in "ram", "state", "identity":
            (other / name).write_text(name)
        os.utime(other, (now - age * 86400, now - age * 86400))
    assert warm(own).returncode == 0
    assert sorted(saved(own)) == sorted([mine, *others[:15]])
    listed = warm(own, "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [mine.name, *(other.name for other in others[:15])]
    assert "used 15 days ago, identity" in listed[-1]


def test_a_signal_while_it_is_saved_leaves_nothing(tmp_path):
    cache = tmp_path / "cache"
    started = subprocess.Popen([RDINIT, "warm"], env={**os.environ, "XDG_CACHE_HOME": str(cache)}, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + HOST_TIMEOUT
    while not children_of(started.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    left = children_of(started.pid)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=HOST_TIMEOUT)
    assert started.returncode == 130 and not err, (started.returncode, err)
    assert not saved(cache) if (cache / "rdinit/machines").exists() else True
    assert not [pid for pid in left if os.path.exists(f"/proc/{pid}/exe")]
