# SPDX-License-Identifier: MIT
"""test_segments.py - images of several segments: what stands in front, what is appended to, what stands at the end."""
import struct
import subprocess

import pytest

from modtree import ModTree
from newc import TRAILER, entry, read_newc


def intel(signature, size=2048, more=()):
    """An update as Intel's files have it, with further signatures; its sum is right."""
    table = b""
    if more:
        rows = b"".join(struct.pack("<III", one, 1, 0) for one in more)
        table = struct.pack("<I", len(more)) + bytes(16) + rows
        table = struct.pack("<II", len(more), -sum(struct.unpack(f"<{len(table) // 4}I", table)) & 0xffffffff) + table[8:]
    data = b"\x5a" * (size - 48)
    head = struct.pack("<IIIIIIIII", 1, 7, 0x11222020, signature, 0, 1, 1, size - 48, size + len(table)) + bytes(12)
    whole = bytearray(head + data + table)
    total = sum(struct.unpack(f"<{len(whole) // 4}I", whole))
    whole[16:20] = struct.pack("<I", -total & 0xffffffff)
    return bytes(whole)


def amd(*signatures):
    table = b"".join(struct.pack("<IIIHH", one, 0, 0, i + 1, 0) for i, one in enumerate(signatures)) + bytes(16)
    return struct.pack("<III", 0x414d44, 0, len(table)) + table + struct.pack("<II", 1, 64) + b"\xa5" * 64


def this_signature():
    """CPUID leaf 1, as /proc/cpuinfo has its parts."""
    fields = dict(line.split(":", 1) for line in open("/proc/cpuinfo") if ":" in line)
    family, model, stepping = (int(next(v for k, v in fields.items() if k.strip() == name))
                               for name in ("cpu family", "model", "stepping"))
    base = min(family, 15)
    return (family - base) << 20 | (model >> 4) << 16 | base << 8 | (model & 15) << 4 | stepping


@pytest.fixture
def firmware(tool):
    tool.write("fw/intel-ucode/06-02-01", intel(0x621) + intel(0x622))
    tool.write("fw/intel-ucode/06-01-01", intel(0x611, more=[this_signature()]))
    tool.write("fw/amd-ucode/b.bin", amd(0x800f10, this_signature()))
    tool.write("fw/amd-ucode/a.bin", amd(0xa00f10))
    tool.write("fw/amd-ucode/a.bin.asc", "-----BEGIN PGP SIGNATURE-----")
    return tool


def early(tool, recipe, **kwargs):
    """The first segment, which must be plain and have its files at multiples of 16."""
    tool.write("r", "init\n" + recipe)
    tool.run("pack", "r", "-o", "x.img", **kwargs)
    data = (tool.path / "x.img").read_bytes()
    end = data.index(b"TRAILER!!!") + 10
    end = (end + 4) & ~3
    got = {name.rstrip(b"\0"): entry for name, entry in read_newc(data[:end]).items()}
    for name, one in got.items():
        if one.size:
            assert data.index(one.data) % 16 == 0, name
    assert data[end:end + 4] == b"\x28\xb5\x2f\xfd", "then ours"
    return got


def test_microcode_stands_in_front_in_the_order_of_its_files(firmware):
    got = early(firmware, "microcode fw\n")
    assert got[b"kernel/x86/microcode/GenuineIntel.bin"].data == (
        intel(0x611, more=[this_signature()]) + intel(0x621) + intel(0x622))
    assert got[b"kernel/x86/microcode/AuthenticAMD.bin"].data == amd(0xa00f10) + amd(0x800f10, this_signature())
    listed = firmware.run("list", "x.img").stdout.decode()
    assert "# segment 1: raw at 0" in listed and "# segment 2: zstd" in listed
    assert firmware.run("cat", "x.img", "/kernel/x86/microcode/GenuineIntel.bin").stdout.startswith(b"\1\0\0\0")


