# SPDX-License-Identifier: MIT
"""test_read.py - rdinit cat, extract and diff: an image's files, its folder, and what changed."""
import gzip
import json
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import sys

import pytest

from conftest import RDINIT
from newc import TRAILER, entry, recipe_words
from oci import member, parts, tar, write_layout

TREE = ('dir / 0755 0 0\ndir /usr 0755 0 0\ndir /usr/lib 0700 5 6\nslink /lib /usr/lib 0777 0 0\n'
        'file /usr/lib/a data 04755 1 2 /usr/lib/b\nfile "/n l\\n" data 0000 0 0\n'
        'slink /loop loop 0777 0 0\nslink /usr/up ../usr/lib/../lib 0777 0 0\n'
        'nod /null 0666 0 0 c 1 3\npipe /p 0600 0 0\nsock /s 0600 0 0\nmtime 77\n'
        'file /timed data 0644 0 0\n')


def words_of(recipe):
    return [recipe_words(line) for line in recipe.read_text().splitlines()]


@pytest.fixture
def packed(tool):
    tool.write("data", "12345")
    tool.write("r", TREE)
    tool.run("pack", "-o", "x.img", "r")
    return tool


def test_list_long_is_as_ls_has_it(packed):
    lines = packed.run("list", "--long", "x.img").stdout.decode().splitlines()
    wanted = ["drwx------   1     5     6          0 1970-01-01 00:00 /usr/lib",
              "-rwsr-xr-x   2     1     2          5 1970-01-01 00:00 /usr/lib/a",
              "----------   1     0     0          5 1970-01-01 00:00 /n l\\n",
              "lrwxrwxrwx   1     0     0          8 1970-01-01 00:00 /lib -> /usr/lib",
              "crw-rw-rw-   1     0     0       1, 3 1970-01-01 00:00 /null",
              "prw-------   1     0     0          0 1970-01-01 00:00 /p",
              "srw-------   1     0     0          0 1970-01-01 00:00 /s",
              "-rw-r--r--   1     0     0          5 1970-01-01 00:01 /timed"]
    assert set(wanted) <= set(lines), lines
    tool = packed
    tool.write("s", "dir /tmp 1777 0 0\nfile /g data 02644 0 0\n")
    tool.run("pack", "-o", "y.img", "s")
    modes = [line.split()[0] for line in tool.run("list", "-l", "y.img").stdout.decode().splitlines()]
    assert modes == ["-rw-r-Sr--", "drwxrwxrwt"]


def test_list_json_has_everything(packed):
    packed.write("s", TREE + 'file "/\\xff" data 0644 0 0\nslink /t "\\xfe" 0777 0 0\n')
    packed.run("pack", "--compress", "gzip", "-o", "y.img", "s")
    whole = json.loads(packed.run("list", "--json", "y.img").stdout)
    segment, = whole["segments"]
    assert (segment["kind"], segment["offset"]) == ("gzip", 0) and segment["unpacked"] > segment["size"]
    entries = {entry["path"] or entry["path_hex"]: entry for entry in whole["entries"]}
    assert entries["/usr/lib/a"] == {"path": "/usr/lib/a", "type": "file", "mode": "4755", "uid": 1, "gid": 2,
                                     "mtime": 0, "links": 2, "inode": 1, "segment": 0, "size": 5}
    assert (entries["/null"]["type"], entries["/null"]["major"], entries["/null"]["minor"]) == ("character", 1, 3)
    assert entries["/lib"]["target"] == "/usr/lib" and entries["/timed"]["mtime"] == 77
    assert entries["2fff"]["path"] == "" and entries["/t"]["target_hex"] == "fe"


@pytest.mark.parametrize("path", ["/usr/lib/a", "usr/lib/b", "/lib/a", "/usr/up/b", "//lib/./a", "/timed"])
def test_cat_follows_links_inside_the_image(packed, path):
    assert packed.run("cat", "x.img", path).stdout == b"12345"


