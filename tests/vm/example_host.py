#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""example_host.py KERNEL IMAGE [PARAMETER...] - boots an image of rdinit in plain QEMU, and exits with its program's status.

The whole host's side of "REPORTING TO THE HYPERVISOR" in rdinit-init(8), to be copied into what starts machines elsewhere.
"""
import select
import signal
import socket
import subprocess
import sys

WITHIN = 90     # seconds of an end that /init has not announced with "within"
LINGER = 10     # and beyond what it has
MACHINE_FAILED = 125


def start(kernel, image, parameters):
    """QEMU, and our ends of both wires: /init uses the first that its kernel can reach."""
    (debug, debug_of_qemu), (port, port_of_qemu) = socket.socketpair(), socket.socketpair()
    line = ["qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-m", "256", "-nodefaults", "-no-reboot", "-display", "none",
            "-kernel", kernel, "-initrd", image, "-append", " ".join(["console=ttyS0", "panic=-1", "rdinit.onfail=poweroff", *parameters]),
            "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
            "-chardev", f"socket,id=debug,fd={debug_of_qemu.fileno()}", "-device", "isa-debugcon,iobase=0xe9,chardev=debug",
            "-chardev", f"socket,id=port,fd={port_of_qemu.fileno()}", "-device", "virtio-serial-pci",
            "-device", "virtserialport,chardev=port,name=rdinit"]
    qemu = subprocess.Popen(line, stdin=subprocess.DEVNULL, pass_fds=[debug_of_qemu.fileno(), port_of_qemu.fileno()])
    debug_of_qemu.close()
    port_of_qemu.close()
    return qemu, debug, port


def status_of(line, status):
    """The exit status after this line of /init, as a shell has it; None: not known yet."""
    word, _, rest = line.partition(" ")
    if word == "exit":
        return int(rest)
    if word == "signal":
        name = f"SIG{rest}"
        return 128 + (signal.Signals[name].value if name in signal.Signals.__members__ else 0)
    if word == "failed" and status is None:
        print(f"init failed: {rest}", file=sys.stderr)
        return MACHINE_FAILED
    return status


def lines_of(wires, port, seconds):
    """Each line, with its newline gone, until QEMU has closed both wires or nothing comes for `seconds()`."""
    pending = {wire: b"" for wire in wires}
    while pending:
        ready = select.select(list(pending), [], [], seconds())[0]
        if not ready:
            return
        for wire in ready:
            block = wire.recv(4096)
            if not block:
                del pending[wire]
                continue
            if wire is port:    # what is on its way there would be lost at power off: /init waits for the answers
                wire.sendall(b"ack\n" * block.count(b"\n"))
            *whole, pending[wire] = (pending[wire] + block).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)


def main(kernel, image, *parameters):
    """A machine that ends without a word of /init has failed; one that does not end in time is ended."""
    qemu, debug, port = start(kernel, image, parameters)
    status, limit = None, None
    for line in lines_of([debug, port], port, lambda: limit):
        status = status_of(line, status)
        if line.startswith("within "):
            limit = int(line.split()[1]) + LINGER
        elif status is not None and limit is None:
            limit = WITHIN
    qemu.kill()
    qemu.wait()
    return MACHINE_FAILED if status is None else status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