def test_microcode_of_this_processor_alone(firmware):
    got = early(firmware, "microcode this fw\n")
    assert got[b"kernel/x86/microcode/GenuineIntel.bin"].data == intel(0x611, more=[this_signature()])
    assert got[b"kernel/x86/microcode/AuthenticAMD.bin"].data == amd(0x800f10, this_signature())


def test_microcode_of_several_lines_is_one(firmware):
    got = early(firmware, "microcode fw/intel-ucode/06-02-01\nmicrocode fw/intel-ucode\n")
    assert got[b"kernel/x86/microcode/GenuineIntel.bin"].size == 5 * 2048 + 32


def test_a_processor_without_microcode_is_warned_of(tool):
    tool.write("fw/intel-ucode/x", intel(0x12345))
    tool.write("r", "init\nmicrocode this fw\n")
    assert "no microcode for this machine's processor" in tool.run("pack", "r").stderr.decode()


def test_the_kernels_linux_would_find_it(firmware):
    """find_cpio_data() of the kernel, in Python: headers every 4 bytes, names by their beginning."""
    early(firmware, "microcode fw\n")
    data = (firmware.path / "x.img").read_bytes()
    at, wanted = 0, b"kernel/x86/microcode/AuthenticAMD.bin"
    while data[at:at + 6] == b"070701":
        size, namesize = int(data[at + 54:at + 62], 16), int(data[at + 94:at + 102], 16)
        body = (at + 110 + namesize + 3) & ~3
        if data[at + 110:at + 110 + len(wanted)] == wanted:
            assert data[body:body + size] == amd(0xa00f10) + amd(0x800f10, this_signature())
            return
        at = (body + size + 3) & ~3
    raise AssertionError("not found")


@pytest.mark.parametrize("data,says", [
    (b"text", "is not microcode of Intel or AMD"), (b"", "no microcode:") , (intel(1)[:-4], "truncated"),
    (intel(1)[:2000] + b"\0" * 48, "the checksum of an update is wrong"), (intel(1) + b"junk", "the header of an update is missing"),
    (amd(1)[:-1], "truncated"), (amd(1) + b"x", "truncated"), (intel(1, 2048)[:28] + b"\xff" * 8 + bytes(2012), "a wrong size"),
], ids=["text", "empty", "short", "sum", "junk", "AMD short", "AMD junk", "size"])
def test_microcode_that_is_damaged_is_refused(tool, data, says):
    (tool.path / "fw/intel-ucode").mkdir(parents=True)
    if data:
        tool.write("fw/intel-ucode/x", data)
    tool.write("r", "init\nmicrocode fw\n")
    tool.fail("pack", "r", says=says)
    tool.write("r", "microcode none\n")
    tool.fail("pack", "r", says="cannot open none")


def table(body=b"x" * 10):
    data = bytearray(b"SSDT" + struct.pack("<I", 36 + len(body)) + b"\2\0" + bytes(26) + body)
    data[9] = -sum(data) & 0xff
    return bytes(data)


def test_acpi_tables_stand_in_front(tool):
    tool.write("my.aml", table())
    tool.write("other", "any")
    got = early(tool, "acpi my.aml\nearly kernel/other/file other\n")
    assert got[b"kernel/firmware/acpi/my.aml"].data == table() and got[b"kernel/other/file"].data == b"any"


@pytest.mark.parametrize("data,says", [(b"DefinitionBlock () {}" * 3, "compile it with iasl"), (b"x", "of a table's header"),
                                       (table()[:-1] + b"y", "has a wrong checksum")])
def test_acpi_tables_that_are_none_are_refused(tool, data, says):
    tool.write("my.aml", data)
    tool.write("r", "acpi my.aml\n")
    tool.fail("pack", "r", says=says)


# --- append-to ---------------------------------------------------------------

