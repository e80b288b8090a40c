# SPDX-License-Identifier: MIT
"""test_hibernation.py - a machine that was hibernated comes back by resume=; and where it does not."""
import subprocess

import pytest

from roots import SWAP, empty
from roots import run as command
from vm import RDINIT, SHOWN

MACHINE = ["--verbose", "--timeout", "60", "--memory", "256"]


def run(*words):
    """Status and all that was said."""
    done = subprocess.run([RDINIT, "run", *MACHINE, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=90)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace").replace("\r", "")


@pytest.fixture(scope="module")
def machine(files, tmp_path_factory):
    """Disks of a machine that hibernated: its program would go on behind that and end with 7."""
    swap = tmp_path_factory.mktemp("swap") / "swap"
    empty(swap, 256)
    command("mkswap", "-q", "-U", SWAP, "-L", "SWAP", swap)
    root = files.get("ext4.root")
    _, said = run("--disk", f"{root},virtio,snapshot", "--disk", f"{swap},virtio", files.get("hibernate.img"))
    assert "Image saving done" in said, said[-SHOWN:]
    return ["--disk", f"{root},virtio,snapshot", "--disk", f"{swap},virtio,snapshot"]


@pytest.mark.parametrize("words", [f"resume=UUID={SWAP}", "resume=LABEL=SWAP", "resume=/dev/vdb", "resume=254:16"])
def test_it_comes_back(files, machine, words):
    status, said = run(*machine, "--append", f"root=LABEL=ROOT {words}", files.get("handoff.img"))
    assert status == 7 and "GOES-ON" in said and "ROOT-OK" not in said, said[-SHOWN:]


@pytest.mark.parametrize("words, memory, says", [
    ("noresume resume=LABEL=SWAP", [], "root-find: "),
    ("resume=LABEL=SWAP", ["--memory", "288"], "resume: the kernel did not resume from /dev/vdb: starting afresh"),
], ids=["noresume", "another machine"])
def test_it_starts_afresh(files, machine, words, memory, says):
    status, said = run(*machine, *memory, "--append", f"root=LABEL=ROOT {words}", files.get("handoff.img"))
    assert status == 0 and "ROOT-OK" in said and "GOES-ON" not in said and says in said, said[-SHOWN:]


def test_swap_with_a_system_in_it_is_no_root(files, machine):
    status, said = run(*machine, "--append", "root=LABEL=SWAP rd.timeout=5", files.get("handoff.img"))
    assert status == 125 and "a hibernated system" in said, said[-SHOWN:]
