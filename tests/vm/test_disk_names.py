# SPDX-License-Identifier: MIT
"""test_disk_names.py - roots by the names that disks have from their makers, and the links that udev would make."""

import pytest

from plug import command, plug_in, pull_out
from qemu import Machine, drive
from roots import PART, U
from vm import Row, check, run

WWN, SERIAL = "5000c50015ea71ac", "my disk"
# Linux believes no EUI-64 of QEMU's, as they were all the same once, and makes this of serial and model.
NVME_ID = f"nvme.1b36-{b'S1'.hex()}-{b'QEMU NVMe Ctrl'.hex()}-00000001"
VIRTIO = ["-device", f"virtio-blk-pci,drive=d,serial={SERIAL}"]
SCSI = ["-device", "virtio-scsi-pci", "-device", f"scsi-hd,drive=d,wwn=0x{WWN}"]
NVME = ["-device", "nvme,serial=S1,drive=d"]
IDE = ["-device", "ide-hd,drive=d,bus=ide.1,unit=1"]


@pytest.mark.parametrize("image, disk, options, root, on", [
    ("handoff", "ext4", VIRTIO, f'"root=WWID={SERIAL}"', "vda"),
    ("handoff", "gpt", VIRTIO, f'root="WWID={SERIAL}-part2"', "vda2"),
    ("handoff", "gpt", VIRTIO, "root=/dev/disk/by-id/virtio-my_disk-part2", "vda2"),
    ("scsi", "ext4", SCSI, f"root=WWID=naa.{WWN}", "sda"),
    ("scsi", "gpt", SCSI, f"root=/dev/disk/by-id/wwn-0x{WWN}-part2", "sda2"),
    ("scsi", "gpt", ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d,device_id=drive-scsi0"],
     "root=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-part2", "sda2"),
    ("nvme", "ext4", NVME, f"root=WWID={NVME_ID}", "nvme0n1"),
    ("nvme", "gpt", NVME, f"root=/dev/disk/by-id/nvme-{NVME_ID}-part2", "nvme0n1p2"),
    ("nvme", "gpt", NVME, "root=/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_S1-part2", "nvme0n1p2"),
    ("ide", "gpt", ["-device", "ide-hd,drive=d,serial=QM1"], "root=/dev/disk/by-id/ata-QEMU_HARDDISK_QM1-part2", "sda2"),
    ("ide", "gpt", ["-device", f"ide-hd,drive=d,serial=QM1,wwn=0x{WWN}"], "root=/dev/disk/by-id/ata-QEMU_HARDDISK_QM1-part2", "sda2"),
    ("handoff", "ext4", VIRTIO, "root=/dev/disk/by-path/virtio-pci-0000:00:02.0", "vda"),
    ("scsi", "gpt", SCSI, "root=/dev/disk/by-path/pci-0000:00:02.0-scsi-0:0:0:0-part2", "sda2"),
    ("nvme", "gpt", NVME, "root=/dev/disk/by-path/pci-0000:00:02.0-nvme-1-part2", "nvme0n1p2"),
    ("ide", "gpt", IDE, "root=/dev/disk/by-path/pci-0000:00:01.1-ata-2.1-part2", "sda2"),
])
def test_a_root_by_the_name_of_its_disk(tmp_path, files, image, disk, options, root, on):
    with Machine(tmp_path, files.get(f"{image}.img"), root, *drive(files.get(f"{disk}.root")), *options) as machine:
        said = machine.end()
        assert "ROOT-OK" in said and f"/dev/{on} / ext4 ro" in said, said[-2000:]


@pytest.mark.parametrize("root, there", [
    ("WWID=my", f"WWID={SERIAL}"),
    ("/dev/disk/by-path/pci-0000:00:03.0", "/dev/disk/by-path/pci-0000:00:02.0"),
])
def test_a_name_that_no_disk_has_is_reported_with_those_that_are_there(tmp_path, files, root, there):
    with Machine(tmp_path, files.get("handoff.img"), f"root={root} rd.timeout=1 rdinit.onfail=reboot",
                 *drive(files.get("gpt.root")), *VIRTIO) as machine:
        said = machine.end()
        assert f"find root={root}: " in said and f"init: root-find: vda: {there}\n" in said, said[-2000:]


SLASH = r"my\\x20\\x2froot -> ../../vda$"


