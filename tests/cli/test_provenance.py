# SPDX-License-Identifier: MIT
"""test_provenance.py - what is told of an image: manifest, explain, picture."""
import hashlib
import json
import re
import subprocess
import xml.etree.ElementTree as tree

import pytest

from newc import TRAILER, entry

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def image(tool):
    tool.write("t/data", "some text\n" * 100)
    tool.write("r", "init\nprogram /usr/bin/perl\nfile /mine t/data 0640 1 2 /also\nslink /l mine 0777 0 0\n"
                    'file "/\\xff" t/data 0644 0 0\nrun /usr/bin/perl -e 1\n')
    tool.run("pack", "r", "-o", "x.img", "--manifest")
    return tool


def read(tool, name):
    return json.loads((tool.path / name).read_text())


def test_the_manifest_has_every_entry_with_digest_source_and_reason(image):
    whole = read(image, "x.img.manifest.json")
    data = (image.path / "x.img").read_bytes()
    assert (whole["image"], whole["size"], whole["sha256"]) == ("x.img", len(data), hashlib.sha256(data).hexdigest())
    entries = {one["path"] or one["path_hex"]: one for one in whole["entries"]}
    listed = json.loads(image.run("list", "--json", "x.img").stdout)["entries"]
    assert set(entries) == {one["path"] or one["path_hex"] for one in listed}
    mine = hashlib.sha256(b"some text\n" * 100).hexdigest()
    assert entries["/mine"]["sha256"] == entries["/also"]["sha256"] == mine
    assert (entries["/mine"]["source"], entries["/mine"]["why"], entries["/mine"]["mode"]) == ("t/data", "r:3", "0640")
    assert entries["2fff"]["sha256"] == mine and "sha256" not in entries["/l"]
    libc = next(one for path, one in entries.items() if path.endswith("/libc.so.6"))
    assert libc["why"] == "needed by /usr/bin/perl"
    assert libc["sha256"] == hashlib.sha256(open(libc["source"], "rb").read()).hexdigest()


def test_the_manifest_is_the_same_every_time_and_goes_where_it_is_told(image):
    first = (image.path / "x.img.manifest.json").read_bytes()
    image.run("pack", "r", "-o", "x.img", "--manifest=m.json")
    assert (image.path / "m.json").read_bytes() == first


def test_a_manifest_that_cannot_be_written(image):
    image.fail("pack", "r", "-o", "y.img", "--manifest=none/m.json", says="none/m.json")
    image.fail("pack", "r", "-o", "-", "--manifest", status=2, says="needs an image in a file")


# --- explain -----------------------------------------------------------------

def explained(tool, path, image="x.img"):
    return tool.run("explain", image, path).stdout.decode().splitlines()


def test_explain_says_what_needs_it_and_why_it_is_there(image):
    entries = json.loads(image.run("list", "--json", "x.img").stdout)["entries"]
    libc = next(one["path"] for one in entries if one["path"].endswith("/libc.so.6"))
    lines = explained(image, libc)
    assert lines[0].startswith("-rwxr-xr-x") and lines[0].endswith(libc)
    assert re.fullmatch(r"  size: \d+ bytes, in segment 1; \d+ bytes alone as zstd, \d+\.\d % of the segment", lines[1])
    assert lines[2] == "  why: needed by /usr/bin/perl" and lines[3].startswith("  from: /")
    assert lines[4] == f"  way: /etc/rdinit/run -> /usr/bin/perl -> {libc}"
    assert "  needed by: /usr/bin/perl, as a library of it" in lines
    perl = explained(image, "usr/bin/perl")
    assert "  needed by: /etc/rdinit/run, as run by /init" in perl and f"  needs: {libc}, a library of it" in perl
    assert any(re.fullmatch(r"  needs: \S*/ld-linux-x86-64\.so\.2, its interpreter", line) for line in perl)


def test_explain_follows_links_scripts_and_modules(tool):
    tool.write("t/script", "#!/bin/interp -x\n")
    tool.write("t/list", "/lib/b.ko a=1\n")
    module = subprocess.run(["sh", "-c", "printf 'depends=b\\0' >info; printf x >o; ld -r -b binary -o a.ko o && "
                             "objcopy --add-section .modinfo=info a.ko"], cwd=tool.path, check=False).returncode
    assert module == 0
    tool.write("r", "file /bin/interp t/list 0755 0 0\nfile /bin/script t/script 0755 0 0\nslink /s bin/script 0777 0 0\n"
                    "file /etc/rdinit/modules t/list 0644 0 0\nfile /lib/a.ko a.ko 0644 0 0\nfile /lib/b.ko t/list 0644 0 0\n")
    tool.run("pack", "--compress", "none", "r", "-o", "x.img")
    assert "  needed by: /bin/script, as its interpreter" in explained(tool, "/bin/interp")
    assert "  needed by: /s, as where it points" in explained(tool, "/bin/script")
    lines = explained(tool, "/lib/b.ko")
    assert "  needed by: /etc/rdinit/modules, as loaded by /init" in lines
    assert "  needed by: /lib/a.ko, as a module it depends on" in lines and "not compressed" in lines[1]