def test_a_link_is_left_from_where_it_leads(tool):
    """As in the kernel: ".." behind a link is the folder above its target, not the one the link stands in."""
    tool.write("x.img", entry(b"a", 0o40755) + entry(b"a/b", 0o40755) + entry(b"a/f", data=b"right") + entry(b"f", data=b"wrong")
               + entry(b"l", 0o120777, b"a/b") + entry(b"m", 0o120777, b"/l/../f") + TRAILER)
    assert tool.run("cat", "x.img", "/l/../f", "/m").stdout == b"rightright"


# What the kernel makes of each name: a, a/b and l -> a/b are there, and no "none"; "" where it makes nothing.
GOES_UP = {b"../../x": "/x", b"a/../x": "/x", b"a/b/../../../x": "/x", b"l/../x": "/a/x", b"l/./../b/../x": "/a/x",
           b"none/../x": "", b"f/../x": "", b"/../a/x": "/a/x", b"dev/../x": "/x"}


@pytest.mark.parametrize("name", GOES_UP, ids=bytes.decode)
def test_a_name_with_dots_goes_where_the_kernel_puts_it(tool, name):
    path = GOES_UP[name]
    tool.write("x.img", entry(b"dev", 0o40755) + entry(b"a", 0o40755) + entry(b"a/b", 0o40755) + entry(b"l", 0o120777, b"a/b")
               + entry(b"f", data=b"f") + entry(name, data=b"right") + entry(b"last", data=b"last") + TRAILER)
    done = tool.run("extract", "x.img", "out", check=False)
    files = {f"/{path.relative_to(tool.path / 'out')}" for path in (tool.path / "out").rglob("*") if path.is_file()}
    assert files == {"/f", "/last", *({path} if path else ())}
    assert not os.path.exists(tool.path / "x")
    said = tool.run("check", "x.img", check=False).stdout.decode()
    assert bool(path) != (f"{name.decode()} (offset" in said or "is lost" in said), said
    if not path:
        assert done.returncode == 1 and f"{name.decode()} is lost" in done.stderr.decode()
        return
    assert done.returncode == 0
    assert tool.run("cat", "x.img", path).stdout == b"right"
    assert f"file {path} ".encode() in tool.run("list", "x.img").stdout
    tool.run("pack", "--no-init", "--compress", "none", "-o", "y.img", "--image", "x.img")
    assert tool.image("y.img")[path[1:].encode()].data == b"right"


def test_cat_of_several_and_of_standard_input(packed):
    image = (packed.path / "x.img").read_bytes()
    assert packed.run("cat", "-", "/lib/a", "/lib/b", stdin=image).stdout == b"1234512345"


@pytest.mark.parametrize("path, says", [
    ("/nope", "/nope: no such file in it"), ("/lib/nope", "no such file"), ("/usr", "/usr: not a file"),
    ("/null", "not a file"), ("/loop", "too many symbolic links"), ("/loop/x", "too many symbolic links"),
    ("/timed/x", "no such file")])
def test_cat_says_what_is_wrong(packed, path, says):
    packed.fail("cat", "x.img", path, says=says)


def test_a_link_out_of_the_image_leads_nowhere(tool):
    tool.write("x.img", entry(b"etc", 0o120777, b"../../../../etc") + entry(b"h", 0o120777, b"/etc/hostname")
               + TRAILER)
    tool.fail("cat", "x.img", "/etc/hostname", says="too many symbolic links")
    tool.fail("cat", "x.img", "/h", says="too many symbolic links")


def test_extract_and_pack_give_the_same_image_again(packed):
    packed.run("extract", "x.img", "out")
    packed.run("pack", "-o", "y.img", "out.recipe")
    assert (packed.path / "y.img").read_bytes() == (packed.path / "x.img").read_bytes()
    out = packed.path / "out"
    assert (out / "usr/lib/a").read_bytes() == b"12345"
    assert (out / "usr/lib/a").stat().st_ino == (out / "usr/lib/b").stat().st_ino
    assert stat.S_IMODE((out / "usr/lib/a").stat().st_mode) == 0o755, "no setuid bit on the host"
    assert stat.S_IMODE((out / "n l\n").stat().st_mode) == 0o400
    assert os.readlink(out / "lib") == "/usr/lib" and (out / "timed").stat().st_mtime == 77
    assert not any((out / name).exists() for name in ("null", "p", "s"))


