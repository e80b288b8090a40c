# SPDX-License-Identifier: MIT
"""Hand-off to a real Debian: the longer suite, `make check-all`.

Each of Debian's four inits is booted from ext4 by Debian's kernel, through an image of /init and the
drivers, and by the profile `handoff`, through an image of /init alone; then by names, and from other file
systems. Somebody logs in at the console every time, asks how it went, and powers off."""
import re
import subprocess
import time

import pytest

import roots
import systems
from guests import KERNELS, WORDS
from systems import Console, root_of


def nothing(_root):
    pass


def sysvinit_console(root):
    with open(root / "etc/inittab", "a") as inittab:
        inittab.write("T0:23:respawn:/sbin/getty -L ttyS0 115200 vt100\n")


def finit_console(root):
    (root / "etc/finit.d/console.conf").write_text("tty [12345] @console 115200 vt100 noclear nowait\n")


INITS = {  # name: packages, what they leave to do, a question, its answer
    "systemd": ("systemd-sysv,udev,dbus,libpam-systemd,login", nothing,
                "systemctl is-system-running --wait; systemctl --failed --no-legend | wc -l", r"running\n0"),
    "sysvinit": ("sysvinit-core,udev,login", sysvinit_console, "/sbin/runlevel", "N 2"),
    "runit": ("runit-init,udev,login", nothing, "readlink /proc/1/exe; pgrep -c runsv", "/usr/s?bin/runit"),
    "finit": ("finit-sysv,finit-plugins,udev,login", finit_console, "/lib/finit/initctl -p runlevel; readlink /proc/1/exe", r"N 2\n/usr/s?bin/finit"),
}


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """The root of an init as a folder, made once."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = systems.make(tmp_path_factory.mktemp(name), *INITS[name][:2])
        return made[name]
    return make


def pack(path, modules):
    roots.run(systems.RDINIT, "pack", "-o", path, "-", text="init\n" + "".join(f"module {name}\n" for name in modules))
    return path


def use(console, name, root):
    """Logs in, and leaves with the status 0; `root` is what the root must be."""
    question, answer = INITS[name][2:]
    console.log_in()
    assert re.search(answer, console.ask(question))
    assert re.search(root, " ".join(root_of(console)))
    assert console.power_off() == 0


@pytest.mark.parametrize("kernel, modules", [("debian", ["virtio_pci", "virtio_blk", "ext4"]), ("handoff", [])])
@pytest.mark.parametrize("name", INITS)
def test_on_ext4(tmp_path, tree, name, kernel, modules):
    image = pack(tmp_path / "initrd.img", modules)
    options = [] if kernel == "debian" else ["--kernel", kernel]
    with systems.on_disk(systems.disk_of(tree(name), systems.ext4), "root=/dev/vda rw", image, *options) as console:
        use(console, name, "/dev/vda / ext4 rw")


WAYS = [
    ("systemd", systems.ext4, f"root=UUID={roots.U} rw", r"/dev/vda / ext4 rw"),
    ("sysvinit", systems.ext4, "root=LABEL=ROOT rw", r"/dev/vda / ext4 rw"),
    ("systemd", systems.xfs, f"root=UUID={roots.U} rw", r"/dev/vda / xfs rw"),
    ("runit", systems.xfs, "root=LABEL=ROOT rw", r"/dev/vda / xfs rw"),
    ("systemd", systems.btrfs, f"root=UUID={roots.U} rootflags=subvol=@ rw", r"/dev/vda / btrfs rw,\S*subvol=/@ "),
    ("systemd", systems.squashfs, "root=/dev/vda rd.overlay", r"overlay / overlay rw,\S*lowerdir=/run/rdinit/lower"),
    ("finit", systems.squashfs, "root=/dev/vda rd.overlay", r"overlay / overlay rw,\S*lowerdir=/run/rdinit/lower"),
]


@pytest.mark.parametrize("name, file_system, words, root", WAYS,
                         ids=[f"{row[0]}-{row[1].__name__}-{row[2].split('=')[1]}" for row in WAYS])
def test_by_name(tmp_path, tree, name, file_system, words, root):
    modules = ["virtio_pci", "virtio_blk", file_system.__name__] + ["overlay"] * ("rd.overlay" in words)
    image = pack(tmp_path / "initrd.img", modules)
    with systems.on_disk(systems.disk_of(tree(name), file_system), words, image) as console:
        use(console, name, root)


def direct(image, words, *options):
    """The profile `handoff` in a machine that `rdinit run` does not make."""
    return Console("qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "768", "-nodefaults",
                   "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-kernel",
                   KERNELS / "handoff/bzImage", "-initrd", image, "-append", f"console=ttyS0 {WORDS} {words}", *options)


def test_by_its_place_which_udev_names_alike(tmp_path, tree):
    disk = systems.disk_of(tree("systemd"), systems.ext4)
    with direct(pack(tmp_path / "initrd.img", []), "root=/dev/disk/by-path/pci-0000:00:05.0 rw", "-drive",
                f"if=none,id=d,format=raw,snapshot=on,file={disk}", "-device", "virtio-blk-pci,drive=d,addr=5") as console:
        console.log_in()
        assert console.ask("readlink -f /dev/disk/by-path/pci-0000:00:05.0") == "/dev/vda"
        assert root_of(console)[0] == "/dev/vda"
        assert console.power_off() == 0


def test_on_a_folder_by_9p(tmp_path, tree):
    share = f"local,id=f,path={tree('systemd')},security_model=none,readonly=on"
    with direct(pack(tmp_path / "initrd.img", []), "root=9p:top rd.overlay", "-fsdev", share, "-device",
                "virtio-9p-pci,fsdev=f,mount_tag=top") as console:
        use(console, "systemd", "overlay / overlay rw")


def test_on_a_folder_by_virtiofs(tmp_path, tree):
    socket = tmp_path / "socket"
    daemon = subprocess.Popen(["/usr/lib/qemu/virtiofsd", f"--socket-path={socket}", "-o", f"source={tree('systemd')}",
                               "-o", "sandbox=chroot"], stderr=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert daemon.poll() is None
            time.sleep(0.05)
        with direct(pack(tmp_path / "initrd.img", []), "root=top rootfstype=virtiofs rd.overlay", "-object",
                    "memory-backend-memfd,id=mem,size=768M,share=on", "-machine", "memory-backend=mem", "-chardev",
                    f"socket,id=c,path={socket}", "-device", "vhost-user-fs-pci,chardev=c,tag=top") as console:
            use(console, "systemd", "overlay / overlay rw")
    finally:
        daemon.kill()
        daemon.wait()
