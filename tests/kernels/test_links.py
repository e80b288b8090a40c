# SPDX-License-Identifier: MIT
"""The links of /dev/disk that tell disks by their maker and by their place, beside those that Debian's udev makes in
the same machine: udev's own list of them is read, as /init goes on making its links meanwhile."""
import os
import re
import subprocess
from pathlib import Path

import pytest
from guests import Guest, direct, pack

TABLE = b"label: gpt\nstart=2048, size=2048\nstart=4096, size=2048\n"
UDEV = """init
applets /bin/busybox
program /usr/bin/udevadm
slink /lib/systemd/systemd-udevd /usr/bin/udevadm 0777 0 0
program /usr/lib/udev/ata_id
program /usr/lib/udev/scsi_id
program /usr/lib/udev/cdrom_id
file /etc/passwd /etc/passwd 0644 0 0
file /etc/group /etc/group 0644 0 0
file /usr/lib/udev/rules.d/50-udev-default.rules /usr/lib/udev/rules.d/50-udev-default.rules 0644 0 0
file /usr/lib/udev/rules.d/60-cdrom_id.rules /usr/lib/udev/rules.d/60-cdrom_id.rules 0644 0 0
file /usr/lib/udev/rules.d/60-persistent-storage.rules /usr/lib/udev/rules.d/60-persistent-storage.rules 0644 0 0
file /look {look} 0755 0 0
run /look
"""
# USB disks come a second after the others, and the links of by-path are a disk's last.
LOOK = """#!/bin/sh
while [ "$(ls /dev/disk/by-path | wc -l)" -lt "$paths" ] && [ $((waited += 1)) -lt 100 ]; do sleep 0.1; done
for link in /dev/disk/by-path/* /dev/disk/by-id/*; do echo "O: ${link#/dev/} $(readlink "$link")"; done
mkdir -p /run/udev
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --subsystem-match=block; udevadm settle
udevadm info --export-db | grep '^[NS]:'
stty onlcr; echo LOOKED
"""
# What /init does not make: who does must ask the disk itself.
NOT_OURS = r"disk/by-id/ata-QEMU_DVD"


def q35(disk):
    return [
        "-device", f"ide-hd,drive={disk('a')},bus=ide.0", "-device", "ide-cd,bus=ide.2",
        "-device", f"ide-hd,drive={disk('b')},bus=ide.3,wwn=0x5000c50015ea71ac,serial=WITH_WWN",
        "-device", f"virtio-blk-pci,drive={disk('c')},serial=S1",
        "-device", "pcie-root-port,id=root,chassis=1", "-device", "pcie-pci-bridge,id=bridge,bus=root",
        "-device", f"virtio-blk-pci,drive={disk('d')},bus=bridge,addr=3",
        "-device", f"nvme,drive={disk('e')},serial=N1", "-device", "nvme,id=n,serial=N2",
        "-device", f"nvme-ns,drive={disk('f')},bus=n,nsid=3", "-device", f"nvme-ns,drive={disk('g')},bus=n,nsid=5",
        "-device", "sdhci-pci", "-device", f"sd-card,drive={disk('h')}",
        "-device", "qemu-xhci,id=x", "-device", "usb-uas,id=uas,bus=x.0",
        "-device", f"scsi-hd,drive={disk('i')},bus=uas.0,lun=0",
        "-device", f"scsi-hd,drive={disk('j')},bus=uas.0,lun=1",
        "-device", "usb-hub,bus=x.0,port=4", "-device", f"usb-storage,drive={disk('k')},bus=x.0,port=4.2",
        "-device", "usb-ehci,id=y", "-device", f"usb-storage,drive={disk('l')},bus=y.0",
        "-device", "mptsas1068,id=m", "-device", f"scsi-hd,drive={disk('m')},bus=m.0,scsi-id=0,wwn=0x5000c50015ea71af",
        "-device", f"scsi-hd,drive={disk('n')},bus=m.0,scsi-id=3,wwn=0x5000c50015ea71ae",
        "-device", "megasas,id=g", "-device", f"scsi-hd,drive={disk('o')},bus=g.0,scsi-id=1"]