@pytest.mark.parametrize("first", [b"../../outside", b"/outside", b"out", b"a/../../../outside"])
def test_nothing_is_written_outside(tool, first):
    (tool.path / "outside").mkdir()
    tool.write("x.img", entry(b"d", 0o120777, first) + entry(b"d/evil", data=b"x") + TRAILER)
    tool.fail("extract", "x.img", "in", says="/d/evil is lost")
    assert os.listdir(tool.path / "outside") == []
    assert sorted(os.listdir(tool.path / "in")) == ["d"]


@pytest.fixture
def victim(tool):
    """What lies outside of every archive, and how it was; its path as an archive would name it."""
    path = tool.path / "victim"
    (path / "d").mkdir(parents=True)
    for name in ("s", "d/s"):
        (path / name).write_text("secret")
        (path / name).chmod(0o600)
    path.chmod(0o700)

    class Victim:
        name = str(path).encode()

        def look(self):
            return [(str(each), each.lstat().st_mode, each.lstat().st_nlink, each.lstat().st_mtime_ns, each.lstat().st_ctime_ns)
                    for each in [path, *sorted(path.rglob("*"))]]

        def is_untouched(self, out):
            assert self.look() == self.before
            for each in out.rglob("*"):
                if each.is_file() and not each.is_symlink() and each.resolve() == each:
                    assert b"secret" not in each.read_bytes()
                    assert each.stat().st_nlink == 1 or each.stat().st_ino not in [file.stat().st_ino for file in path.rglob("*")]
            recipe = out.with_name(out.name + ".recipe")
            for line in recipe.read_text().splitlines() if recipe.exists() else []:
                words = recipe_words(line)
                if words[0] == "file":
                    assert os.path.realpath(words[2]) == words[2] and words[2].startswith(f"{out}/"), line
    found = Victim()
    found.before = found.look()
    return found


def linked(name, data=b"", mode=0o100644):
    return entry(name, mode, data, ino=5, nlink=2)


@pytest.mark.parametrize("archive", [
    lambda v: entry(b"d", 0o40755) + linked(b"d/s", b"1") + entry(b"d/s", 0o10644) + entry(b"d", 0o120777, v) + linked(b"x"),
    lambda v: entry(b"d", 0o40755) + linked(b"d/s", b"1") + entry(b"d/s", 0o120777, b"q") + entry(b"d", 0o120777, v) + linked(b"x"),
    lambda v: entry(b"a", 0o40755) + entry(b"d", 0o120777, b"a") + linked(b"d/s", b"1") + entry(b"d", 0o120777, v) + linked(b"x"),
    lambda v: entry(b"d", 0o40755) + linked(b"d/s", b"1") + linked(b"d/s") + entry(b"d", 0o120777, v) + linked(b"x") + linked(b"y", b"2"),
    lambda v: entry(b"d", 0o40755) + entry(b"d/s", data=b"1") + entry(b"d/s", 0o40755) + entry(b"d/s", 0o120777, v + b"/s")
    + entry(b"d/s", 0o100666, b"2"),
], ids=["a node, then a link", "a link", "another link on the way", "the first name again", "every kind in turn"])
def test_another_name_of_a_file_is_never_that_of_one_outside(tool, victim, archive):
    tool.write("x.img", archive(victim.name) + TRAILER)
    tool.run("extract", "x.img", "in", check=False)
    victim.is_untouched(tool.path / "in")


@pytest.mark.parametrize("target", [b"", b"/s", b"/d"])
@pytest.mark.parametrize("mode", [0o40777, 0o100777])
def test_the_mode_of_what_was_replaced_goes_nowhere(tool, victim, target, mode):
    tool.write("x.img", entry(b"c", 0o40755) + entry(b"a", 0o120777, b"c") + entry(b"a/b", mode)
               + entry(b"c/b", 0o120777, victim.name + target) + TRAILER)
    tool.run("extract", "x.img", "in")
    victim.is_untouched(tool.path / "in")
    assert os.readlink(tool.path / "in/c/b") == (victim.name + target).decode()


