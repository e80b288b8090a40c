"""Hand-off to a real Debian on its own ext4 disk: the longer suite, `make check-all`.

Each root is made by mmdebstrap from the host's own package sources, holds one job that reports
and powers off, and is booted twice: by Debian's kernel, through an image of /init and the drivers,
and by the profile `handoff`, through an image of /init alone. systemd's is booted by names and on other
file systems, too."""
import os
import re
import subprocess
from pathlib import Path

import pytest

import roots
from guests import Guest, direct

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
ExecStart=/bin/grep " / " /proc/mounts
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
    root, disk = folder / "root", folder / "ext4"
    mode = "root" if os.geteuid() == 0 else "unshare"
    subprocess.run(["mmdebstrap", f"--mode={mode}", "--quiet", "--variant=minbase", f"--include={packages}",
                    "--skip=cleanup/apt", "--dpkgopt=path-exclude=/usr/share/{doc,info,man,locale}/*",
                    "bookworm", root], check=True, stdin=subprocess.DEVNULL)
    (root / "etc/hostname").write_text("guest\n")
    job(root)
    subprocess.run(["truncate", "-s", "900M", disk], check=True)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-U", roots.U, "-L", "ROOT", "-d", root, disk], check=True)


KERNELS = [
    ("debian", [], ["--module", "virtio_pci", "--module", "virtio_blk", "--module", "ext4"], ""),
    ("handoff", ["--kernel", "handoff"], ["-"], "init\n"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Of a row of DEBIANS: a folder with its root, as a tree and as ext4; made once."""
    folders = {}

    def make(name, packages, job, _expected):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            make_disk(folders[name], packages, job)
        return folders[name]
    return make


@pytest.fixture(scope="module", params=DEBIANS, ids=[row[0] for row in DEBIANS])
def debian(request, made):
    return made(*request.param) / "ext4", request.param[-1]


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


# --- by names, and on other file systems ---

WAYS = [
    ("UUID", "ext4", f"root=UUID={roots.U} rw", r"/dev/vda / ext4 rw"),
    ("LABEL", "ext4", "root=LABEL=ROOT rw", r"/dev/vda / ext4 rw"),
    ("subvolume", "btrfs", f"root=UUID={roots.U} rootflags=subvol=@ rw", r"/dev/vda / btrfs rw,\S*subvol=/@ "),
    ("overlay", "squashfs", "root=/dev/vda rd.overlay", r"overlay / overlay rw,\S*lowerdir=/run/rdinit/lower"),
]
FILE_SYSTEMS = {
    "btrfs": f"truncate -s 1G {{f}} && mkfs.btrfs -q -U {roots.U} -L ROOT --rootdir {{root}} {{f}}",
    "squashfs": "mksquashfs {root} {f} -noappend -quiet -no-progress -comp zstd -Xcompression-level 1",
}


@pytest.fixture(scope="module")
def systemd(made):
    return made(*DEBIANS[0])


def disk_of(folder, kind):
    disk = folder / kind
    if not disk.exists():
        roots.run("sh", "-c", FILE_SYSTEMS[kind].format(f=disk, root=folder / "root"))
        if kind == "btrfs":
            roots.in_guest("btrfs subvolume snapshot /m /m/@", disk)
    return disk


@pytest.mark.parametrize("kind, words, root", [row[1:] for row in WAYS], ids=[row[0] for row in WAYS])
def test_systemd_on(tmp_path, systemd, kind, words, root):
    disk, image = disk_of(systemd, kind), tmp_path / "initrd.img"
    modules = ["virtio_pci", "virtio_blk", kind] + ["overlay"] * ("rd.overlay" in words)
    roots.run(RDINIT, "pack", "-o", image, *(word for name in modules for word in ("--module", name)))
    done = subprocess.run([RDINIT, "run", "--memory", "768", "--timeout", "240", "--disk", f"{disk},virtio,snapshot",
                           "--append", words, image], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace")
    for pattern in (MARK, root):
        assert re.search(pattern, done.stdout), done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0, done.stderr


def test_systemd_on_a_folder_of_the_host(tmp_path, systemd):
    image = tmp_path / "initrd.img"
    roots.run(RDINIT, "pack", "-o", image, "-", text="init\n")
    share = f"local,id=f,path={systemd / 'root'},security_model=none,readonly=on"
    with Guest(tmp_path, "nine", *direct("handoff", image, "root=9p:top rd.overlay"), "-fsdev", share,
               "-device", "virtio-9p-pci,fsdev=f,mount_tag=top", memory=768) as guest:
        guest.process.wait(240)
        assert MARK in guest.said() and "overlay / overlay rw" in guest.said(), guest.said()[-4000:]
