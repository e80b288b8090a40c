# SPDX-License-Identifier: MIT
"""The profile `metal`: a stick on xHCI that UEFI boots, its own root, the screen and the keyboard."""
import shutil
import socket
import subprocess
import time

import pytest
from guests import KERNELS, WORDS, Guest, pack
from roots import ROOT_TYPE
from vm import PROJECT

OVMF = "/usr/share/OVMF/OVMF_CODE_4M.fd"
STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
SECTOR, ESP_START, ESP_SECTORS, ROOT_START = 512, 2048, 131072, 135168
KEYS = {" ": "spc", "/": "slash", ">": "shift-dot", "\n": "ret", ".": "dot", "-": "minus"}


def unified(path, kernel, image, words):
    """An EFI program of stub, kernel, image and command line, as the stub's manual has it."""
    line = path.with_suffix(".cmdline")
    line.write_text(words)
    sections = [(".cmdline", line, 0x30000), (".linux", kernel, 0x2000000), (".initrd", image, 0x4000000)]
    command = ["objcopy"]
    for name, file, address in sections:
        command += ["--add-section", f"{name}={file}", "--change-section-vma", f"{name}={address:#x}"]
    subprocess.run([*command, STUB, path], check=True)


def make_stick(folder, files, image, words, kind="L"):
    """GPT: a FAT system partition with the EFI program, and an ext4 root behind it."""
    stick, program, root = folder / "stick.img", folder / "boot.efi", files.get("root.ext4")
    unified(program, KERNELS / "metal/bzImage", image, words)
    total = ROOT_START + root.stat().st_size // SECTOR + 2048
    with open(stick, "wb") as out:
        out.truncate(total * SECTOR)
        out.seek(ROOT_START * SECTOR)
        out.write(root.read_bytes())
    table = (f"label: gpt\nstart={ESP_START}, size={ESP_SECTORS}, type=U\n"
             f"start={ROOT_START}, size={root.stat().st_size // SECTOR}, type={kind}\n")
    subprocess.run(["/sbin/sfdisk", "-q", stick], input=table.encode(), check=True)
    partition = f"{stick}@@{ESP_START * SECTOR}"
    for command in (["mformat", "-i", partition, "-T", str(ESP_SECTORS), "-h", "255", "-s", "63", "::"],
                    ["mmd", "-i", partition, "::/EFI", "::/EFI/BOOT"],
                    ["mcopy", "-i", partition, str(program), "::/EFI/BOOT/BOOTX64.EFI"]):
        subprocess.run(command, check=True)
    return stick


def boot_stick(folder, stick, *more):
    variables = folder / "vars.fd"
    shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
    return Guest(folder, "metal", "-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}",
                 "-drive", f"if=pflash,format=raw,file={variables}", "-device", "qemu-xhci",
                 "-drive", f"if=none,id=stick,format=raw,file={stick}",
                 "-device", "usb-storage,drive=stick", *more, memory=512)


def test_uefi_boots_a_stick_whose_second_partition_is_the_root(tmp_path, files):
    stick = make_stick(tmp_path, files, pack(tmp_path / "i.img", "init\n"),
                       f"console=ttyS0 {WORDS} root=/dev/sda2 rd.timeout=30")
    with boot_stick(tmp_path, stick) as guest:
        guest.end()
        assert "REALROOT-OK /sbin/init" in guest.said()


def type_text(monitor, text):
    with socket.socket(socket.AF_UNIX) as commands:
        commands.connect(str(monitor))
        for letter in text:
            key = f"shift-{letter.lower()}" if letter.isupper() else KEYS.get(letter, letter)
            commands.sendall(f"sendkey {key}\n".encode())
            time.sleep(0.05)
        time.sleep(0.5)


@pytest.mark.parametrize("display", ["std", "virtio"])
def test_the_shell_is_on_the_screen_and_hears_the_keyboard(tmp_path, files, display):
    monitor = tmp_path / "monitor"
    recipe = (PROJECT / "rootfs-skel/skel.recipe").read_text()
    tree = PROJECT / "rootfs-skel/tree"
    image = pack(tmp_path / "i.img", recipe.replace("tree tree /", f"tree {tree} /"))
    stick = make_stick(tmp_path, files, image, f"console=ttyS0 console=tty0 {WORDS}")
    with boot_stick(tmp_path, stick, "-vga", display, "-monitor", f"unix:{monitor},server,nowait",
                    "-device", "usb-kbd") as guest:
        deadline = time.monotonic() + 40
        while "ready" not in (guest.wire.read_text() if guest.wire.exists() else ""):
            assert time.monotonic() < deadline, guest.said()
            time.sleep(0.2)
        time.sleep(2)   # the login shell reads its profile
        type_text(monitor, "cat /dev/vcs1 >/dev/ttyS0\n")
        guest.wait_for("you are in its shell")
        assert "rdinit:" in guest.said(), "the prompt"
        type_text(monitor, "poweroff\n")
        assert guest.end().endswith("off\n")


def test_the_root_is_on_the_disk_that_was_booted_from(tmp_path, files):
    """A decoy with a root of its own has the lower number. The stub tells the firmware where it stood."""
    disk = make_stick(tmp_path, files, pack(tmp_path / "i.img", "init\n"),
                      f"console=ttyS0 {WORDS} loglevel=7 root=gpt-auto rd.timeout=30", kind=ROOT_TYPE)
    variables = tmp_path / "vars.fd"
    shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
    with Guest(tmp_path, "metal", "-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}",
               "-drive", f"if=pflash,format=raw,file={variables}",
               "-drive", f"if=none,id=decoy,format=raw,snapshot=on,file={files.get('gpt.root')}",
               "-device", "ide-hd,drive=decoy", "-drive", f"if=none,id=disk,format=raw,file={disk}",
               "-device", "virtio-blk-pci,drive=disk,bootindex=1", memory=512) as guest:
        guest.end()
        assert "REALROOT-OK /sbin/init" in guest.said() and "/dev/vda2 / ext4" in guest.said(), guest.said()[-3000:]