def test_a_name_is_found_by_where_its_link_led_at_the_time(tool):
    """The link is another one in the end: the recipe names the file where it is."""
    tool.write("x.img", entry(b"a", 0o40755) + entry(b"b", 0o40755) + entry(b"l", 0o120777, b"a") + entry(b"l/f", data=b"1")
               + entry(b"l", 0o120777, b"b") + TRAILER)
    tool.run("extract", "x.img", "in")
    assert (tool.path / "in/a/f").read_bytes() == b"1" and os.listdir(tool.path / "in/b") == []
    assert ["file", "/a/f", f"{tool.path}/in/a/f", "0644", "0", "0"] in words_of(tool.path / "in.recipe")
    tool.run("pack", "--compress", "none", "-o", "y.img", "in.recipe")
    assert tool.run("cat", "y.img", "/a/f").stdout == b"1"


def test_folders_deeper_than_a_path_may_be_long(tool):
    """Each entry's path is short; a link makes the place where it lies longer than PATH_MAX."""
    name = b"n" * 250
    half = b"/".join([name] * 15)
    dirs = b"".join(entry(b"/".join([name] * depth), 0o40755) for depth in range(1, 16))
    below = b"".join(entry(b"/".join([b"l"] + [name] * depth), 0o40755) for depth in range(1, 16))
    tool.write("x.img", dirs + entry(b"l", 0o120777, half) + below + entry(b"l/" + half + b"/f", ino=5, nlink=2, data=b"1")
               + entry(b"g", ino=5, nlink=2) + TRAILER)
    text = tool.fail("extract", "x.img", "in", says="1 file is not in the recipe")
    assert "a path has up to 4095 bytes" in text
    assert (tool.path / "in/g").read_bytes() == b"1" and (tool.path / "in/g").stat().st_nlink == 2
    shutil.rmtree(tool.path / "in")


def test_who_moves_folders_meanwhile_gains_nothing(tool, victim):
    """Another process with rights below DIR puts links to elsewhere where folders were."""
    body = b"".join(entry(b"%d" % top, 0o40777) + b"".join(
        entry(b"%d/%d" % (top, i), 0o40777) + entry(b"%d/%d/s" % (top, i), 0o100666, b"1") for i in range(8)) for top in range(60))
    tool.write("x.img", body + TRAILER)
    script = ("import os, sys\nout, victim = sys.argv[1:]\nwhile True:\n  for top in range(60):\n    try:\n"
              "      os.rename(f'{out}/{top}', f'{out}/gone{top}'); os.symlink(victim, f'{out}/{top}')\n    except OSError: pass\n")
    for turn in range(8):
        mover = subprocess.Popen([sys.executable, "-c", script, tool.path / f"in{turn}", tool.path / "victim"])
        try:
            tool.run("extract", "x.img", f"in{turn}", check=False)
        finally:
            mover.kill()
            mover.wait()
        assert victim.look() == victim.before


def test_a_file_through_a_link_lies_inside(tool):
    """An absolute link is taken inside the folder, and the recipe names the file's real place."""
    tool.write("x.img", entry(b"outside", 0o40755) + entry(b"d", 0o120777, str(tool.path).encode() + b"/outside")
               + entry(b"tmp", 0o40755) + entry(b"e", 0o120777, b"/outside") + entry(b"e/f", data=b"x") + TRAILER)
    tool.run("extract", "x.img", "in")
    assert (tool.path / "in/outside/f").read_bytes() == b"x"
    assert ["file", "/e/f", f"{tool.path}/in/outside/f", "0644", "0", "0"] in words_of(tool.path / "in.recipe")


def test_a_later_entry_replaces_an_earlier_one(tool):
    tool.write("x.img", entry(b"a", data=b"1") + entry(b"a", 0o120777, b"b") + entry(b"b", 0o40755)
               + entry(b"b", data=b"2") + entry(b"c", data=b"1") + entry(b"c", data=b"3") + TRAILER)
    tool.run("extract", "x.img", "in")
    assert os.readlink(tool.path / "in/a") == "b"
    assert (tool.path / "in/b").read_bytes() == b"2" and (tool.path / "in/c").read_bytes() == b"3"
    recipe = (tool.path / "in.recipe").read_text()
    assert recipe.count(" /c ") == 1 and recipe.count(" /b ") == 1


