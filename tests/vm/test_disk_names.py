"""test_disk_names.py - roots by the names that disks have from their makers, and the links that udev would make."""
import pytest

from qemu import Machine, drive
from roots import U

WWN, SERIAL = "5000c50015ea71ac", "my disk"
# Linux believes no EUI-64 of QEMU's, as they were all the same once, and makes this of serial and model.
NVME_ID = f"nvme.1b36-{b'S1'.hex()}-{b'QEMU NVMe Ctrl'.hex()}-00000001"
VIRTIO = ["-device", f"virtio-blk-pci,drive=d,serial={SERIAL}"]
SCSI = ["-device", "virtio-scsi-pci", "-device", f"scsi-hd,drive=d,wwn=0x{WWN}"]
NVME = ["-device", "nvme,serial=S1,drive=d"]


@pytest.mark.parametrize("image, disk, options, root, on", [
    ("handoff", "ext4", VIRTIO, f'"root=WWID={SERIAL}"', "vda"),
    ("handoff", "gpt", VIRTIO, f'root="WWID={SERIAL}-part2"', "vda2"),
    ("handoff", "gpt", VIRTIO, "root=/dev/disk/by-id/virtio-my_disk-part2", "vda2"),
    ("scsi", "ext4", SCSI, f"root=WWID=naa.{WWN}", "sda"),
    ("scsi", "gpt", SCSI, f"root=/dev/disk/by-id/wwn-0x{WWN}-part2", "sda2"),
    ("nvme", "ext4", NVME, f"root=WWID={NVME_ID}", "nvme0n1"),
    ("nvme", "gpt", NVME, f"root=/dev/disk/by-id/nvme-{NVME_ID}-part2", "nvme0n1p2"),
    ("nvme", "gpt", NVME, "root=/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_S1-part2", "nvme0n1p2"),
    ("ide", "gpt", ["-device", "ide-hd,drive=d,serial=QM1"], "root=/dev/disk/by-id/ata-QEMU_HARDDISK_QM1-part2", "sda2"),
])
def test_a_root_by_the_name_of_its_disk(tmp_path, files, image, disk, options, root, on):
    with Machine(tmp_path, files.get(f"{image}.img"), root, *drive(files.get(f"{disk}.root")), *options) as machine:
        said = machine.end()
        assert "ROOT-OK" in said and f"/dev/{on} / ext4 ro" in said, said[-2000:]


def test_a_name_that_no_disk_has_is_reported_with_those_that_are_there(tmp_path, files):
    with Machine(tmp_path, files.get("handoff.img"), "root=WWID=my rd.timeout=1 rdinit.onfail=reboot",
                 *drive(files.get("gpt.root")), *VIRTIO) as machine:
        said = machine.end()
        assert "find root=WWID=my: " in said and f"init: root-find: vda: WWID={SERIAL}\n" in said, said[-2000:]
