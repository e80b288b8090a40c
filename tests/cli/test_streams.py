# SPDX-License-Identifier: MIT
"""test_streams.py - the program's streams of `rdinit run`: over the virtio-serial port or the serial line that a stand-in
for QEMU chooses, whole in both directions, whoever is slow."""
import os
import re
import subprocess
import time

import pexpect
import pytest

from conftest import RDINIT
from newc import read_newc
from stand_in import stand_in
from test_run_cli import KERNEL

NOISE = os.urandom(1 << 20)

# What the guest's /init does with packets (init/pure/packets.h), on the end that a test names.
GUEST = """
def head(kind, size): return kind.encode() + size.to_bytes(2, 'little')
def put(data):
    while data: data = data[os.write(fd, data):]
def packet(kind, data):
    for at in range(0, len(data), 30000):
        piece = data[at:at + 30000]; put(head(kind, len(piece)) + piece)
def exactly(size):
    data = b''
    while len(data) < size:
        more = os.read(fd, size - len(data)); assert more; data += more
    return data
def hear_packet():
    start = exactly(3); size = int.from_bytes(start[1:], 'little')
    return start[:1], exactly(size) if start[:1] == b'i' else b''
def end():
    put(head('x', 0))
    while hear_packet()[0] != b'x': pass
fd = int(ends[END]); say('wire', 'ready\\n')
"""


@pytest.fixture
def start(tool):
    """start(end, body, *options, **of Popen): `rdinit run` of a program whose guest uses this end."""
    assert KERNEL, "no kernel unpacked: run `make deps`"
    tool.env["RDINIT_KERNEL"] = str(KERNEL)

    def begin(end, body, *options, **more):
        stand_in(tool, GUEST.replace("END", repr(end)) + body)
        return subprocess.Popen([RDINIT, "run", "--stdio", "pipe", *options, "--isolated", "--", "/bin/true"],
                                cwd=tool.path, env=tool.env, **more)
    return begin


def whole(process, stdin=None):
    out, err = process.communicate(stdin, timeout=100)
    return process.returncode, out, err


PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
EXIT = "say('wire', 'exit 3\\nwithin 0\\n'); end(); say('wire', 'off\\n')"


@pytest.mark.parametrize("end", ["port", "stdio"])
def test_both_directions_are_whole_and_apart(start, end):
    body = f"""
put(head('c', 65535)); got = b''
while True:
    kind, data = hear_packet()
    if not data: break
    got += data; put(head('c', len(data))); packet('o', data)
packet('e', got[::-1]); {EXIT}"""
    assert whole(start(end, body, **PIPES), NOISE) == (3, NOISE, NOISE[::-1])


def test_more_input_than_was_granted_is_never_sent(start, tool):
    """One that does not read gets what it has room for, and no end."""
    body = f"""
put(head('c', 1000)); import select; got = b''
while len(got) < 1000: got += hear_packet()[1]
left = select.select([fd], [], [], 2)[0]
open({str(tool.path / 'got')!r}, 'w').write(f'{{len(got)}} {{left}}'); {EXIT}"""
    assert whole(start("port", body, **PIPES), NOISE) == (3, b"", b"")
    assert (tool.path / "got").read_text() == "1000 []"


@pytest.mark.parametrize("end", ["port", "stdio"])
def test_the_end_that_the_guest_did_not_choose_is_closed(start, tool, end):
    other = {"port": "stdio", "stdio": "port"}[end]
    body = f"""
packet('o', b'a')
gone = os.read(int(ends[{other!r}]), 1) == b''
packet('o', b'b' if gone else b'c'); {EXIT}"""
    assert whole(start(end, body, **PIPES), b"") == (3, b"ab", b"")


def test_the_serial_line_is_named_with_verbose(start):
    said = "the program's streams use the serial line, which is slow"
    for end in ("port", "stdio"):
        err = whole(start(end, f"packet('o', b'a'); {EXIT}", "--verbose", **PIPES), b"")[2].decode()
        assert (said in err) == (end == "stdio"), err


def test_a_guest_that_ends_does_not_wait_for_a_slow_reader(start, tool):
    """The reader begins when the guest is gone; all that it left is there."""
    body = f"""
say('wire', 'exit 3\\nwithin 0\\n'); packet('o', {len(NOISE)} * b'x'); packet('o', b'y' * {3 << 20}); end()
gone({str(tool.path / 'gone')!r}); say('wire', 'off\\n')"""
    process = start("port", body, **PIPES)
    process.stdin.close()
    for _ in range(600):
        if (tool.path / "gone").exists():
            break
        assert process.poll() is None
        time.sleep(0.1)
    out = process.stdout.read()
    assert process.wait(60) == 3 and out == b"x" * len(NOISE) + b"y" * (3 << 20)


