# SPDX-License-Identifier: MIT
"""Programs of a Debian of another release, from its root as a folder, booted: the longer suite.

The root is made by mmdebstrap; its C library is not the host's, and nothing in it is run here."""
import os
import platform
import subprocess
from pathlib import Path

import pytest

RDINIT = os.environ.get("RDINIT", str(Path(__file__).resolve().parents[2] / "build/rdinit"))
RELEASES = ["bookworm", "trixie"]
PYTHON = "import ctypes, json, os; print(os.confstr('CS_GNU_LIBC_VERSION'), json.dumps([1]))"


def own_release():
    return platform.freedesktop_os_release().get("VERSION_CODENAME")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Another release than the host's."""
    root = tmp_path_factory.mktemp("other") / "root"
    release = next(name for name in RELEASES if name != own_release())
    subprocess.run(["mmdebstrap", f"--mode={'root' if os.geteuid() == 0 else 'unshare'}", "--quiet", "--variant=minbase",
                    "--include=python3-minimal,libpython3-stdlib", "--skip=cleanup/apt", release, root], check=True,
                   stdin=subprocess.DEVNULL)
    return root


def test_python_of_another_release(root, tmp_path):
    own = os.confstr("CS_GNU_LIBC_VERSION")
    done = subprocess.run([RDINIT, "run", "--timeout", "60", "--sysroot", root, "--", "/usr/bin/python3", "-c", PYTHON],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("glibc 2.") and done.stdout.endswith(" [1]\n")
    assert done.stdout.split()[1] != own.split()[1], "the host's"


def test_an_image_of_it_and_what_check_says(root, tmp_path):
    image = tmp_path / "x.img"
    subprocess.run([RDINIT, "pack", "-o", image, "--sysroot", root, "--app", "/usr/bin/python3", "-c", PYTHON], check=True)
    assert subprocess.run([RDINIT, "check", image], stdout=subprocess.PIPE).returncode == 0
    done = subprocess.run([RDINIT, "run", "--timeout", "60", "--memory", "512", image], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    assert done.returncode == 0 and " [1]" in done.stdout, done.stdout[-2000:] + done.stderr


def test_the_notes_of_a_real_systemd(root, tmp_path):
    """apt is linked to libsystemd, which since 255 has notes of what it opens; minbase lacks one of them."""
    library = next((root / "usr/lib/x86_64-linux-gnu").glob("libsystemd.so.0.*"))
    if b"Support for journald forward-sealing" not in library.read_bytes():
        pytest.skip(f"{library.name} of this release has no notes")

    def pack(words):
        return subprocess.run([RDINIT, "pack", "-o", tmp_path / "x.img", "--sysroot", root, "-"], check=True, text=True,
                              input=f"init\nprogram apt-get {words}\n", capture_output=True).stderr

    assert pack("") == ""
    assert ('libgcrypt.so.20 not found: suggested for "Support for journald forward-sealing" by '
            "/lib/x86_64-linux-gnu/libsystemd.so.0") in pack("dlopen=suggested")
