# SPDX-License-Identifier: MIT
"""test_host_root.py - programs in a guest whose root is a directory of this machine."""
import os
import pathlib
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time

import pytest

from vm import HOST_TIMEOUT, PROJECT, RDINIT, TIMEOUT

BOX = shutil.which("busybox")
NOBODY = 65534


def start(*words, **how):
    return subprocess.Popen([RDINIT, "run", "--timeout", TIMEOUT, *map(str, words)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


def run(*words, status=0, **how):
    """(stdout, stderr) of `rdinit run`."""
    started = start(*words, **how)
    out, err = started.communicate(timeout=HOST_TIMEOUT)
    assert started.returncode == status, (started.returncode, out, err)
    return out.decode(), err.decode()


@pytest.fixture(name="place")
def place_fixture():
    """A directory with a blank in its name, that another user reaches, too."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        place = pathlib.Path(top) / "a place"
        place.mkdir()
        (place / "file").write_text("of the host\n")
        yield place


def test_a_program_runs_where_and_as_it_would_here(place):
    out, _ = run("--root", "/", "-e", "GIVEN=of the guest", "--", "sh", "-c",
                 'pwd; cat file; echo "$GIVEN, $OURS, $PATH"; id -u; exit 5', status=5, cwd=place,
                 env={**os.environ, "GIVEN": "of the host", "OURS": "a b"})
    assert out.splitlines() == [str(place), "of the host", f"of the guest, a b, {os.environ['PATH']}", "0"]


# As root of the guest: by the file, by the file system below the overlay, and by the one that is shared.
WRITE = """
echo changed >file && cat file; rm file && echo removed; mkdir new && echo made
mount -o remount,rw /run/rdinit/lower; mkdir /tmp/m; mount -t virtiofs host /tmp/m && echo again
for top in /run/rdinit/lower /tmp/m; do
    echo changed >"$top$PWD/other" && echo WRITTEN; rm "$top$PWD/file" && echo WRITTEN
    touch "$top$PWD/file" && echo WRITTEN; mkdir "$top$PWD/more" && echo WRITTEN; chmod 777 "$top$PWD/file" && echo WRITTEN
done
for hidden in proc sys dev run; do ls /run/rdinit/lower/$hidden /tmp/m/$hidden/; done | grep -v : | grep . && echo SEEN
exit 0
"""


def test_nothing_of_this_machine_can_be_written(place):
    before = (place / "file").stat()
    out, _ = run("--root", "/", "--", "sh", "-c", WRITE, cwd=place)
    assert out.splitlines()[:3] == ["changed", "removed", "made"] and "WRITTEN" not in out and "SEEN" not in out, out
    assert os.listdir(place) == ["file"] and (place / "file").stat() == before
    assert (place / "file").read_text() == "of the host\n"


def test_a_root_that_nothing_can_be_written_to(place):
    out, err = run("--root", "/", "--read-only", "--", "sh", "-c", "touch new || echo none; touch /run/new && echo new", cwd=place)
    assert out.splitlines() == ["none", "new"] and "Read-only file system" in err


def test_another_directory_is_the_root(tmp_path):
    (tmp_path / "bin").mkdir()
    shutil.copy(BOX, tmp_path / "bin/busybox")
    out, _ = run("--root", tmp_path, "-e", "X=1", "--", "busybox", "sh", "-c", 'busybox ls /; pwd; echo "$X$HOME"; busybox ls /proc/1/comm')
    assert out.splitlines() == ["bin", "dev", "proc", "run", "sys", "/", "1/", "/proc/1/comm"]
    assert os.listdir(tmp_path) == ["bin"]
    run("--root", tmp_path, "--", "nothing", status=127)


def test_the_place_and_the_user(place):
    out, _ = run("--root", "/", "-w", place, "-u", f"{NOBODY}:{NOBODY}", "--", "sh", "-c", "pwd; id -u; id -g; cat file")
    assert out.splitlines() == [str(place), str(NOBODY), str(NOBODY), "of the host"]


def reachable(path):
    """Whether another user can use it."""
    return subprocess.run(["test", "-x", path], user=NOBODY, group=NOBODY, extra_groups=[], check=False).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an ordinary user")
def test_a_guest_has_the_rights_of_its_caller(place):
    kernel = next((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))
    if not all(map(reachable, (RDINIT, kernel.parent, place))):
        pytest.skip("the build directory is not for other users")
    secret, text = place / "secret", "for root alone"
    secret.write_text(text)
    secret.chmod(0o600)
    os.chown(place, NOBODY, NOBODY)
    out, _ = run("--root", "/", "--", "sh", "-c", "id -u; cat secret && echo READ; chmod 644 secret && cat secret; cat file; >mine && ls mine",
                 cwd=place, user=NOBODY, group=NOBODY, extra_groups=[], env={"PATH": os.environ["PATH"], "TMPDIR": str(place)})
    assert out.splitlines()[0] == "0" and text not in out and "of the host" in out and "mine" in out, out
    assert sorted(os.listdir(place)) == ["file", "secret"]
    out, _ = run("--root", "/", "--rw", ".", "--", "sh", "-c", "chmod 644 secret; echo x >secret; cat secret && echo READ; chown 1:1 file; >mine && ls mine",
                 cwd=place, user=NOBODY, group=NOBODY, extra_groups=[], env={"PATH": os.environ["PATH"], "TMPDIR": str(place)})
    assert out.splitlines() == ["mine"], out
    assert (secret.read_text(), (place / "file").stat().st_uid, (place / "mine").stat().st_uid) == (text, os.geteuid(), NOBODY)


def test_rdinit_may_be_in_a_directory_with_a_blank(place):
    """ld.so ends the path of a library at a blank, and an ordinary user's virtiofsd needs that library."""
    kernel = next((PROJECT / "build/kernel/debian/boot").glob("vmlinuz-*"))
    how = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if how and not all(map(reachable, (kernel.parent, place))):
        pytest.skip("the build directory is not for other users")
    for name in ("rdinit", "init", "virtiofsd_rights.so"):
        shutil.copy(pathlib.Path(RDINIT).with_name(name), place / name)
    done = subprocess.run([place / "rdinit", "run", "--timeout", TIMEOUT, "--kernel", kernel, "--", "sh", "-c", "cat file; exit 5"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=place, timeout=HOST_TIMEOUT, check=False,
                          env={"PATH": os.environ["PATH"], "TMPDIR": "/tmp"}, **how)
    assert (done.returncode, done.stdout, done.stderr) == (5, "of the host\n", "")


# As root of the guest, who has the caller's rights to what is shared: of a file, of a directory, of a layer over one, and
# of the top of the share, in which they all are.
SHARED = """
cat /in/file /one /layer/file; echo changed >/layer/file; rm /layer/more; cat /layer/file; ls /layer
mkdir /out/sub && mv /out/file /out/sub/moved && ln -s x /out/link && echo new >"/out/sub/a \\ \\"b"
for at in /in/file /in/new /one /run/rdinit/volumes/new; do echo changed >"$at" && echo WRITTEN; done
mount -o remount,rw,bind /in; mount -o remount,rw /run/rdinit/volumes; mkdir -p /tmp/m; mount -t virtiofs volumes /tmp/m && echo again
for at in /in/file /tmp/m/1/new /tmp/m/new; do echo changed >"$at" && echo WRITTEN; done
cd /out/sub; ls /tmp/m /out/../.. >/dev/null; exit 6
"""


@pytest.fixture(name="tools")
def tools_fixture(tmp_path):
    """A directory of programs, for a guest that has no others."""
    shutil.copy(BOX, tmp_path)
    for name in ("sh", "cat", "rm", "ls", "mkdir", "mv", "ln", "mount"):
        (tmp_path / name).symlink_to("busybox")
    return tmp_path


@pytest.mark.parametrize("options", [["--root", "/"], ["--isolated", "--tree", "TOOLS:/bin"]], ids=lambda words: words[0])
def test_directories_of_this_machine_at_other_paths(place, tools, options):
    """One file that the guest may write, the rest as it was."""
    for name in ("in", "out", "deep"):
        (place / name).mkdir()
        (place / name / "file").write_text(f"{name}\n")
    (place / "deep/more").write_text("more\n")
    options = [word.replace("TOOLS", str(tools)) for word in options]
    out, _ = run(*options, "-v", f"{place}/in:/in:ro", "-v", "./out:/out", "-v", f"{place}/file:/one:ro", "-v", f"{place}/deep:/layer:overlay",
                 "--", "/bin/sh", "-c", SHARED, status=6, cwd=place)
    assert out.splitlines() == ["in", "of the host", "deep", "changed", "file", "again"], out
    found = {str(path.relative_to(place)) for path in place.rglob("*")}
    assert found == {"file", "in", "in/file", "deep", "deep/file", "deep/more", "out", "out/link", "out/sub", "out/sub/moved",
                     'out/sub/a \\ "b'}
    assert ((place / "in/file").read_text(), (place / "deep/file").read_text(), (place / "file").read_text()) == ("in\n", "deep\n", "of the host\n")
    assert (place / "out/sub").stat().st_uid == os.geteuid()


def test_a_directory_that_can_be_written_where_it_is(place):
    (place / "sub dir").mkdir()
    out, _ = run("--root", "/", "--rw", "sub dir", "--", "sh", "-c", 'echo kept >"sub dir/new"; echo lost >new; cat "sub dir/new" new', cwd=place)
    assert out.split() == ["kept", "lost"] and (place / "sub dir/new").read_text() == "kept\n" and not (place / "new").exists()


def test_an_empty_directory_in_memory(place):
    out, _ = run("--root", "/", "--tmpfs", "/scratch:size=1m,mode=0700", "-v", f"{place}:/scratch/in side:ro", "--", "sh", "-c",
                 'stat -c "%a %U" /scratch; cat "/scratch/in side/file"; ls /scratch; head -c 2m /dev/zero >/scratch/big; stat -c %s /scratch/big', cwd=place)
    assert out.splitlines() == ["700 root", "of the host", "in side", str(1 << 20)]
    out, _ = run("--isolated", "--tmpfs", "/a/b", "--", BOX, "sh", "-c", f"{BOX} stat -c %a /a/b; {BOX} grep -c '/a/b tmpfs rw,nosuid,nodev' /proc/mounts")
    assert out.split() == ["1777", "1"]


def test_what_the_host_changes_is_seen(place):
    (place / "shared").mkdir()
    started = start("--isolated", "-v", f"{place}/shared:/s", "--", BOX, "sh", "-c",
                    f"{BOX} touch /s/ready; until {BOX} grep -q go /s/word 2>/dev/null; do {BOX} sleep 0.2; done; exit 4")
    end = time.monotonic() + HOST_TIMEOUT
    while not (place / "shared/ready").exists() and time.monotonic() < end:
        time.sleep(0.1)
    (place / "shared/word").write_text("go\n")
    out, err = started.communicate(timeout=HOST_TIMEOUT)
    assert started.returncode == 4, (out, err)


class Server(socketserver.ThreadingTCPServer):
    """Answers every connection with a line, on a port of its own."""
    allow_reuse_address = True

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"from the host\n")

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *how):
        self.shutdown()
        self.server_close()


@pytest.mark.parametrize("options", [["--root", "/"], ["--isolated"], ["--isolated", "--machine", "microvm"]], ids=" ".join)
def test_a_guest_reaches_this_machine_and_is_reached(options):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Server(("127.0.0.1", 0), Server.Answer) as server:
        started = start(*options, "-p", f"{port}:7", "--", BOX, "sh", "-c",
                        f"{BOX} nc 10.0.2.2 {server.server_address[1]} </dev/null; {BOX} cat /etc/resolv.conf; "
                        f"{BOX} ip addr show lo | {BOX} grep -o UP; echo from the guest | {BOX} nc -l -p 7; exit 3")
        answer, end = b"", time.monotonic() + HOST_TIMEOUT
        while not answer and time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.settimeout(1)
                    answer = connection.recv(100)
            except OSError:
                pass
            time.sleep(0.2)
        out, err = started.communicate(timeout=HOST_TIMEOUT)
    assert (started.returncode, answer) == (3, b"from the guest\n"), (out, err)
    assert out.splitlines()[:3] == [b"from the host", b"nameserver 10.0.2.3", b"UP"], (out, err)


def daemons(place):
    """The processes that serve a guest that was started there."""
    found = []
    for proc in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if b"virtiofsd" in (proc / "cmdline").read_bytes() and bytes(place) in (proc / "environ").read_bytes():
                found.append(int(proc.name))
        except OSError:
            pass
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_tool_is_ended(place, number):
    tmp = place / "tmp"
    tmp.mkdir()
    started = start("--root", "/", "--stdio", "console", "--", "sh", "-c", "echo HERE; sleep 1000", cwd=place,
                    env={**os.environ, "TMPDIR": str(tmp)})
    while b"HERE" not in started.stdout.readline():
        assert started.poll() is None
    assert daemons(tmp)
    started.send_signal(number)
    started.wait(HOST_TIMEOUT)
    started.stdout.close()
    started.stderr.close()
    end = time.monotonic() + 20
    while daemons(tmp) and time.monotonic() < end:
        time.sleep(0.1)
    assert not daemons(tmp) and not os.listdir(tmp)


def test_eight_at_once(place):
    all_of_them = [start("--root", "/", "--", "sh", "-c", f"echo {i} >file; cat file; exit {i}", cwd=place) for i in range(8)]
    for i, started in enumerate(all_of_them):
        out, err = started.communicate(timeout=HOST_TIMEOUT)
        assert (started.returncode, out) == (i, f"{i}\n".encode()), (out, err)


def test_a_tpm_is_there_and_nothing_of_it_stays(tmp_path):
    out, err = run("--tpm", "--", "sh", "-c", "cat /sys/class/tpm/tpm0/tpm_version_major; test -c /dev/tpm0 && exit 4", status=4,
                   env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (out, err, list(tmp_path.iterdir())) == ("2\n", "", [])


def test_nodes_of_memory_that_is_shared():
    """Each node has a part of the memory in which virtiofsd writes."""
    out, err = run("--numa", "2", "--cpus", "3", "--memory", "600", "--", "sh", "-c",
                   "cd /sys/devices/system/node; for node in node[0-9]*; do echo $node $(cat $node/cpulist); done; head -c 5000000 /proc/self/exe >/dev/null")
    assert (out, err) == ("node0 0\nnode1 1-2\n", "")