def test_a_slow_reader_slows_a_program_that_runs(start, tool):
    """What it may write ahead is bounded."""
    body = f"""
os.set_blocking(fd, False); sent = 0; since = time.time()
while time.time() - since < 2:
    try: sent += os.write(fd, head('o', 30000) + bytes(30000))
    except BlockingIOError: time.sleep(.01)
    else: since = time.time()
open({str(tool.path / 'sent')!r}, 'w').write(str(sent)); os._exit(0)"""
    process = start("port", body, **PIPES)
    process.stdin.close()
    for _ in range(600):
        if (tool.path / "sent").exists() and (tool.path / "sent").read_text():
            break
        time.sleep(0.1)
    assert int((tool.path / "sent").read_text()) < 2 << 20
    process.stdout.close()
    process.wait(60)


@pytest.mark.parametrize("machine, device", [("q35", "virtio-serial-pci"), ("pc", "virtio-serial-pci"),
                                             ("microvm", "virtio-serial-device")])
def test_each_machine_has_the_port_and_its_driver(tool, machine, device):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, f"""
import shutil; shutil.copy(sys.argv[sys.argv.index('-initrd') + 1], {str(tool.path / 'made.img')!r})
open({str(tool.path / 'words')!r}, 'w').write(' '.join(sys.argv))""")
    tool.run("run", "--machine", machine, "--stdio", "pipe", "--isolated", "--", "/bin/true", check=False)
    words = (tool.path / "words").read_text()
    assert f"-device {device} " in words and "-device virtserialport,chardev=port,name=rdinit.stdio" in words
    assert "rdinit.stdio=virtio:rdinit.stdio,ttyS1" in words
    files = tool.run("list", "made.img").stdout.decode()
    assert "virtio_console.ko" in files and ("virtio_mmio.ko" if machine == "microvm" else "virtio_pci.ko") in files


def test_without_the_driver_there_is_no_port(tool):
    """An image is not changed, and in this one there is none."""
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    tool.run("pack", "-o", "a.img", "--tree", "/usr/share/misc")
    for words in (["--stdio", "pipe", "a.img"], ["--stdio", "console", "--isolated", "--", "/bin/true"]):
        stand_in(tool, f"open({str(tool.path / 'words')!r}, 'w').write(' '.join(sys.argv))")
        tool.run("run", *words, check=False)
        assert "virtserialport" not in (tool.path / "words").read_text()
        assert "virtio:" not in (tool.path / "words").read_text()


# --- a file on stdin ---

@pytest.fixture
def packed_input(tool):
    """packed_input(symbols, size, at, *options): what the image of a run with a file of this size, read up to `at`, has
    as standard input, and the guest is sent over its line."""
    data = tool.path / "data"

    def begin(symbols, size, at, *options):
        tool.env["RDINIT_KERNEL"] = str(config(tool, **symbols))
        stand_in(tool, GUEST.replace("END", repr("stdio")) + f"""
import shutil; shutil.copy(sys.argv[sys.argv.index('-initrd') + 1], {str(tool.path / 'made.img')!r})
put(head('c', 100)); got = hear_packet()[1]
open({str(tool.path / 'got')!r}, 'wb').write(got); {EXIT}""")
        data.write_bytes(NOISE[:size])
        os.truncate(data, size)
        with open(data, "rb") as file:
            file.seek(at)
            done = subprocess.run([RDINIT, "run", "--stdio", "pipe", *options, "--isolated", "--", "/bin/true"], cwd=tool.path,
                                  env=tool.env, stdin=file, capture_output=True, timeout=100)
        assert (done.returncode, done.stderr) == (3, b"")
        entry = read_newc((tool.path / "made.img").read_bytes()).get(b"etc/rdinit/stdin")
        words = tool.run("cat", "made.img", "/etc/rdinit/cmdline").stdout if entry else b""
        assert (b"rdinit.stdin=/etc/rdinit/stdin" in words) == bool(entry)
        assert entry is None or entry.mode & 0o7777 == 0o400
        return entry and entry.data, (tool.path / "got").read_bytes()
    return begin


def test_a_file_on_stdin_is_in_the_image_where_its_way_is_slow(packed_input):
    assert packed_input({"VIRTIO_CONSOLE": ""}, 300000, 0) == (NOISE[:300000], b"")


def test_what_of_a_file_was_read_before_is_not_input(packed_input):
    assert packed_input({"VIRTIO_CONSOLE": ""}, 300000, 299990) == (NOISE[299990:300000], b"")


@pytest.mark.parametrize("symbols, size, options", [
    ({"VIRTIO_CONSOLE": ""}, 0, []), ({"VIRTIO_CONSOLE": ""}, 1000, ["--keep", "kept.img"]),
    ({"VIRTIO_CONSOLE": ""}, 33 << 20, ["--memory", "256"]), ({"VIRTIO_CONSOLE": ""}, 65 << 20, [])])
def test_other_input_goes_over_the_line(packed_input, symbols, size, options):
    assert packed_input(symbols, size, 0, *options) == (None, NOISE[:min(size, 100)])


def test_with_the_port_a_file_is_not_packed(tool):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, f"import shutil; shutil.copy(sys.argv[sys.argv.index('-initrd') + 1], {str(tool.path / 'made.img')!r})")
    with open(tool.write("data", NOISE), "rb") as file:
        subprocess.run([RDINIT, "run", "--stdio", "pipe", "--isolated", "--", "/bin/true"], cwd=tool.path, env=tool.env, stdin=file, check=False)
    assert b"etc/rdinit/stdin" not in read_newc((tool.path / "made.img").read_bytes())