def pc(disk):
    return [
        "-device", f"ide-hd,drive={disk('a')},bus=ide.0,unit=0",
        "-device", f"ide-hd,drive={disk('b')},bus=ide.0,unit=1",
        "-device", f"ide-hd,drive={disk('c')},bus=ide.1,unit=1", "-device", "ahci,id=s",
        "-device", f"ide-hd,drive={disk('d')},bus=s.1", "-device", "virtio-scsi-pci,id=v",
        "-device", f"scsi-hd,drive={disk('e')},bus=v.0,scsi-id=0,lun=0",
        "-device", f"scsi-hd,drive={disk('f')},bus=v.0,scsi-id=3,lun=300",
        "-device", "virtio-scsi-pci,id=w",
        "-device", f"scsi-hd,drive={disk('g')},bus=w.0,scsi-id=1,wwn=0x5000c50015ea71ad",
        "-device", "pvscsi,id=p", "-device", f"scsi-hd,drive={disk('h')},bus=p.0,scsi-id=2"]


def microvm(disk):
    return ["-device", f"virtio-blk-device,drive={disk('a')},serial=S1", "-device", "virtio-scsi-device",
            "-device", f"scsi-hd,drive={disk('b')}"]


MACHINES = {  # kernel, devices, how many links of by-path
    "q35": ("metal", q35, 56),
    "pc": ("handoff", pc, 33),
    "microvm,acpi=on": ("handoff", microvm, 6),
}


def tsc_khz():
    """A microvm has no other clock to measure this one by, and on a busy host hangs when it tries."""
    return int(float(re.search(r"^cpu MHz\s*: (\S+)", Path("/proc/cpuinfo").read_text(), re.M)[1]) * 1000)


def disk_maker(folder):
    """A function whose calls add disks with two partitions; and the options that they come to."""
    options = []

    def disk(name):
        file = folder / f"{name}.disk"
        file.touch()
        os.truncate(file, 8 << 20)
        subprocess.run(["/sbin/sfdisk", "-q", file], input=TABLE, check=True)
        options.extend(["-drive", f"if=none,id={name},format=raw,file={file}"])
        return name
    return disk, options


def links_of_ours(said):
    return {(link, target.rpartition("/")[2]) for link, target in re.findall(r"^O: (\S+) (\S+)$", said, re.M)}


def links_of_udev(said):
    """The database's lines: N for a device, and S for each of its links."""
    links, device = set(), None
    for kind, text in re.findall(r"^([NS]): (\S+)$", said, re.M):
        if kind == "N":
            device = text
        elif re.match("disk/by-(path|id)/", text):
            links.add((text, device))
    return links


@pytest.mark.parametrize("machine", MACHINES)
def test_the_links_of_udev_and_ours(tmp_path, machine):
    kernel, devices, paths = MACHINES[machine]
    disk, options = disk_maker(tmp_path)
    look = tmp_path / "look"
    look.write_text(LOOK)
    image = pack(tmp_path / "i.img", UDEV.format(look=look))
    words = f"tsc_early_khz={tsc_khz()} rdinit.links paths={paths}"
    with Guest(tmp_path, kernel, *direct(kernel, image, words), *devices(disk), *options,
               machine=machine, memory=512) as guest:
        guest.end()
        said = guest.said().replace("\r", "")
    ours, udev = links_of_ours(said), links_of_udev(said)
    assert "LOOKED" in said, said[-2000:]
    # Of several that have a name each of us gives the link to one.
    assert not ours - udev
    missing = {link for link, _ in udev} - {link for link, _ in ours}
    assert not [link for link in missing if not re.match(NOT_OURS, link)]
    assert len([link for link, _ in ours if "by-path" in link]) == paths