@pytest.mark.parametrize("row", [
    Row("a program has links where it asks for them", ["--disk", "@slash.root,virtio", "--disk", "@gpt.root,virtio", "--append",
                                                       "rdinit.links", "@links.img"], 3, out=(
        rf"/dev/disk/by-label/:.* {SLASH}", rf"by-uuid/:.* {U} -> ../../vda$", r"by-partlabel/:.* first -> ../../vdb1$",
        r" my\\x20root -> ../../vdb2$", rf"by-partuuid/:.* {PART}2 -> ../../vdb2$",
        r"by-path/:.* pci-0000:00:0\d.0 -> ../../vda$", r"virtio-pci-0000:00:0\d.0-part2 -> ../../vdb2$")),
    Row("and none where it does not", ["--disk", "@slash.root,virtio", "@links.img"], 3, both="ls: /dev/disk", absent=SLASH),
    Row("what checks a root has them", ["--verbose", "--disk", "@slash.root,virtio,snapshot", "--append", "root=/dev/vda rdinit.links",
                                        "@fsck-links.img"], 0, out=("^ROOT-OK$", SLASH)),
    Row("a hand-off makes none", ["--verbose", "--disk", "@slash.root,virtio,snapshot", "--append", "root=/dev/vda", "@fsck-links.img"],
        0, out="^ROOT-OK$", absent=SLASH),
    Row("a shell after a failure has them", ["--disk", "@slash.root,virtio", "--append", "root=LABEL=nope rd.timeout=1 rdinit.onfail=shell ENV=/rc",
                                             "@shell.img"], 125, out=SLASH),
], ids=lambda row: row.name)
def test_links(row, files):
    check(row, run(row, files))


def test_links_and_drivers_follow_what_is_plugged_in_and_pulled_out(tmp_path, files):
    """Nothing is there when the program starts: neither a disk nor a card, and no driver of either is loaded."""
    with Machine(tmp_path, files.get("follow.img"), "rdinit.links") as machine:
        machine.wait_for("RUNS")
        plug_in(machine.monitor, files.get("slash.root"), driver="virtio-blk-pci", id="b", serial="S1")
        said = machine.wait_for("CAME")
        assert "virtio-S1 -> ../../vda" in said and "my\\x20\\x2froot -> ../../vda" in said, said[-2000:]
        pull_out(machine.monitor, "b")
        said = machine.wait_for("WENT")
        assert "vda" not in said[said.index("CAME"):], said[-2000:]
        command(machine.monitor, ("device_add", {"driver": "virtio-net-pci", "id": "n"}))
        assert "CARD" in machine.end() and "exit status 6" in machine.said()


def throttle(machine, disk):
    """From now on a byte a second."""
    limits = dict.fromkeys(("bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
    command(machine.monitor, ("block_set_io_throttle", {"device": disk, "bps": 1, **limits}))


def test_a_disk_that_hangs_does_not_hold_up_the_program_that_runs_nor_the_links_of_others(tmp_path, files):
    """Its first look goes through; the next one gets a byte a second. A probe has ten seconds, and the last sync sixty."""
    with Machine(tmp_path, files.get("hang.img"), "rdinit.links rdinit.grace=1",
                 *drive(files.get("ext4.root")), "-device", "virtio-blk-pci,drive=d") as machine:
        machine.wait_for("RUNS")
        machine.patience = 100
        throttle(machine, "d")
        command(machine.monitor, ("device_add", {"driver": "virtio-net-pci", "id": "n"}))
        machine.wait_for("AT ")
        plug_in(machine.monitor, files.get("slash.root"), node="other", driver="virtio-blk-pci")
        said = machine.end()
    # The program has seen the other's link and ended, and the first one's probe was still waited for.
    assert "init: exit status 6" in said and "no answer within" not in said[:said.index("init: exit status 6")], said[-2000:]
    assert "init: power: a disk has not answered for 60 s: giving up" in said, said[-2000:]
    assert "] reboot: " in said, said[-2000:]


@pytest.mark.parametrize("image, processors", [("hanglist", 1), ("hangtable", 2)])
def test_a_driver_that_hangs_does_not_keep_the_boot_from_other_disks(tmp_path, files, image, processors):
    """A disk that stops answering within its partition scan, which the load of its driver waits for."""
    with Machine(tmp_path, files.get(f"{image}.img"), "loglevel=7 root=/dev/nvme0n1 rd.timeout=3", "-smp", processors,
                 *drive(files.get("gpt.root"), "h"), "-device", "virtio-blk-pci,drive=h",
                 *drive(files.get("ext4.root")), *NVME) as machine:
        machine.wait_for("Linux version")  # the firmware has read what it wants
        throttle(machine, "h")
        machine.patience = 100
        said = machine.wait_for("ROOT-OK")
        assert "init: modules: load virtio_blk from /" in said and "(ETIMEDOUT)" in said, said[-2000:]