def test_explain_follows_links_on_the_way(tool):
    """An entry of this very path comes first."""
    tool.write("t", "#!/usr/bin/env x\n")
    tool.write("r", "dir /usr 0755 0 0\ndir /usr/bin 0755 0 0\nslink /bin usr/bin 0777 0 0\nfile /usr/bin/sh t 0755 0 0\n"
                    "slink /usr/bin/ash sh 0777 0 0\nslink /loop loop 0777 0 0\n")
    tool.run("pack", "--no-init", "--compress", "none", "r", "-o", "x.img")
    assert explained(tool, "/bin/sh") == explained(tool, "/usr/bin/sh")
    assert explained(tool, "/bin/ash")[0].endswith("/usr/bin/sh")
    assert explained(tool, "/usr/bin/ash")[0].endswith("/usr/bin/ash -> sh")
    tool.fail("explain", "x.img", "/bin/none", says="x.img: /bin/none: ")
    tool.fail("explain", "x.img", "/loop/x", says="x.img: /loop/x: ")


def test_explain_heeds_only_the_manifest_of_this_image(image):
    with open(image.path / "x.img", "ab") as more:
        more.write(bytes(4))
    done = image.run("explain", "x.img", "/mine")
    assert b"belongs to another image and was not used" in done.stderr and b"why:" not in done.stdout


def test_explain_of_what_is_not_there(image):
    image.fail("explain", "x.img", "/none", says="x.img: /none: no such file in it")
    image.fail("explain", "x.img", "/l/x", says="no such file in it")
    image.fail("explain", "none", "/x", says="none: cannot open")
    image.fail("explain", "x.img", status=2, says="expected IMAGE and PATH")


def test_explain_ends_where_needs_go_in_a_circle(tool):
    tool.write("x.img", entry(b"a", 0o120777, b"b") + entry(b"b", 0o120777, b"a") + TRAILER)
    assert "  needs: /b, where it points" in explained(tool, "/a")


# --- picture -----------------------------------------------------------------

def test_the_picture_has_each_file_as_large_as_it_is(tool):
    for name, size in (("t/big", 60000), ("t/sub/half", 30000), ("t/sub/<&>", 10000), ("t/tiny", 1), ("t/empty", 0)):
        tool.write(name, b"x" * size)
    tool.write("r", "tree t\nfile /hard t/big 0644 0 0 /hard2\n")
    tool.run("pack", "r", "-o", "x.img")
    tool.run("list", "--treemap", "x.svg", "x.img")
    root = tree.parse(tool.path / "x.svg").getroot()
    boxes = {}
    for group in root.iter(f"{SVG}g"):
        title, rect = group.find(f"{SVG}title").text, group.find(f"{SVG}rect")
        boxes[title.splitlines()[0]] = float(rect.get("width")) * float(rect.get("height")), title.splitlines()[1]
    assert boxes["/big"][1] == "60000 bytes, 37.5 %" and boxes["/sub/<&>"][1].startswith("10000 bytes")
    assert boxes["/big"][0] == pytest.approx(1200 * 800 * 0.375, rel=0.01)
    assert boxes["/sub/half"][0] / boxes["/sub/<&>"][0] == pytest.approx(3, rel=0.05)
    assert len([path for path in boxes if path.startswith("/hard")]) == 1 and "/empty" not in boxes


def test_a_picture_of_nothing_and_one_that_cannot_be_written(tool):
    tool.write("r", "dir /a 0755 0 0\n")
    tool.run("pack", "r", "-o", "x.img")
    tool.run("list", "--treemap", "x.svg", "x.img")
    assert tree.parse(tool.path / "x.svg").getroot().tag == f"{SVG}svg"
    tool.fail("list", "--treemap", "none/x.svg", "x.img", says="none/x.svg")
    tool.fail("list", "--treemap", status=2, says="--treemap expects an argument")