@pytest.mark.parametrize("old", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("new", ["none", "zstd"])
def test_appending_keeps_what_is_there(tool, old, new):
    tool.write("a", "from the old one")
    tool.write("r", "file /a a 0644 0 0 /b\n")
    tool.write("s", "file /c a 0644 0 0 /d\n")
    tool.run("pack", "--compress", old, "r", "-o", "old.img")
    tool.run("pack", "--compress", new, "--append-to", "old.img", "s", "-o", "new.img")
    whole = (tool.path / "new.img").read_bytes()
    assert whole.startswith((tool.path / "old.img").read_bytes())
    listed = tool.run("list", "--long", "new.img").stdout.decode().splitlines()
    assert [line.split()[-1] for line in listed] == ["/a", "/b", "/c", "/d"]
    assert {line.split()[1] for line in listed} == {"2"}, "links of one do not join those of the other"


def test_appending_in_place_and_over_a_name(tool):
    tool.write("a", "one")
    tool.write("b", "two")
    tool.write("r", "file /x a 0644 0 0\n")
    tool.write("s", "file /x b 0644 0 0\n")
    tool.run("pack", "r", "-o", "x.img")
    tool.run("pack", "--append-to", "x.img", "s", "-o", "x.img")
    assert tool.run("cat", "x.img", "/x").stdout == b"two"


@pytest.mark.parametrize("words, count", [
    (["--tree", "d"], 0), (["r"], 0), (["--app", "/bin/true"], 1), (["--no-init", "--app", "/bin/true"], 0)])
def test_appending_leaves_the_init_that_is_there(tool, words, count):
    """Ours in its place would be another boot: only what needs it brings it."""
    tool.write("theirs", "#!/bin/sh\n")
    tool.write("old", "file /init theirs 0755 0 0\n")
    tool.run("pack", "old", "-o", "old.img")
    tool.write("d/f", "")
    tool.write("r", "dir /a 0755 0 0\n")
    said = tool.run("pack", "-o", "x.img", "--append-to", "old.img", *words).stderr.decode()
    listed = tool.run("list", "x.img").stdout.decode().splitlines()
    assert len([line for line in listed if line.startswith("file /init ")]) == 1 + count
    assert "has no /init" not in said


def test_appending_to_an_image_without_init_brings_ours(tool):
    (tool.path / "d").mkdir()
    tool.write("old", "dir /a 0755 0 0\n")
    assert "has no /init" in tool.run("pack", "old", "-o", "old.img").stderr.decode()
    assert "has no /init" not in tool.run("pack", "--append-to", "old.img", "--tree", "d", "-o", "x.img").stderr.decode()
    assert b"file /init " in tool.run("list", "x.img").stdout
    assert "has no /init" in tool.run("pack", "--append-to", "old.img", "old", "-o", "x.img").stderr.decode()


MERGED = """\
init
dir /usr 0755 0 0
dir /usr/lib 0755 0 0
file /usr/lib/theirs f 0644 0 0
slink /lib usr/lib 0777 0 0
dir /usr/lib/firmware 0755 0 0
slink /usr/lib/firmware/card /root/card 0777 0 0
dir /root 0700 5 6
dir /root/card 0750 0 0
"""


def appended(tool, base, *words):
    """The recipe lines of what stands behind."""
    tool.write("f", "text")
    tool.write("base", base)
    tool.run("pack", "--compress", "none", "base", "-o", "base.img")
    tool.run("pack", "--append-to", "base.img", *words, "-o", "x.img")
    assert tool.run("check", "x.img").stdout == b"x.img: no problems found\n"
    lines = tool.run("list", "x.img").stdout.decode().split("# segment 2")[1].splitlines()
    return [" ".join(word for word in line.split() if not word.startswith("cpio:")) for line in lines[1:]
            if not line.startswith("segment")]


def test_what_is_appended_goes_where_the_symlinks_of_the_other_lead(tool):
    """The kernel puts a directory in a symlink's place, and all that the other has behind it is gone."""
    tool.write("d/lib/ours", "")
    tool.write("d/lib/firmware/card/f", "")
    listed = appended(tool, MERGED, "--tree", "d")
    assert [line.split()[:2] for line in listed] == [line.split() for line in (
        "slink /lib", "dir /root", "dir /root/card", "file /root/card/f", "dir /usr", "dir /usr/lib",
        "dir /usr/lib/firmware", "slink /usr/lib/firmware/card", "file /usr/lib/ours")]
    assert "dir /root 0700 5 6" in listed, "nobody asked for another mode"


def test_a_module_behind_another_image_is_found_there(tool):
    tree = ModTree(tool.path / "tree")
    tree.module("card")
    listed = appended(tool, MERGED, *tree.index(), "--module", "card")
    assert [line for line in listed if line.startswith("file /usr/lib/modules/") and "/card.ko " in line]
    assert "slink /lib usr/lib 0777 0 0" in listed


def test_a_folder_that_is_asked_for_has_its_own_mode(tool):
    tool.write("ours", "dir /root 0711 0 0\nfile /root/x f 0644 0 0\n")
    assert "dir /root 0711 0 0" in appended(tool, MERGED, "ours")


def test_two_that_become_one_behind_a_symlink_are_refused(tool):
    tool.write("f", "text")
    tool.write("base", MERGED)
    tool.run("pack", "base", "-o", "base.img")
    tool.write("d/lib/a", "one")
    tool.write("d/usr/lib/a", "two")
    tool.fail("pack", "--append-to", "base.img", "--tree", "d", "-o", "x.img",
              says="/lib/a (--tree) and /usr/lib/a (--tree) become one")


def test_an_archive_without_a_trailer_gets_one(tool):
    tool.write("old.img", entry(b"a", data=b"", ino=1, nlink=2) + entry(b"b", data=b"old", ino=1, nlink=2))
    tool.write("f", "new")
    tool.write("r", "file /c f 0644 0 0 /d\n")
    tool.run("pack", "--compress", "none", "--append-to", "old.img", "r", "-o", "x.img")
    assert tool.run("cat", "x.img", "/a", "/c").stdout == b"oldnew"
    whole = (tool.path / "x.img").read_bytes()
    assert whole.count(b"TRAILER!!!") == 2 and whole.index(b"TRAILER!!!") < whole.index(b"new")


def test_appending_to_what_is_no_image_changes_nothing(tool):
    tool.write("x.img", "no image")
    tool.write("r", "dir /a 0755 0 0\n")
    tool.fail("pack", "--append-to", "x.img", "r", "-o", "x.img", says="x.img: neither a newc archive nor")
    tool.fail("pack", "--append-to", "none", "r", "-o", "y.img", says="none: cannot open")
    assert (tool.path / "x.img").read_bytes() == b"no image" and "y.img" not in tool.names()


def test_early_files_of_both_stand_in_front(firmware):
    firmware.write("my.aml", table())
    early(firmware, "microcode fw\n")
    firmware.write("s", "acpi my.aml\ndir /d 0755 0 0\n")
    firmware.run("pack", "--append-to", "x.img", "s", "-o", "y.img")
    kinds = [line.split()[3] for line in firmware.run("list", "y.img").stdout.decode().splitlines()
             if line.startswith("# segment")]
    assert kinds[0] == "raw" and set(kinds[1:]) == {"zstd"}, "both early ones are one run of plain archives"


# --- boot configuration ------------------------------------------------------

CONFIG = b'kernel {\n\troot = "UUID=1" # with a }\n}\n'


def trailer_of(path):
    data = path.read_bytes()
    assert len(data) % 4 == 0 and data.endswith(b"#BOOTCONFIG\n")
    size, total = struct.unpack("<II", data[-20:-12])
    text = data[-20 - size:-20]
    assert sum(text) & 0xffffffff == total
    return text.rstrip(b"\0")


@pytest.mark.parametrize("length", range(4))
def test_a_boot_configuration_stands_at_the_end(tool, length):
    tool.write("c", CONFIG + b"\n" * length)
    tool.write("r", "dir /a 0755 0 0\n")
    tool.run("pack", "--bootconfig", "c", "r", "-o", "x.img")
    assert trailer_of(tool.path / "x.img") == CONFIG + b"\n" * length
    listed = tool.run("list", "x.img").stdout.decode()
    assert "dir /a" in listed and f"# boot configuration: {len(CONFIG) + length} bytes" in listed


def test_a_boot_configuration_stays_at_the_end_or_is_replaced(tool):
    tool.write("c", CONFIG)
    tool.write("d", "kernel.a = b\n")
    tool.write("r", "dir /a 0755 0 0\n")
    tool.run("pack", "--bootconfig", "c", "r", "-o", "x.img")
    tool.run("pack", "--append-to", "x.img", "r", "-o", "y.img")
    assert trailer_of(tool.path / "y.img") == CONFIG
    tool.run("pack", "--append-to", "x.img", "--bootconfig", "d", "r", "-o", "y.img")
    assert trailer_of(tool.path / "y.img") == b"kernel.a = b\n"
    assert (tool.path / "y.img").read_bytes().count(b"#BOOTCONFIG") == 1


def test_a_boot_loader_may_round_the_size_up(tool):
    tool.write("c", CONFIG)
    tool.write("r", "dir /a 0755 0 0\n")
    tool.run("pack", "--bootconfig", "c", "r", "-o", "x.img")
    tool.write("y.img", (tool.path / "x.img").read_bytes() + b"\0\0\0")
    assert "# boot configuration" in tool.run("list", "y.img").stdout.decode()
    damaged = bytearray((tool.path / "x.img").read_bytes())
    damaged[-30] ^= 1
    tool.write("z.img", bytes(damaged))
    tool.fail("list", "z.img", says="z.img: ")


@pytest.mark.parametrize("text,says", [(b"", "c: is empty"), (b"a {\n", "an opening brace without a closing one"), (b"}", "a closing brace without"),
                                       (b"a = 'b", "a quote without an end"), (b"a\0b", "has a NUL"),
                                       (b"a" * 32768, "more than 32767 bytes"), (b"a" * 40000, "more than 32 KiB")])
def test_a_boot_configuration_that_the_kernel_would_not_take(tool, text, says):
    tool.write("c", text)
    tool.write("r", "dir /a 0755 0 0\n")
    tool.fail("pack", "--bootconfig", "c", "r", says=says)
    assert "rdinit.img" not in tool.names()


def test_the_kernels_own_tool_agrees(tool):
    """bsdtar and cpio(1) read on over what is in front; the sum is checked above against the kernel's document."""
    tool.write("f", "x")
    tool.write("fw", intel(0x611))
    tool.write("r", "microcode fw\nfile /f f 0644 0 0\n")
    tool.run("pack", "--compress", "none", "r", "-o", "x.img")
    with open(tool.path / "x.img", "rb") as image:
        listed = subprocess.run(["cpio", "-it", "--quiet"], stdin=image, capture_output=True, check=True).stdout
    assert b"kernel/x86/microcode/GenuineIntel.bin" in listed


# --- list | pack: what stands in front comes to stand there again ---

def again(tool, name="x.img", *options):
    """The image that pack makes of the list, and the list of that one."""
    recipe = tool.run("list", name).stdout
    tool.run("pack", *options, "-o", "again.img", "-", stdin=recipe)
    other = tool.run("list", "again.img").stdout.replace(b"/again.img:", f"/{name}:".encode())
    said = [[line for line in text.splitlines() if not line.startswith(b"#")] for text in (recipe, other)]
    assert said[0] == said[1]
    return (tool.path / "again.img").read_bytes(), recipe.decode()


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_microcode_and_tables_come_through_list_and_pack(firmware, compress):
    firmware.write("my.aml", table())
    firmware.write("r", "init\nmtime 9\nmicrocode fw\nacpi my.aml\nmtime 3\ndir /d 0755 0 0\n")
    firmware.run("pack", "r", "--compress", compress, "-o", "x.img")
    data, recipe = again(firmware, "x.img", "--compress", compress)
    assert data == (firmware.path / "x.img").read_bytes()
    assert recipe.index("segment early\n") < recipe.index("/kernel/x86") < recipe.index("segment main\n") < recipe.index("/init")


def test_any_file_in_front_of_a_compressed_image(tool):
    tool.write("f", "text")
    tool.write("r", "segment early\nfile /odd f 0600 1 2\nslink /l odd 0777 0 0\nnod /n 0600 0 0 c 1 3\ntree t /tree\n"
                    "segment main\nfile /f f 0644 0 0\n")
    tool.write("t/sub/file", "deep")
    tool.run("pack", "r", "-o", "x.img")
    data, _ = again(tool)
    assert data == (tool.path / "x.img").read_bytes()
    front = read_newc(data[:(data.index(b"TRAILER!!!") + 14) & ~3])
    assert {name.rstrip(b"\0") for name in front} == {b"odd", b"l", b"n", b"tree", b"tree/sub", b"tree/sub/file"}


def test_an_image_of_nothing_else(firmware):
    firmware.write("r", "microcode fw\n")
    firmware.run("pack", "r", "-o", "ucode.img")
    data, _ = again(firmware, "ucode.img")
    assert data == (firmware.path / "ucode.img").read_bytes() and data.count(b"TRAILER!!!") == 1


def test_two_plain_archives_are_no_early_one(tool):
    tool.write("x.img", entry(b"a", data=b"1") + TRAILER + entry(b"b", data=b"2") + TRAILER)
    assert b"segment early" not in tool.run("list", "x.img").stdout
    tool.write("x.img", entry(b"kernel", 0o40755) + TRAILER + entry(b"b", data=b"2") + TRAILER)
    assert b"segment early" in tool.run("list", "x.img").stdout


def test_an_early_segment_as_another_tool_made_it(tool):
    """Of a distribution: names with NULs that move the data, numbers of inodes, zeros up to a sector."""
    front = b"".join(entry(name, 0o40755, ino=i + 7, nlink=2) for i, name in enumerate(
        (b".", b"early_cpio", b"kernel", b"kernel/x86", b"kernel/x86/microcode")))
    front = front.replace(entry(b"early_cpio", 0o40755, ino=8, nlink=2), entry(b"early_cpio", 0o100644, b"1\n", ino=8))
    front += entry(b"kernel/x86/microcode/GenuineIntel.bin", 0o100644, intel(0x621), ino=44) + TRAILER
    front += bytes(-len(front) % 512)
    tool.write("x.img", front + subprocess.run(["gzip", "-c"], input=entry(b"init", 0o100755, b"x") + TRAILER,
                                               stdout=subprocess.PIPE, check=True).stdout)
    data, recipe = again(tool)
    assert data.index(intel(0x621)) % 16 == 0 and "segment early" in recipe
    end = (data.index(b"TRAILER!!!") + 14) & ~3
    assert data[end:end + 4] == b"\x28\xb5\x2f\xfd" and b"kernel/x86/microcode/GenuineIntel.bin" in data[:end]


@pytest.mark.parametrize("recipe,says", [
    ("segment late\n", 'expected early or main, found "late"'), ("segment\n", "expected segment early|main"),
    ("segment early\nprogram true\n", "program belongs to the main segment"),
    ("segment early\ninit\n", "r:2:1: init belongs to the main segment"),
])
def test_segment_lines_that_cannot_be(tool, recipe, says):
    tool.write("r", recipe)
    tool.fail("pack", "r", says=says)
    assert tool.names() == ["r"]


def test_a_segment_ends_with_its_recipe(tool):
    tool.write("f", "text")
    tool.write("front", "segment early\nfile /front f 0644 0 0\n")
    tool.write("r", "include front\nfile /also f 0644 0 0\n")
    tool.run("pack", "front", "--tree", "t", "--no-init", "-o", "x.img", check=False)
    (tool.path / "t").mkdir()
    tool.write("t/back", "text")
    tool.run("pack", "front", "--tree", "t", "--no-init", "-o", "x.img")
    recipe = tool.run("list", "x.img").stdout.decode()
    assert recipe.index("/front") < recipe.index("segment main") < recipe.index("/back")
