# SPDX-License-Identifier: MIT
"""test_shares.py - a directory of the host as the root: 9p and virtiofs, on the profile `handoff`."""
import subprocess
import time

import pytest

import roots
from guests import Guest, direct

P9 = ["-fsdev", "local,id=f,path={tree},security_model=none,readonly=on", "-device", "virtio-9p-pci,fsdev=f,mount_tag=top"]


def boot(files, tmp_path, name, words, *options, memory=256):
    return Guest(tmp_path, name, *direct("handoff", files.get("plain.img"), words), *options, memory=memory)


@pytest.mark.parametrize("words", ["root=top rootfstype=9p", "root=9p:top"])
def test_9p(files, tmp_path, words):
    tree = roots.tree(files.directory)
    with boot(files, tmp_path, "nine", words, *(word.format(tree=tree) for word in P9)) as guest:
        guest.wait_for("ROOT-OK")
        guest.wait_for("top / 9p ro")


def test_9p_with_an_overlay(files, tmp_path):
    tree = roots.tree(files.directory)
    with boot(files, tmp_path, "nine", "root=9p:top rd.overlay", *(word.format(tree=tree) for word in P9)) as guest:
        guest.wait_for("overlay / overlay rw")
        guest.wait_for("WRITTEN")
    assert not (tree / "written").exists()


def test_virtiofs(files, tmp_path):
    tree, socket = roots.tree(files.directory), tmp_path / "socket"
    daemon = subprocess.Popen(["/usr/lib/qemu/virtiofsd", f"--socket-path={socket}", "-o", f"source={tree}",
                               "-o", "sandbox=chroot"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if socket.exists():
                break
            time.sleep(0.05)
        with boot(files, tmp_path, "fs", "root=top rootfstype=virtiofs", "-object",
                  "memory-backend-memfd,id=mem,size=256M,share=on", "-machine", "memory-backend=mem",
                  "-chardev", f"socket,id=c,path={socket}", "-device", "vhost-user-fs-pci,chardev=c,tag=top") as guest:
            guest.wait_for("ROOT-OK")
            guest.wait_for("top / virtiofs ro")
    finally:
        daemon.kill()
        daemon.wait()


def test_a_tag_that_nobody_offers(files, tmp_path):
    with boot(files, tmp_path, "none", "root=9p:nope rd.timeout=1") as guest:
        wire = guest.end()
        assert "mount the host's directory nope on /newroot as 9p" in guest.said()
    assert "failed root-mount ENOENT" in wire
