"""Hand-off to a real Debian on its own ext4 disk: the longer suite, `make check-all`.

Each root is made by mmdebstrap from the host's own package sources, holds one job that reports
and powers off, and is booted twice: by Debian's kernel, through an image of /init and the drivers,
and by the profile `handoff`, through an image of /init alone."""
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
RDINIT = os.environ.get("RDINIT", str(ROOT / "build/rdinit"))
MARK = "REACHED-MULTI-USER"

SYSTEMD_UNIT = f"""[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/console
ExecStart=/bin/sh -c 'test "$(systemctl is-active multi-user.target)" = active && echo {MARK}'
ExecStart=/bin/sh -c 'echo FAILED-UNITS $(systemctl --failed --no-legend | wc -l)'
ExecStart=/bin/systemctl poweroff
[Install]
WantedBy=multi-user.target
"""


def systemd_job(root):
    unit = root / "etc/systemd/system/report.service"
    unit.write_text(SYSTEMD_UNIT)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "report.service").symlink_to("/etc/systemd/system/report.service")


def sysvinit_job(root):
    with open(root / "etc/inittab", "a") as inittab:
        inittab.write(f'rd:2345:once:/bin/sh -c "echo {MARK} $(/sbin/runlevel) >/dev/console; '
                      '/sbin/poweroff"\n')


DEBIANS = [
    ("systemd", "systemd-sysv,udev,dbus,libpam-systemd,login", systemd_job, [MARK, "FAILED-UNITS 0"]),
    ("sysvinit", "sysvinit-core,udev,login", sysvinit_job, [MARK + " N 2"]),
]


def make_disk(folder, packages, job):
    root, disk = folder / "root", folder / "root.ext4"
    mode = "root" if os.geteuid() == 0 else "unshare"
    subprocess.run(["mmdebstrap", f"--mode={mode}", "--quiet", "--variant=minbase", f"--include={packages}",
                    "--skip=cleanup/apt", "--dpkgopt=path-exclude=/usr/share/{doc,info,man,locale}/*",
                    "bookworm", root], check=True, stdin=subprocess.DEVNULL)
    (root / "etc/hostname").write_text("guest\n")
    job(root)
    subprocess.run(["truncate", "-s", "900M", disk], check=True)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", root, disk], check=True)
    return disk


KERNELS = [
    ("debian", [], ["--module", "virtio_pci", "--module", "virtio_blk", "--module", "ext4"], ""),
    ("handoff", ["--kernel", "handoff"], ["-"], "init\n"),
]


@pytest.fixture(scope="module", params=DEBIANS, ids=[row[0] for row in DEBIANS])
def debian(request, tmp_path_factory):
    name, packages, job, expected = request.param
    return make_disk(tmp_path_factory.mktemp(name), packages, job), expected


@pytest.mark.parametrize("kernel, boot, packed, recipe", KERNELS, ids=[row[0] for row in KERNELS])
def test_debian_reaches_multi_user_behind_our_init(tmp_path, debian, kernel, boot, packed, recipe):
    disk, expected = debian
    image = tmp_path / "initrd.img"
    subprocess.run([RDINIT, "pack", "-o", image, *packed], input=recipe.encode(), check=True)
    done = subprocess.run([RDINIT, "run", *boot, "--memory", "768", "--timeout", "240", "--disk",
                           f"{disk},virtio,snapshot", "--append", "root=/dev/vda rw", image],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    for text in expected:
        assert text in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0, done.stderr