def test_what_the_kernel_would_lose_is_said_and_the_rest_extracted(tool):
    tool.write("x.img", entry(b"no/folder", data=b"1") + entry(b"d", 0o40755) + entry(b"d/f", data=b"2")
               + entry(b"d", data=b"3") + TRAILER)
    text = tool.fail("extract", "x.img", "in", says="2 entries are lost")
    assert "/no/folder is lost: its directory is missing" in text and "/d is lost: it cannot replace" in text
    assert (tool.path / "in/d/f").read_bytes() == b"2"
    assert "folder" not in (tool.path / "in.recipe").read_text().replace("# ", "")


def test_extract_refuses_a_folder_that_is_in_use(packed):
    (packed.path / "full").mkdir()
    packed.write("full/x", "mine")
    packed.fail("extract", "x.img", "full", says="full: is not empty")
    packed.fail("extract", "x.img", "data", says="data: cannot open: Not a directory")
    packed.fail("extract", "x.img", "no/where", says="no/where: cannot create")
    packed.fail("extract", "x.img", status=2, says="expected IMAGE and DIR")
    assert packed.names() == ["data", "full", "r", "x.img"]


def change(tool, *replace):
    text = TREE
    for old, new in replace:
        assert old in text
        text = text.replace(old, new)
    tool.write("data2", "12345678")
    tool.write("data3", "54321")
    tool.write("s", text)
    tool.run("pack", "--compress", "none", "-o", "y.img", "s")
    done = tool.run("diff", "x.img", "y.img", check=False)
    return done.returncode, done.stdout.decode().splitlines()


@pytest.mark.parametrize("replace, lines", [
    ([("dir /usr 0755", "dir /usr 0750")], ["~ /usr: mode 0755 -> 0750"]),
    ([("0700 5 6", "0700 5 7")], ["~ /usr/lib: owner 5:6 -> 5:7"]),
    ([("/lib /usr/lib", "/lib usr/lib")], ["~ /lib: target /usr/lib -> usr/lib"]),
    ([("/timed data ", "/timed data2 ")], ["~ /timed: 5 -> 8 bytes"]),
    ([("/timed data ", "/timed data3 ")], ["~ /timed: other contents"]),
    ([("c 1 3", "c 1 5")], ["~ /null: device 1:3 -> 1:5"]),
    ([("c 1 3", "b 1 3")], ["~ /null: character device -> block device"]),
    ([("pipe /p", "sock /p")], ["~ /p: pipe -> socket"]),
    ([("pipe /p", "pipe /q")], ["- /p: pipe", "+ /q: pipe"]),
    ([("/timed data 0644 0 0", "/zz data2 0600 1 0")], ["- /timed: file, 5 bytes", "+ /zz: file, 8 bytes"]),
    ([('"/n l\\n" data 0000 0 0', '"/n l\\n" data2 0001 1 1')],
     ["~ /n l\\n: mode 0000 -> 0001, owner 0:0 -> 1:1, 5 -> 8 bytes"]),
])
def test_diff_says_what_changed(packed, replace, lines):
    assert change(packed, *replace) == (1, lines)


def test_diff_of_the_same(packed):
    assert change(packed) == (0, []), "compression is no difference"
    assert change(packed, ("mtime 77", "mtime 78")) == (0, []), "nor are times"
    done = packed.run("diff", "--times", "x.img", "y.img", check=False)
    assert (done.returncode, done.stdout) == (1, b"~ /timed: time 77 -> 78\n")


def test_diff_of_what_is_no_image(packed):
    packed.fail("diff", "x.img", "data", status=2, says="data: ")
    packed.fail("diff", "x.img", status=2, says="expected A and B")


# --- how much may come ---------------------------------------------------------

@pytest.fixture(scope="module")
def zeros():
    """A segment of 1.9 GB of zero bytes, whose frame says so."""
    return subprocess.run(["sh", "-c", "head -c 1900M /dev/zero | zstd -1 -q --stream-size=1992294400 -c"], capture_output=True,
                          check=True).stdout


def small(tool, *words, says, status=1, memory=300 << 20):
    """Refused with so little memory that nothing can have been unpacked."""
    return tool.fail(*words, says=says, status=status, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)))


