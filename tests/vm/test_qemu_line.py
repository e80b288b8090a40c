# SPDX-License-Identifier: MIT
"""test_qemu_line.py - the command line of QEMU that is printed boots the machine, and gdb can halt it."""
import shutil
import socket
import subprocess
import time

from vm import HOST_TIMEOUT, RDINIT, TIMEOUT

BOX = shutil.which("busybox")


def test_the_line_of_a_dry_run_boots_in_a_shell(tmp_path):
    program = [BOX, "sh", "-c", "echo \"it's\" here; exit 3"]
    printed = subprocess.run([RDINIT, "run", "--dry-run", "--keep", tmp_path / "a b.img", "--isolated", "--", *program], check=True,
                             capture_output=True, text=True, timeout=HOST_TIMEOUT)
    done = subprocess.run(["sh", "-c", printed.stdout], stdin=subprocess.DEVNULL, capture_output=True, timeout=HOST_TIMEOUT, check=False)
    assert b"it's here" in done.stdout and b"exit 3" in done.stderr.splitlines(), (done.stdout[-2000:], done.stderr)


def gdb_answer(connection, packet):
    """Sends a packet of gdb's protocol. Source: gdb's manual, Remote Protocol."""
    connection.sendall(b"$%s#%02x" % (packet, sum(packet) % 256))


def test_a_machine_waits_for_gdb():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([RDINIT, "run", "--timeout", TIMEOUT, f"--gdb={port}", "--isolated", "--", BOX, "sh", "-c", "echo ran; exit 4"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as machine:
        end = time.monotonic() + HOST_TIMEOUT
        connection = None
        while not connection and time.monotonic() < end:
            try:
                connection = socket.create_connection(("127.0.0.1", port), 5)
            except OSError:
                time.sleep(0.2)
        with connection:
            gdb_answer(connection, b"?")
            answer = b""
            while b"#" not in answer:
                answer += connection.recv(1000)
            assert b"$T" in answer and machine.poll() is None
            connection.sendall(b"+")
            gdb_answer(connection, b"c")
            out, err = machine.communicate(timeout=HOST_TIMEOUT)
    assert (machine.returncode, out) == (4, b"ran\n") and b"target remote" in err, err
