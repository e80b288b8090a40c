# SPDX-License-Identifier: MIT
"""test_example_host.py - the host's side of the reports, as rdinit-init(8) describes it and a stranger would write it."""
import glob
import os
import pathlib
import subprocess
import sys

import pytest

from vm import HOST_TIMEOUT, PROJECT, RDINIT

HOST = pathlib.Path(__file__).with_name("example_host.py")
KERNEL = os.environ.get("RDINIT_KERNEL") or glob.glob(str(PROJECT / "build/kernel/debian/boot/vmlinuz-*"))[0]


@pytest.fixture(scope="module", name="image")
def image_fixture(tmp_path_factory):
    """A shell whose words are those of the kernel's command line, with the driver of the port."""
    path = tmp_path_factory.mktemp("host") / "shell.img"
    recipe = "init\nmodule virtio_pci\nmodule virtio_console\nprogram /bin/sh\n"
    subprocess.run([RDINIT, "pack", "--kernel", KERNEL, "-o", path, "-"], input=recipe.encode(), check=True)
    return path


# lockdown= keeps /init from the debug console port: the status comes over virtio-serial, where each line is answered.
@pytest.mark.parametrize("wire", ["", "lockdown=integrity"], ids=["debug console port", "virtio-serial port"])
@pytest.mark.parametrize("script, status, err", [
    ("exit 0", 0, ""), ("exit 7", 7, ""), ("kill -TERM $$", 143, ""),
    ("reboot", 127, ""), (None, 125, "init failed: appliance ENOENT")], ids=["well", "a status", "a signal", "not found", "a failure"])
def test_the_status_is_the_program_s(image, wire, script, status, err):
    run = f'"rdinit.run=/bin/sh -c \'{script}\'"' if script else 'rdinit.run=/bin/sh rdinit.stdin=/nope'
    done = subprocess.run([sys.executable, HOST, KERNEL, image, "quiet", "no_timer_check", wire, run],
                          capture_output=True, text=True, timeout=HOST_TIMEOUT)
    assert done.returncode == status, (done.stdout, done.stderr)
    assert err in done.stderr and bool(err) == bool(done.stderr)


def test_a_machine_that_says_nothing_has_failed(image):
    done = subprocess.run([sys.executable, HOST, KERNEL, image, "quiet", "no_timer_check", "rdinit=/bin/sh", "--", "-c", "exit"],
                          capture_output=True, text=True, timeout=HOST_TIMEOUT)
    assert done.returncode == 125 and "Kernel panic" in done.stdout