# --- the size of the terminal ---

def test_the_size_of_the_terminal_is_sent_again_when_it_changes(tool):
    """Each time the last two packets, as QEMU's other side has them, are the size."""
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, """
fd = int(ends['port']); print([word for word in sys.argv[-1].split() if word.startswith('rdinit.window')]); sys.stdout.flush()
got = b''; say('wire', 'ready\\n')
while True:
    got += os.read(fd, 100)
    size = re.fullmatch(b'(?:.{6})*h(..)w(..)', got, re.S)
    if size: print('size', *(int.from_bytes(side, 'little') for side in size.groups()), flush=True)
    if got.endswith(b'w\\1\\1'): break
say('wire', 'exit 3\\noff\\n')""")
    child = pexpect.spawn(str(RDINIT), ["run", "--no-tuning", "--isolated", "--", "/bin/true"], cwd=str(tool.path), env=tool.env,
                          timeout=60, dimensions=(24, 80))
    child.expect_exact("['rdinit.window=24x80,rdinit.stdio']")
    child.expect("size 24 80\r\n")
    for rows, columns in ((33, 97), (300, 1000), (24, 257)):
        child.setwinsize(rows, columns)
        child.expect(f"size {rows} {columns}\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_what_is_no_terminal_has_no_size(tool):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, f"open({str(tool.path / 'words')!r}, 'w').write(' '.join(sys.argv))")
    tool.run("run", "--stdio", "console", "--isolated", "--", "/bin/true", check=False)
    assert "rdinit.window" not in (tool.path / "words").read_text()


# --- the status port ---

STATUS = """
fd = int(ends['status'])
def answers(count):
    got = b''
    while got.count(b'\\n') < count: got += os.read(fd, 100)
    return got
"""


def config(tool, **symbols):
    """A kernel whose configuration is Debian's but for these symbols; its modules lie where they lay."""
    boot = tool.path / "boot"
    boot.mkdir()
    kernel = boot / KERNEL.name
    kernel.symlink_to(KERNEL)
    text = next(KERNEL.parent.glob("config-*")).read_text()
    for name, value in symbols.items():
        text = re.sub(rf"^CONFIG_{name}=.*", f"CONFIG_{name}={value}" if value else f"# CONFIG_{name} is not set", text, flags=re.M)
    (boot / next(KERNEL.parent.glob("config-*")).name).write_text(text)
    (tool.path / "lib").symlink_to(KERNEL.parent.parent / "lib")
    return kernel


def test_each_line_of_the_status_port_is_acknowledged(tool):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, f"""{STATUS}
os.write(fd, b'ready\\nexit 5\\nwit'); first = answers(2); os.write(fd, b'hin 0\\noff\\n'); second = answers(2)
open({str(tool.path / 'heard')!r}, 'w').write(repr(first + second))""")
    done = tool.run("run", "--isolated", "--", "/bin/true", check=False)
    assert (done.returncode, done.stderr) == (5, b"")
    assert (tool.path / "heard").read_text() == repr(b"ack\n" * 4)


def test_a_guest_that_reads_no_answers_stops_nothing(tool):
    """Fifty thousand of them find no room."""
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    stand_in(tool, f"{STATUS}\nfor _ in range(500): os.write(fd, b'status x\\n' * 100)\nos.write(fd, b'ready\\nexit 5\\noff\\n')")
    assert tool.run("run", "--isolated", "--", "/bin/true", check=False).returncode == 5


@pytest.mark.parametrize("symbols, options, has_it, warns", [
    ({}, ["--stdio", "pipe"], True, False),
    ({}, ["--stdio", "console"], False, False),
    ({"X86_IOPL_IOPERM": ""}, ["--stdio", "console"], True, False),
    ({}, ["--stdio", "console", "--append", "lockdown=integrity"], True, False),
    ({"X86_IOPL_IOPERM": "", "VIRTIO_CONSOLE": ""}, ["--stdio", "pipe"], False, True),
    ({"VIRTIO_PCI": ""}, ["--stdio", "pipe"], False, False),
])
def test_which_machines_have_the_status_port(tool, symbols, options, has_it, warns):
    tool.env["RDINIT_KERNEL"] = str(config(tool, **symbols))
    stand_in(tool, f"say('console', 'text\\n'); open({str(tool.path / 'words')!r}, 'w').write(' '.join(sys.argv))")
    done = tool.run("run", *options, "--isolated", "--", "/bin/true", check=False)
    words = (tool.path / "words").read_text()
    assert ("virtserialport,chardev=status,name=rdinit" in words) == has_it, done.stderr
    wires = b"cannot reach the debug console port" + (b" or the virtio-serial port rdinit\n" if has_it else b"\n")
    assert wires in done.stderr
    assert (b"cannot report the program's exit status" in done.stderr) == warns, done.stderr
