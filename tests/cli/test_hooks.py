# SPDX-License-Identifier: MIT
"""test_hooks.py - the hooks that pack an image whenever a kernel is installed, run as distributions do."""
import os
import shutil
import subprocess

import pytest

from conftest import PROJECT, RDINIT
from modtree import RELEASE
from test_host import Host, names


@pytest.fixture
def host(tmp_path):
    """A host in whose root `make install HOOKS=1` put the hooks."""
    (tmp_path / "host").mkdir()
    host = Host(tmp_path / "host")
    host.index()
    host.write("boot/vmlinuz-" + RELEASE, "")
    host.write("etc/fstab", "UUID=1-2 / ext4 defaults 0 1\n")
    subprocess.run(["make", "-C", PROJECT, "-s", "install-hooks", f"DESTDIR={host.root}", "PREFIX=/usr"], check=True,
                   capture_output=True)
    host.write("defaults", f"OPTIONS='--host-root {host.root}'\n")
    return host


def environment(host, **more):
    return {**os.environ, "RDINIT": RDINIT, "RDINIT_DEFAULTS": str(host.root / "defaults"),
            "XDG_CACHE_HOME": str(host.root / "cache"), **more}


def run_parts(host, stage, **more):
    """As the maintainer scripts of Debian's kernels do."""
    return subprocess.run(["run-parts", "--verbose", "--exit-on-error", f"--arg={RELEASE}",
                           f"--arg={host.root}/boot/vmlinuz-{RELEASE}", f"{host.root}/etc/kernel/{stage}.d"],
                          env=environment(host, **more), stdin=subprocess.DEVNULL, capture_output=True, text=True)


def kernel_install(host, *words, **more):
    plugin = host.root / "usr/lib/kernel/install.d/55-rdinit.install"
    return subprocess.run([plugin, *words], env=environment(host, **more), capture_output=True, text=True)


def boot(host):
    return sorted(os.listdir(host.root / "boot"))


@pytest.mark.parametrize("params", [{}, {"DEB_MAINT_PARAMS": "'configure' '1.0'"}])
def test_a_kernel_that_is_installed_gets_its_image(tool, host, params):
    done = run_parts(host, "postinst", **params)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "", "debconf listens there"
    shutil.copy(host.root / f"boot/rdinit.img-{RELEASE}", tool.path / "rdinit.img")
    entries = tool.image()
    assert names(entries) == ["pcibus", "blk", "crc", "ext4"]
    assert entries[b"etc/rdinit/cmdline"].data == b"root=UUID=1-2 rootfstype=ext4\n"


def test_the_name_and_the_options_are_the_administrators(host):
    with open(host.root / "defaults", "a") as defaults:
        defaults.write('NAME=initrd.img\nOPTIONS="$OPTIONS --compress lz4"\n')
    assert run_parts(host, "postinst").returncode == 0
    image = host.root / f"boot/initrd.img-{RELEASE}"
    assert image.read_bytes()[:4] == b"\x02\x21\x4c\x18"
    assert run_parts(host, "postrm").returncode == 0 and not image.exists()


@pytest.mark.parametrize("params", ["abort-upgrade 1.0", "triggered x", "''"])
def test_other_reasons_to_be_called_change_nothing(host, params):
    assert run_parts(host, "postinst", DEB_MAINT_PARAMS=params).returncode == 0
    assert boot(host) == [f"vmlinuz-{RELEASE}"]


def test_a_failure_is_reported_and_leaves_the_old_image_whole(host):
    image = host.root / f"boot/rdinit.img-{RELEASE}"
    image.write_text("the old one")
    host.mounted("0:50", "overlay", "overlay")
    done = run_parts(host, "postinst")
    assert done.returncode != 0 and "its root is overlay" in done.stderr
    assert image.read_text() == "the old one" and len(boot(host)) == 2, "nothing half-made beside it"


def test_a_kernel_that_is_removed_takes_its_image_along(host):
    assert run_parts(host, "postinst").returncode == 0
    assert run_parts(host, "postrm", DEB_MAINT_PARAMS="upgrade 1.0").returncode == 0
    assert len(boot(host)) == 2, "it is only replaced"
    assert run_parts(host, "postrm", DEB_MAINT_PARAMS="remove").returncode == 0
    assert boot(host) == [f"vmlinuz-{RELEASE}"]
    assert run_parts(host, "postrm").returncode == 0, "and once more"


# --- kernel-install ---

def test_kernel_install_finds_the_initrd_in_its_staging_area(tool, host):
    staging = host.root / "staging"
    staging.mkdir()
    words = ["add", RELEASE, str(host.root / "entry"), str(host.root / f"boot/vmlinuz-{RELEASE}")]
    ours = {"KERNEL_INSTALL_INITRD_GENERATOR": "rdinit", "KERNEL_INSTALL_STAGING_AREA": str(staging)}
    for others in ({}, {"KERNEL_INSTALL_INITRD_GENERATOR": "dracut"}):
        done = kernel_install(host, *words, **{**ours, **others} if others else {})
        assert done.returncode == 0 and not list(staging.iterdir()), "another one's task"
    assert kernel_install(host, *words, "/an/initrd", **ours).returncode == 0 and not list(staging.iterdir())
    assert kernel_install(host, "remove", RELEASE, "/entry", **ours).returncode == 0 and not list(staging.iterdir())
    done = kernel_install(host, *words, **ours)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in staging.iterdir()] == ["initrd"]
    shutil.copy(staging / "initrd", tool.path / "rdinit.img")
    assert "ext4" in names(tool.image())


def test_an_old_kernel_install_is_told_apart(host):
    done = kernel_install(host, "add", RELEASE, "/entry", "/image", KERNEL_INSTALL_INITRD_GENERATOR="rdinit")
    assert done.returncode == 1 and "systemd 250" in done.stderr


def test_the_hooks_call_the_installed_program(host):
    for hook in ("usr/lib/kernel/install.d/55-rdinit.install", "etc/kernel/postinst.d/rdinit"):
        assert "${RDINIT:-/usr/bin/rdinit}" in (host.root / hook).read_text()