COMMANDS = [["list"], ["cat"], ["extract"], ["diff"], ["explain"], ["pack"], ["pack", "tar"]]


def words_for(command, image):
    more = {"cat": ["/f"], "extract": ["out"], "diff": [image], "explain": ["/f"]}.get(command[0], [])
    return ["pack", "--no-init", "-o", "y.img", "--tar" if command[1:] else "--image", image] if command[0] == "pack" \
        else [command[0], image, *more]


@pytest.mark.parametrize("command", COMMANDS[:-1], ids=" ".join)
def test_segments_count_together_and_are_reported_before_they_are_unpacked(tool, zeros, command):
    """Each is below the limit, and all three are not: 67 KB for 5.7 GB."""
    early = entry(b"early", 0o40755) + TRAILER
    tool.write("x.img", early + bytes(-len(early) % 512) + 3 * (zeros + bytes(-len(zeros) % 4)))
    assert (tool.path / "x.img").stat().st_size < 1 << 20
    words = words_for(command, "x.img")
    small(tool, *words, says="x.img: unpacks to more than 4 GiB", status=2 if command == ["diff"] else 1)
    assert "y.img" not in tool.names()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("before", [True, False])
def test_the_limit_is_a_choice(tool, command, before):
    """Of gzip the size is not known before; images count with one another."""
    data = entry(b"f", data=bytes(3 << 20)) + TRAILER
    tool.write("x.img", gzip.compress(data) if command[1:] != ["tar"] else gzip.compress(tar(member("f", data=bytes(3 << 20)))))
    words = words_for(command, "x.img")

    def limited(size):
        return ["--max-size", size, *words] if before else [*words, f"--max-size={size}"]
    tool.fail(*limited("2M"), status=2 if command == ["diff"] else 1, says="x.img: unpacks to more than 2 MiB")
    if command == ["diff"]:
        tool.fail(*limited("5M"), status=2, says="more than 5 MiB, together with the files before it: allow more with --max-size")
    tool.run(*limited("7M"))


@pytest.mark.parametrize("size", ["", "0", "x", "1X", "-1", "1GB", "99999999999999999999", "9999999999T"])
def test_a_limit_that_is_no_size_is_refused(tool, size):
    tool.write("x.img", entry(b"f") + TRAILER)
    tool.fail("list", "--max-size", size, "x.img", status=2, says="--max-size expects bytes")
    tool.fail("list", "x.img", "--max-size", status=2, says="--max-size expects an argument")


def test_members_of_layers_count_together(tool):
    layer = gzip.compress(tar(member("f", data=bytes(3 << 20))))
    write_layout(tool.path / "app", {"x": parts([layer, layer], {"Cmd": ["/f"]})})
    tool.fail("pack", "-o", "y.img", "--max-size", "5M", "--oci", "app", says="unpacks to more than 5 MiB")
    subprocess.run(["tar", "-C", "app", "-cf", "app.tar", "."], cwd=tool.path, check=True)
    for store in ("app", "app.tar"):
        tool.run("pack", "-o", "y.img", "--max-size", "7M", "--oci", store)


def test_holes_of_a_tar_take_no_room_before_they_are_packed(tool):
    """2.5 KB that say they are 3 GB: refused at once, or without 3 GB of temporary files."""
    with open(tool.path / "f", "wb") as f:
        f.truncate(3 << 30)
    subprocess.run(["tar", "-S", "-cf", "a.tar", "f"], cwd=tool.path, check=True)
    (tool.path / "f").unlink()
    small(tool, "pack", "-o", "y.img", "--max-size", "2G", "--tar", "a.tar", says="a.tar: unpacks to more than 2 GiB")
    with open(tool.path / "f", "wb") as f:
        f.truncate(64 << 20)
    subprocess.run(["tar", "-S", "-cf", "a.tar", "f"], cwd=tool.path, check=True)
    limit = 1 << 20
    tool.run("pack", "--no-init", "--compress", "zstd", "-o", "y.img", "--tar", "a.tar",
             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (80 << 20, 80 << 20)))
    assert (tool.path / "y.img").stat().st_size < limit and tool.run("cat", "y.img", "/f").stdout == bytes(64 << 20)


