# SPDX-License-Identifier: MIT
"""Roots by each name on each bus that the profiles have drivers for; and disks that are late, slow or broken."""
import time

import pytest
from guests import Guest, direct, pack
from plug import plug_in
from roots import PART, U

BUSES = {
    "AHCI": ("metal", "q35", ["-device", "ide-hd,drive=d"], "sda"),
    "IDE": ("metal", "pc", ["-device", "ide-hd,drive=d"], "sda"),
    "xHCI": ("metal", "q35", ["-device", "qemu-xhci", "-device", "usb-storage,drive=d"], "sda"),
    "UAS": ("metal", "q35", ["-device", "qemu-xhci", "-device", "usb-uas,id=u", "-device", "scsi-hd,drive=d,bus=u.0"], "sda"),
    "EHCI": ("metal", "q35", ["-device", "usb-ehci,id=e", "-device", "usb-storage,drive=d,bus=e.0"], "sda"),
    "SD": ("metal", "q35", ["-device", "sdhci-pci", "-device", "sd-card,drive=d"], "mmcblk0"),
    "NVMe": ("metal", "q35", ["-device", "nvme,drive=d,serial=1"], "nvme0n1"),
    "SAS": ("metal", "q35", ["-device", "mptsas1068", "-device", "scsi-hd,drive=d,wwn=0x5000c50015ea71ae"], "sda"),
    "MegaRAID": ("metal", "q35", ["-device", "megasas", "-device", "scsi-hd,drive=d"], "sda"),
    "pvscsi": ("handoff", "q35", ["-device", "pvscsi", "-device", "scsi-hd,drive=d"], "sda"),
    "virtio": ("metal", "q35", ["-device", "virtio-blk-pci,drive=d"], "vda"),
    "virtio-scsi": ("handoff", "q35", ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"], "sda"),
}
NAMES = {
    "UUID": ("ext4", f"UUID={U}", 0),
    "LABEL": ("ext4", "LABEL=ROOT", 0),
    "PARTUUID": ("gpt", f"PARTUUID={PART}2", 2),
    "PARTLABEL": ("gpt", '"PARTLABEL=my root"', 2),
    "link": ("gpt", "/dev/disk/by-partlabel/my\\x20root", 2),
    "PARTNROFF": ("gpt", f"PARTUUID={PART}1/PARTNROFF=1", 2),
    "gpt-auto": ("gpt", "gpt-auto", 2),
    "path": ("gpt", "/dev/{node}", 2),
    "number": ("gpt", "{major}:{minor}", 2),
    "old number": ("gpt", "{major:x}{minor:02x}", 2),
}
# Those that the kernel hands out as they come are what they are in these machines.
NUMBERS = {"sda2": (8, 2), "mmcblk0p2": (179, 2), "nvme0n1p2": (259, 2), "vda2": (254, 2)}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return pack(tmp_path_factory.mktemp("buses") / "i.img", "init\n")


def node(disk, part):
    return f"{disk}{'p' if disk[-1].isdigit() else ''}{part}" if part else disk


def drive(file, more=""):
    return ["-drive", f"if=none,id=d,format=raw,snapshot=on,file={file}{more}"]


def boot(folder, image, words, *options, machine="q35", kernel="metal"):
    return Guest(folder, kernel, *direct(kernel, image, f"rd.timeout=20 {words}"), *options, machine=machine)


def boot_to_end(folder, image, words, *options, machine, kernel):
    """What it said. The kernel gives an EHCI controller a quarter of a second to start, which a busy host may not
    have: then it is another boot's turn."""
    for attempt in range(3):
        (folder / str(attempt)).mkdir()
        with boot(folder / str(attempt), image, words, *options, machine=machine, kernel=kernel) as guest:
            guest.end()
            if "can't setup: -110" not in guest.said():
                break
    return guest.said()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bus", BUSES)
def test_a_root(tmp_path, files, image, bus, name):
    kernel, machine, options, disk = BUSES[bus]
    file, root, part = NAMES[name]
    place = node(disk, part)
    major, minor = NUMBERS.get(place, (0, 0))
    said = boot_to_end(tmp_path, image, "root=" + root.format(node=place, major=major, minor=minor),
                       *drive(files.get(f"{file}.root")), *options, machine=machine, kernel=kernel)
    assert "ROOT-OK" in said and f"/dev/{place} / ext4 ro" in said, said[-2000:]


@pytest.mark.parametrize("bus, root", [
    ("AHCI", '"WWID=t10.ATA     QEMU HARDDISK                           QM00011             -part2"'),
    ("SD", "WWID=aa585951454d552101deadbeef006200-part2"),
    ("NVMe", "WWID=nvme.1b36-31-51454d55204e564d65204374726c-00000001-part2"),
    ("SAS", "WWID=naa.5000c50015ea71ae-part2"),
    ("SAS", "/dev/disk/by-path/pci-0000:00:01.0-sas-phy0-lun-0-part2"),
    ("SD", "/dev/disk/by-id/mmc-QEMU__0xdeadbeef-part2"),
    ("xHCI", "/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_1-0000:00:01.0-1-0:0-part2"),
    ("UAS", "/dev/disk/by-path/pci-0000:00:01.0-usb-0:1:1.0-scsi-0:0:0:0-part2"),
    ("xHCI", "/dev/disk/by-path/pci-0000:00:01.0-usb-0:1:1.0-scsi-0:0:0:0-part2"),
])
def test_a_root_by_the_name_of_its_disk(tmp_path, files, image, bus, root):
    kernel, machine, options, disk = BUSES[bus]
    with boot(tmp_path, image, f"root={root}", *drive(files.get("gpt.root")), *options, machine=machine,
              kernel=kernel) as guest:
        guest.end()
        assert f"/dev/{node(disk, 2)} / ext4 ro" in guest.said(), guest.said()[-2000:]


def test_a_disk_without_a_name_of_its_own_is_said_to_have_none(tmp_path, files, image):
    with boot(tmp_path, image, "root=WWID=x rd.timeout=1", *drive(files.get("gpt.root")), *BUSES["virtio"][2]) as guest:
        assert "failed root-find ETIMEDOUT" in guest.end()
        assert "init: root-find: vda: has no name of its own" in guest.said(), guest.said()[-2000:]


@pytest.mark.parametrize("controller", ["qemu-xhci,id=u", "usb-ehci,id=u"])
def test_a_stick_that_is_plugged_in_while_it_is_waited_for(tmp_path, files, image, controller):
    monitor = tmp_path / "qmp"
    with boot(tmp_path, image, f"root=UUID={U} rd.timeout=30", "-device", controller,
              "-qmp", f"unix:{monitor},server,nowait") as guest:
        deadline = time.monotonic() + 40
        while not guest.wire.exists() or "status root-find: waiting" not in guest.wire.read_text():
            assert time.monotonic() < deadline, guest.said()[-2000:]
            time.sleep(0.1)
        time.sleep(5)
        plug_in(monitor, files.get("gpt.root"), driver="usb-storage", bus="u.0")
        guest.end()
        assert "/dev/sda2 / ext4 ro" in guest.said(), guest.said()[-2000:]


def test_a_slow_disk_is_waited_for(tmp_path, files, image):
    with boot(tmp_path, image, f"root=UUID={U}", *drive(files.get("ext4.root"), ",throttling.bps-total=300000"),
              *BUSES["virtio"][2]) as guest:
        guest.end()
        assert "ROOT-OK" in guest.said(), guest.said()[-2000:]


def broken(folder, file, sector):
    rules = folder / "blkdebug.conf"
    rules.write_text(f'[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "{sector}"\nonce = "off"\n')
    return drive(f"blkdebug:{rules}:{file}")


def test_a_disk_with_errors_is_named_in_the_report(tmp_path, files, image):
    with boot(tmp_path, image, f"root=UUID={U} rd.timeout=1", *broken(tmp_path, files.get("ext4.root"), 2),
              *BUSES["virtio"][2]) as guest:
        assert "failed root-find ETIMEDOUT" in guest.end()
        assert "init: root-find: vda: cannot be read: I/O error" in guest.said(), guest.said()[-2000:]


def test_a_disk_with_errors_where_it_is_mounted(tmp_path, files, image):
    with boot(tmp_path, image, "root=/dev/vda rootfstype=ext4", *broken(tmp_path, files.get("ext4.root"), 2),
              *BUSES["virtio"][2]) as guest:
        assert "failed root-mount EIO" in guest.end()
        assert "mount /dev/vda on /newroot as ext4: I/O error (EIO)" in guest.said(), guest.said()[-2000:]