def test_what_follows_another_programs_name_is_its_own(tool):
    tool.run("pack", "-o", "y.img", "--app", "sh", "-c", "exit 0", "--max-size", "nonsense")
    assert b"nonsense" in tool.run("cat", "y.img", "/etc/rdinit/run").stdout


# --- memory ---

def large_raw(tool, name, size):
    """An image that is not compressed, of one file of zeros that takes no room on the disk."""
    head = entry(b"f", data=b"") # its size is filled in
    head = head[:54] + b"%08X" % size + head[62:]
    path = tool.write(name, head)
    with open(path, "r+b") as file:
        file.seek(len(head) + size)
        file.write(TRAILER)
    return path


@pytest.mark.parametrize("words", [["list"], ["list", "--long"], ["cat"], ["explain"], ["diff"]], ids=" ".join)
def test_an_image_that_is_not_compressed_is_not_read_into_memory(tool, words):
    large_raw(tool, "x.img", 1 << 27)
    more = words_for(words, "x.img")[2:]
    limit = 64 << 20
    tool.run(*words, "x.img", *more, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))


@pytest.mark.parametrize("method", ["gzip", "zstd", "lz4"])
def test_what_only_names_are_wanted_of_is_unpacked_in_pieces(tool, method):
    large_raw(tool, "raw.img", 1 << 27)
    tool.run("pack", "--no-init", "--compress", method, "-o", "x.img", "raw.img")
    limit = 64 << 20
    for words in (["list"], ["list", "--json"], ["cat"]):
        tool.run(*words, "x.img", *words_for(words, "x.img")[2:],
                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))


# In a process of its own: what a program's parent had before exec(2) counts as the program's.
MEASURE = """import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(status > 1)
"""


def memory_of(tool, *words, **kwargs):
    """The most memory that the command had at one time, in MiB; files that it has mapped count."""
    return int(subprocess.run([sys.executable, "-c", MEASURE, RDINIT, *words], cwd=tool.path, env=tool.env, check=True,
                              stdout=subprocess.PIPE, **kwargs).stdout)


READERS = [["check"], ["diff"], ["extract"], ["explain"], ["list", "--json"]]


@pytest.mark.parametrize("method", ["gzip", "zstd", "none"])
def test_a_large_image_is_read_in_little_memory(tool, method):
    large_raw(tool, "raw.img", 1 << 27)
    tool.run("pack", "--no-init", "--compress", method, "-o", "x.img", "raw.img")
    for words in READERS:
        more = words_for(words, "x.img")[2:]
        assert memory_of(tool, *words, "x.img", *more) <= 64, words
    with open(tool.path / "x.img", "rb") as image:
        assert memory_of(tool, "check", "-", stdin=image) <= 64


def test_without_a_temporary_file_it_is_read_in_memory(tool):
    tool.write("x.img", gzip.compress(entry(b"f", data=bytes(range(256)) * (1 << 13)) + TRAILER))
    tool.run("diff", "x.img", "x.img", env={"TMPDIR": "/nowhere"})
    limit = 1 << 20     # of a file's size: the disk is full, as it were

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    tool.run("diff", "x.img", "x.img", preexec_fn=full)
    tool.write("y.img", gzip.compress(entry(b"f", data=bytes(range(255)) * (1 << 13) + bytes(1 << 13)) + TRAILER))
    assert b"other contents" in tool.run("diff", "x.img", "y.img", check=False, preexec_fn=full).stdout


def test_an_image_that_becomes_shorter_while_it_is_read(tool):
    path = tool.write("x.img", entry(b"f", data=bytes(1 << 20)) + TRAILER)
    with subprocess.Popen([RDINIT, "diff", path, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        other = entry(b"f", data=b"x" + bytes((1 << 20) - 1)) + TRAILER
        run.stdin.write(other[:1000])
        run.stdin.flush()
        while str(path) not in pathlib.Path(f"/proc/{run.pid}/maps").read_text():
            pass
        os.truncate(path, 0)
        said = run.communicate(other[1000:], timeout=20)[1]
    assert (run.returncode, said) == (2, b"rdinit: a file became shorter while it was read\n")
