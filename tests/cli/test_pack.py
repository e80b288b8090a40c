# SPDX-License-Identifier: MIT
"""test_pack.py - rdinit pack: what is in the image, what bad input gets, what a failure leaves."""
import contextlib
import os
import resource
import shutil
import signal
import stat
import subprocess
import time

import pytest

from conftest import RDINIT, wait_for_output
from newc import read_newc

ROOT = os.geteuid() == 0

# gen_init_cpio's own example, from Documentation and usr/gen_init_cpio.c --help.
KERNEL_LIST = """\
# A simple initramfs
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
nod /dev/loop0 0644 0 6 b 7 0
dir /root 0700 0 0
dir /sbin 0755 0 0

file /sbin/kinit hello 0755 0 0 /sbin/init /init
file /empty ${WHERE}/empty 04711 100 65534
slink /bin/sh kinit 0777 0 0
pipe /run/p 0600 1 2
sock /run/s 0640 3 4
"""


def kinds(entries):
    return {name.decode(): oct(entry.mode) for name, entry in entries.items()}


def test_a_kernel_list_gives_what_gen_init_cpio_gives(tool):
    tool.write("hello", "hello\n")
    tool.write("empty", "")
    got = tool.pack(KERNEL_LIST, "--var", f"WHERE={tool.path}")
    assert kinds(got) == {
        "bin": "0o40755", "bin/sh": "0o120777", "dev": "0o40755", "dev/console": "0o20600",
        "dev/loop0": "0o60644", "empty": "0o104711", "init": "0o100755", "root": "0o40700",
        "run": "0o40755", "run/p": "0o10600", "run/s": "0o140640", "sbin": "0o40755",
        "sbin/init": "0o100755", "sbin/kinit": "0o100755"}
    assert (got[b"dev/console"].rdev_major, got[b"dev/console"].rdev_minor) == (5, 1)
    assert (got[b"dev/loop0"].uid, got[b"dev/loop0"].gid, got[b"dev/loop0"].rdev_major) == (0, 6, 7)
    assert (got[b"empty"].uid, got[b"empty"].gid) == (100, 65534)
    assert got[b"bin/sh"].data == b"kinit"
    links = [got[n] for n in (b"init", b"sbin/init", b"sbin/kinit")]
    assert len({e.ino for e in links}) == 1 and {e.nlink for e in links} == {3}
    assert [e.data for e in links] == [b"", b"", b"hello\n"], "the last link has the bytes"


def test_entries_are_sorted_without_number_and_time(tool):
    got = tool.pack("file /b/x /dev/null 0644 0 0\ndir /b-c 0755 0 0\ndir /a 0755 0 0\n")
    assert list(got) == [b"a", b"b", b"b-c", b"b/x"]
    assert {(e.ino, e.nlink) for e in got.values()} == {(0, 1)}, "only hard links need a number"
    assert {e.mtime for e in got.values()} == {0}


def test_the_root_directory_can_have_a_mode(tool):
    tool.pack("dir / 0711 0 0\n")
    assert tool.root.mode == 0o40711


@pytest.mark.parametrize("line, mode", [
    ("tree t\n", 0o750), ("tar t.tar\n", 0o711), ("tar plain.tar\n", 0o755), ("image t.img\n", 0o711), ("image plain.img\n", 0o755),
    ("init\n", 0o755), ("dir / 0700 0 0\ntree t\ninit\n", 0o700), ("tree t /srv\n", None), ("pipe /x 0600 0 0\n", None)])
def test_nobody_but_root_writes_in_the_root_directory(tool, line, mode):
    """The kernel's own, of a tmpfs, is 1777. A list says what it wants, as it does to the kernel."""
    tool.write("t/f", "x")
    (tool.path / "t").chmod(0o750)
    (tool.path / "u").mkdir()
    (tool.path / "u").chmod(0o711)
    tool.write("u/f", "x")
    for name, member in (("t", "."), ("plain", "f")):
        subprocess.run(["tar", "-C", "u", "-cf", f"{name}.tar", member], cwd=tool.path, check=True)
    tool.run("pack", "--no-init", "-o", "t.img", "--tree", "u")
    tool.run("pack", "-o", "plain.img", "-", stdin=b"pipe /y 0600 0 0\n")
    tool.pack(line)
    assert (tool.root.mode & 0o7777 if tool.root else None) == mode


def test_a_root_directory_that_others_cannot_enter_is_said(tool):
    tool.write("t/f", "x")
    for mode, count in ((0o755, 0), (0o750, 1)):
        (tool.path / "t").chmod(mode)
        done = tool.run("pack", "-o", "x", "t")
        assert done.stderr.count(f"has mode {mode:04o}, and so has / of the image".encode()) == count


def test_missing_parents_are_made(tool):
    got = tool.pack("pipe /a/b/c/p 0600 7 7\n")
    assert [(n, oct(e.mode), e.uid) for n, e in got.items()][:3] == [
        (b"a", "0o40755", 0), (b"a/b", "0o40755", 0), (b"a/b/c", "0o40755", 0)]


def test_what_is_put_behind_a_symlink_goes_where_it_points(tool):
    """Sorted, the kernel would see /lib/x before /usr/lib exists, and lose it without a word."""
    for recipe in ("slink /lib usr/lib 0777 0 0\npipe /lib/x 0600 0 0\n",
                   "pipe /lib/x 0600 0 0\nslink /lib usr/lib 0777 0 0\n"):
        assert list(tool.pack(recipe)) == [b"lib", b"usr", b"usr/lib", b"usr/lib/x"]


def test_symlinks_that_go_round_are_refused(tool):
    tool.fail("pack", "-", stdin=b"slink /a b 0777 0 0\nslink /b a 0777 0 0\npipe /a/x 0600 0 0\n",
              says="too many symlinks")


@pytest.mark.parametrize("name", [b"with space", b"new\nline", b"tab\t", b"\xff\xfe", b'q"uote',
                                  b"back\\slash", b"${X}", b"#hash", "ü".encode()])
def test_any_name_can_be_quoted(tool, name):
    quoted = b'"/' + b"".join(b"\\x%02x" % c for c in name) + b'"'
    got = tool.pack(b"pipe " + quoted + b" 0600 0 0\n")
    assert list(got) == [name]


def test_names_of_a_tree_need_no_care(tool):
    names = [b"with space", b"new\nline", b"\xff\xfe", b'q"', b"-dash", b"a" * 255]
    (tool.path / "tree").mkdir()
    for name in names:
        with open(os.path.join(os.fsencode(tool.path / "tree"), name), "wb") as file:
            file.write(name)
    tool.run("pack", "--no-init", "--tree", "tree")
    got = tool.image()
    del got[b"."]
    assert set(got) == set(names)
    assert all(entry.data == name for name, entry in got.items())
    again = tool.run("pack", "-o", "again.img", "-", stdin=tool.run("list", "rdinit.img").stdout)
    assert again.returncode == 0
    assert (tool.path / "again.img").read_bytes() == (tool.path / "rdinit.img").read_bytes()


def make_tree(path, order):
    for name in order:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        file.chmod(0o644)
        os.utime(file, (time.time() - len(name), 12345 + len(order[0])))
    os.symlink("b/two", path / "link")
    os.link(path / "a" / "one", path / "hard")
    for directory, dirs, _ in os.walk(path):
        for name in dirs:
            os.chmod(os.path.join(directory, name), 0o755)


def test_two_runs_give_the_same_bytes(tool):
    """Other umask, other times, other order on the disk, other name of the directory."""
    names = ["a/one", "b/two", "b/three", "z", "m"]
    made = []
    for number, umask in ((1, 0o022), (2, 0o077)):
        tree = tool.path / f"run{number}" / "tree"
        old = os.umask(umask)
        try:
            tree.mkdir(parents=True)
            tree.chmod(0o755)
            make_tree(tree, names if number == 1 else names[::-1])
            tool.run("pack", "--no-init", "-o", f"{number}.img", "--tree", str(tree))
        finally:
            os.umask(old)
        made.append((tool.path / f"{number}.img").read_bytes())
    assert made[0] == made[1]
    got = tool.image("1.img")
    assert got[b"a/one"].ino == got[b"hard"].ino and got[b"hard"].data == b"a/one"
    assert got[b"a/one"].nlink == 2 and got[b"a/one"].data == b""
    assert stat.S_IMODE((tool.path / "1.img").stat().st_mode) == 0o644
    assert stat.S_IMODE((tool.path / "2.img").stat().st_mode) == 0o600


def test_times_are_clamped_to_source_date_epoch(tool):
    for name, mtime in (("tree/old", 1000), ("tree/new", 2_000_000_000), ("tree/neg", -5)):
        os.utime(tool.write(name, name), (0, mtime))
    tool.run("pack", "--no-init", "--tree", "tree", env={"SOURCE_DATE_EPOCH": "5000"})
    assert {n: e.mtime for n, e in tool.image().items()} == {b".": 5000, b"neg": 0, b"new": 5000, b"old": 1000}
    tool.fail("pack", "--no-init", "--tree", "tree", says="SOURCE_DATE_EPOCH",
              env={"SOURCE_DATE_EPOCH": "yesterday"})


def test_a_tree_has_the_owners_asked_for(tool):
    tool.write("tree/f", "")
    recipe = tool.write("r", "tree tree /set 5:6\ntree tree /keep keep\ntree tree /zero\n")
    tool.run("pack", str(recipe))
    got = tool.image()
    assert (got[b"set/f"].uid, got[b"set/f"].gid, got[b"set"].uid) == (5, 6, 5)
    assert (got[b"keep/f"].uid, got[b"keep/f"].gid) == (os.geteuid(), os.getegid())
    assert got[b"zero/f"].uid == 0


def test_the_image_is_no_part_of_the_tree_it_is_made_in(tool):
    tool.write("f", "text")
    tool.run("pack", "--no-init", "--tree", ".")
    first = (tool.path / "rdinit.img").read_bytes()
    done = tool.run("pack", "--no-init", "--tree", ".")
    assert (tool.path / "rdinit.img").read_bytes() == first
    assert b"./rdinit.img is the image itself" in done.stderr


def test_one_of_three_links_counts_as_one(tool):
    tool.write("tree/a", "x")
    os.link(tool.path / "tree/a", tool.path / "outside1")
    os.link(tool.path / "tree/a", tool.path / "outside2")
    tool.run("pack", "--no-init", "--tree", "tree")
    assert tool.image()[b"a"].nlink == 1


def test_files_whose_size_lies_are_read_to_their_end(tool):
    got = tool.pack("file /cpu /proc/cpuinfo 0444 0 0\nfile /syms /proc/kallsyms 0444 0 0\n"
                    "file /one /sys/kernel/mm/transparent_hugepage/enabled 0444 0 0\n"
                    "file /null /dev/null 0644 0 0\n")
    assert got[b"cpu"].data.startswith(b"processor")
    assert len(got[b"syms"].data) > 1 << 20, "more than is read before the header"
    assert got[b"one"].data == open("/sys/kernel/mm/transparent_hugepage/enabled", "rb").read()
    assert got[b"null"].size == 0


def test_quoted_words_variables_and_comments(tool):
    got = tool.pack('  # indented comment\n\n\tdir "/a b" 0755 0 0 # behind\r\n'
                    'slink /v "${ONE} and \\${ONE} $x" 0777 0 0\n', "--var", "ONE=1",
                    env={"ONE": "hidden"})
    assert got[b"v"].data == b"1 and ${ONE} $x" and b"a b" in got


def test_explicit_lines_win_over_trees_in_any_order(tool):
    tool.write("tree/f", "tree")
    tool.write("mine", "mine")
    for recipe in ("tree tree\nfile /f mine 0600 0 0\n", "file /f mine 0600 0 0\ntree tree\n"):
        tool.write("r", recipe)
        tool.run("pack", "r")
        got = tool.image()
        assert (got[b"f"].data, oct(got[b"f"].mode)) == (b"mine", "0o100600")


def test_of_two_explicit_lines_the_later_wins_as_in_the_kernel(tool):
    done = tool.run("pack", "--compress", "none", "-o", "-", "-",
                    stdin=b"pipe /x 0600 0 0\nsock /x 0600 0 0\nsock /x 0600 0 0\n")
    assert oct(read_newc(done.stdout)[b"x"].mode) == "0o140600"
    assert done.stderr.count(b"<stdin>:2: /x replaces the entry that <stdin>:1 added") == 1


def test_the_other_links_keep_a_replaced_file(tool):
    tool.write("one", "one")
    tool.write("two", "two")
    tool.write("r", "file /a one 0644 0 0 /b /c\nfile /a two 0600 0 0\n")
    tool.run("pack", "r")
    got = tool.image()
    assert got[b"a"].data == b"two" and got[b"a"].nlink == 1
    assert got[b"b"].nlink == 2 and got[b"c"].data == b"one"


def test_a_directory_in_use_cannot_become_a_file(tool):
    tool.fail("pack", "-", stdin=b"pipe /d/x 0600 0 0\npipe /d 0600 0 0\n",
              says="<stdin>:2: /d is a directory that is not empty")
    tool.fail("pack", "-", stdin=b"pipe /d 0600 0 0\npipe /d/x 0600 0 0\n",
              says="<stdin>:2: /d/x cannot be below /d")


def test_include_counts_from_the_including_file(tool):
    tool.write("sub/data", "data")
    tool.write("sub/inner", "file /f data 0644 0 0\n")
    tool.write("outer", "include sub/inner\n")
    tool.run("pack", "outer")
    assert tool.image()[b"f"].data == b"data"
    tool.write("sub/loop", "include ../start\n")
    tool.write("start", "include sub/loop\n")
    tool.fail("pack", "start", says="sub/loop:1:9: expected another recipe")


def test_cmdline_words_are_quoted_for_the_kernel(tool):
    tool.write("r", 'cmdline root=/dev/vda "init=/bin/sh -c"\ncmdline ro\n')
    tool.run("pack", "r", "--cmdline", 'quiet x="a b"')
    assert tool.image()[b"etc/rdinit/cmdline"].data == (
        b'root=/dev/vda "init=/bin/sh -c"\nro\nquiet x="a b"\n')


def test_a_directory_and_an_archive_are_what_the_kernel_takes_them_for(tool):
    """CONFIG_INITRAMFS_SOURCE names a list, a directory or an archive, and so may each argument."""
    tool.write("d/etc/f", "one")
    tool.write("list", "dir /sys 0755 0 0\n")
    tool.run("pack", "--compress", "none", "-o", "a", "d")
    assert {b"etc/f", b"init"} <= set(tool.image("a"))
    for command in (["cat"], ["gzip"], ["zstd", "-q"], ["xz"], ["lz4", "-l", "-q"], ["bzip2"], ["xz", "--format=lzma"]):
        packed = subprocess.run([*command, "-c"] if command != ["cat"] else command, input=(tool.path / "a").read_bytes(),
                                stdout=subprocess.PIPE, check=True).stdout
        (tool.path / "old").write_bytes(packed)
        tool.run("pack", "--compress", "none", "-o", "b", "old")
        assert tool.image("b")[b"etc/f"].data == b"one", command
    tool.run("pack", "--compress", "none", "-o", "b", "list", "old")
    assert {b"etc/f", b"init", b"sys"} <= set(tool.image("b"))
    tool.run("pack", "--compress", "none", "-o", "b", "list", "d")
    assert {b"etc/f", b"sys"} <= set(tool.image("b")) and b"init" not in tool.image("b")


LIMITS = [  # what /init has room for, and one more
    ("arguments", lambda n: "init\nrun /init" + " x" * n + "\n", 16382, "16384 strings, but /init accepts 16383"),
    ("an argument", lambda n: f"init\nrun /init {'x' * n}\n", 131071, "string 2 of /etc/rdinit/run is longer than the kernel's 131071 bytes"),
    ("bytes", lambda n: "init\nrun /init" + f" {'x' * 130000}" * 4 + f" {'y' * n}\n", 4276, "has 524288 bytes, but /init reads up to 524287"),
    ("environment", lambda n: "init\n" + "".join(f"env A{i}=1\n" for i in range(n)), 4000, "4001 strings, but /init accepts 4000"),
    ("a value", lambda n: f"init\nenv A={'x' * n}\n", 131069, "string 1 of /etc/rdinit/env is longer"),
    ("command line", lambda n: f"init\ncmdline {'x' * n}\n", 65534, "has 65536 bytes, but /init reads up to 65535"),
]


@pytest.mark.parametrize("recipe, most, says", [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_what_init_has_no_room_for_is_not_packed_and_found_by_check(tool, recipe, most, says):
    tool.write("good", recipe(most))
    tool.run("pack", "-o", "good.img", "good")
    tool.write("bad", recipe(most + 1))
    tool.fail("pack", "-o", "bad.img", "bad", says=says)
    assert not (tool.path / "bad.img").exists()


def test_run_writes_the_program_and_its_arguments(tool):
    tool.write("r", 'file /app hello 0755 0 0\nrun /app "two words" "" -x\n')
    tool.write("hello", "#!")
    tool.run("pack", "r")
    assert tool.image()[b"etc/rdinit/run"].data == b"/app\0two words\0\0-x\0"


def test_app_takes_the_rest_of_the_line(tool):
    tool.run("pack", "-o", "x.img", "--no-init", "--app", "sh", "-c", "exit 42", "--no-init")
    run = tool.image("x.img")[b"etc/rdinit/run"].data
    assert run.split(b"\0")[1:] == [b"-c", b"exit 42", b"--no-init", b""]
    assert run.split(b"\0")[0].endswith(b"/sh")


def test_init_comes_with_options_alone_and_with_app(tool):
    tool.write("init", "our init")
    tool.write("tree/f", "")
    tool.write("r", "pipe /p 0600 0 0\n")
    env = {"RDINIT_INIT": str(tool.path / "init")}
    done = tool.run("pack", "--tree", "tree", env=env)
    got = tool.image()
    assert got[b"init"].data == b"our init" and oct(got[b"init"].mode) == "0o100755"
    assert (got[b"dev/console"].rdev_major, got[b"dev/console"].rdev_minor) == (5, 1)
    assert done.stderr == b""
    assert b"has no /init" in tool.run("pack", "r", env=env).stderr
    assert set(tool.image()) == {b"p"}
    tool.run("pack", "r", "--app", "true", env=env)
    assert {b"init", b"p", b"etc/rdinit/run"} <= set(tool.image())
    tool.write("tree/init", "mine")
    tool.run("pack", "--tree", "tree", env=env)
    assert tool.image()[b"init"].data == b"mine"



# What a recipe says, and where and what the tool says about it.
RECIPE_ERRORS = [
    ("foo /x", "<stdin>:1:1: expected one of file, dir, nod,"),
    ("dir /x 0755 0", "<stdin>:1:14: expected dir NAME MODE UID GID, found the end of the line"),
    ("dir /x 0755 0 0 0", "<stdin>:1:17: expected dir NAME MODE UID GID, found an extra \"0\""),
    ("dir /x 0798 0 0", "<stdin>:1:8: expected a mode of 0 to 7777, in octal, found \"0798\""),
    ("dir /x 10000 0 0", "<stdin>:1:8: expected a mode"),
    ("dir /x 0755 4294967296 0", "<stdin>:1:13: expected a user id"),
    ("dir /x 0755 0 -1", "<stdin>:1:15: expected a group id"),
    ("dir /../x 0755 0 0", "<stdin>:1:5: expected a path in the image"),
    ("dir \"\" 0755 0 0", "<stdin>:1:5: expected a path in the image"),
    ("dir /TRAILER!!! 0755 0 0", "this name ends an archive"),
    (f"dir /{'x' * 256} 0755 0 0", "more than 255 bytes"),
    (f"dir {'/xxxxxxx' * 513} 0755 0 0", "more than 4095 bytes"),
    (f"slink /x {'y' * 4096} 0777 0 0", "1 to 4095 bytes, not 4096"),
    ("slink /x \"\" 0777 0 0", "1 to 4095 bytes, not 0"),
    ("nod /x 0600 0 0 d 1 2", "<stdin>:1:17: expected the type of the node, b or c"),
    ("nod /x 0600 0 0 c x 2", "<stdin>:1:19: expected a major number"),
    ("file /x missing 0644 0 0", "<stdin>:1:9: expected a file, found missing: No such file or "
                                 "directory (ENOENT)"),
    ("file /x . 0644 0 0", "<stdin>:1:9: expected a regular file, found ., a directory"),
    ("file /x /dev/zero 0644 0 0", "<stdin>:1:9: expected a regular file"),
    ("file /x cpio:none:/x 0644 0 0", "<stdin>:1:9: expected cpio:IMAGE:/path"),
    ("dir \"/x 0755 0 0", "<stdin>:1:17: expected a closing '\"'"),
    ("dir \"/\\q\" 0755 0 0", "<stdin>:1:8: expected one of n t r"),
    ("dir \"/\\x4\" 0755 0 0", "<stdin>:1:10: expected two hex digits"),
    ("dir \"/\\x00\" 0755 0 0", "<stdin>:1:7: expected a byte that a name can hold"),
    ("dir /x\0y 0755 0 0", "<stdin>:1:7: expected text, found byte 0x00"),
    ("dir /${NOPE_X} 0755 0 0", "<stdin>:1:6: expected a variable that is set"),
    ("dir /${X 0755 0 0", "<stdin>:1:9: expected \"}\""),
    ("dir /${} 0755 0 0", "<stdin>:1:8: expected the name of a variable"),
    ("tree missing", "missing: No such file or directory (ENOENT)"),
    ("tree /proc/cpuinfo", "is not a directory"),
    ("tree . /x 5", "<stdin>:1:11: expected keep or UID:GID"),
    ("tree . sub", "<stdin>:1:8: expected DEST"),
    ("include missing", "<stdin>:1:9: expected a readable recipe"),
    ("run true\nrun false", "<stdin>:2:1: expected one run line"),
    ("cmdline 'a\"b'", "<stdin>:1:14: expected a closing"),
    ("cmdline \"a\\\"b\"", "<stdin>:1:9: expected a parameter without"),
    ("mtime 4294967296", "<stdin>:1:7: expected seconds"),
    ("program no-such-program", "<stdin>:1:9: expected a program that can be packed"),
    ("program ./missing", "missing: No such file or directory (ENOENT)"),
    ("run ./missing", "<stdin>:1: expected a program that can be packed after run"),
    ("init missing", "<stdin>:1:6: expected a readable file"),
]


@pytest.mark.parametrize("recipe,says", RECIPE_ERRORS, ids=[str(i) for i in range(len(RECIPE_ERRORS))])
def test_an_error_in_a_recipe_has_its_place(tool, recipe, says):
    tool.write("rdinit.img", "old")
    tool.fail("pack", "-", stdin=recipe.encode() + b"\n", says=says)
    assert tool.names() == ["rdinit.img"] and (tool.path / "rdinit.img").read_text() == "old"


def test_several_errors_are_shown_at_once_but_not_endlessly(tool):
    text = tool.fail("pack", "-", stdin=b"foo\nbar\npipe /x 0600 0 0\nbaz\n")
    assert [line.split(":")[2] for line in text.splitlines()] == ["1", "2", "4"]
    text = tool.fail("pack", "-", stdin=b"foo\n" * 100, says="too many errors")
    assert len(text.splitlines()) == 21


USAGE_ERRORS = [([], "expected a RECIPE"), (["--nope"], "unknown option --nope"),
                (["-x", "r"], "unknown option -x"), (["-o"], "-o expects an argument"),
                (["--compress", "rar", "r"], "found rar"), (["--app"], "expects a PROGRAM"),
                (["--var", "x", "r"], "NAME=VALUE")]


@pytest.mark.parametrize("args,says", USAGE_ERRORS)
def test_usage_errors(tool, args, says):
    tool.fail("pack", *args, status=2, says=says)


def test_help_is_on_stdout(tool):
    for args in (["--help"], ["pack", "--help"], ["list", "--help"]):
        assert tool.run(*args).stdout.startswith(b"usage: rdinit")
    assert tool.run("--version").stdout.startswith(b"rdinit ")
    tool.fail(status=2, says="expected a command")
    tool.fail("bake", status=2, says='unknown command "bake" (try')
    for wrong, right in (("pck", "pack"), ("lst", "list"), ("chekc", "check"), ("explian", "explain"), ("rnu", "run")):
        tool.fail(wrong, status=2, says=f'unknown command "{wrong}"; did you mean {right}? (try: rdinit --help)')
    for command in ("pack", "list", "cat", "extract", "diff", "explain", "plan", "check", "run"):
        assert tool.run("help", command).stdout == tool.run(command, "--help").stdout != b""
        tool.fail(command, "--hlep", status=2, says="unknown option --hlep; did you mean --help? (try: rdinit ")
    tool.fail("help", "pck", status=2, says="did you mean pack?")
    assert tool.run("-V").stdout == tool.run("--version").stdout


def limit_file_size():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd", "lz4", "xz", "lzma", "bzip2"])
def test_a_full_disk_leaves_the_old_image_whole(tool, compress):
    tool.write("tree/big", os.urandom(3_000_000))
    tool.write("rdinit.img", "old")
    tool.fail("pack", "--no-init", "--compress", compress, "--tree", "tree",
              says="rdinit.img: cannot write: File too large (EFBIG)", preexec_fn=limit_file_size)
    assert tool.names() == ["rdinit.img", "tree"]
    assert (tool.path / "rdinit.img").read_text() == "old"
    tool.fail("pack", "--no-init", "--compress", compress, "--tree", "tree", "-o", "/dev/full",
              says="/dev/full: cannot write: No space left on device (ENOSPC)")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_signal_leaves_no_temporary_file(tool):
    os.mkfifo(tool.path / "fifo")
    tool.write("rdinit.img", "old")
    tool.write("tree/big", os.urandom(60_000_000))
    with subprocess.Popen([RDINIT, "pack", "--no-init", "--tree", "tree"], cwd=tool.path) as run:
        wait_for_output(run, tool.path)
        run.terminate()
        assert run.wait(20) == -signal.SIGTERM
    assert tool.names() == ["fifo", "rdinit.img", "tree"]
    assert (tool.path / "rdinit.img").read_text() == "old"


def test_the_output_keeps_what_it_is(tool):
    """A symlink stays one, an old mode stays, a pipe is written in place."""
    tool.write("real.img", "old").chmod(0o604)
    os.symlink("real.img", tool.path / "rdinit.img")
    tool.run("pack", "-", stdin=b"pipe /x 0600 0 0\n")
    assert (tool.path / "rdinit.img").is_symlink() and set(tool.image("real.img")) == {b"x"}
    assert stat.S_IMODE((tool.path / "real.img").stat().st_mode) == 0o604
    os.mkfifo(tool.path / "fifo")
    reader = subprocess.Popen(["cat", "fifo"], cwd=tool.path, stdout=subprocess.PIPE)
    tool.run("pack", "--compress", "none", "-o", "fifo", "-", stdin=b"pipe /x 0600 0 0\n")
    assert set(read_newc(reader.communicate(timeout=20)[0])) == {b"x"}
    assert stat.S_ISFIFO((tool.path / "fifo").stat().st_mode)


def test_a_link_to_nothing_yet_leads_to_the_new_image(tool):
    (tool.path / "sub").mkdir()
    os.symlink("sub/middle", tool.path / "rdinit.img")
    os.symlink(tool.path / "real.img", tool.path / "sub/middle")
    tool.run("pack", "-", stdin=b"pipe /x 0600 0 0\n")
    assert (tool.path / "rdinit.img").is_symlink() and (tool.path / "sub/middle").is_symlink()
    assert set(tool.image("real.img")) == {b"x"} and tool.names() == ["rdinit.img", "real.img", "sub"]
    os.symlink("no/such/dir", tool.path / "lost")
    tool.fail("pack", "-o", "lost", "-", stdin=b"pipe /x 0600 0 0\n", says="no/such/dir: cannot create a file next to it")
    os.symlink("round", tool.path / "round")
    tool.fail("pack", "-o", "round", "-", stdin=b"pipe /x 0600 0 0\n", says="(ELOOP)")


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask_002():
    old = os.umask(0o002)
    yield
    os.umask(old)


@pytest.mark.parametrize("key, folder, others", [
    (0o644, 0o755, 0o077), (0o600, 0o755, 0o000), (0o640, 0o755, 0o070), (0o604, 0o755, 0o007), (0o644, 0o700, 0o000),
    (0o644, 0o711, 0o077), (0o755, 0o750, 0o070), (0o444, 0o555, 0o077), (0o4711, 0o755, 0o000)])
@pytest.mark.parametrize("how", ["tree", "file", "program"])
def test_an_image_has_no_more_readers_than_what_is_in_it(tool, umask_002, key, folder, others, how):
    """Neither a new one nor one that took another's place, however the file came in."""
    tool.write("tree/d/key", "#!/bin/sh\n").chmod(key)
    (tool.path / "tree").chmod(0o755)
    (tool.path / "tree/d").chmod(folder)
    if how != "tree" and folder != 0o755:
        return      # only a tree has folders
    tool.write("r", {"tree": "tree tree /\n", "file": "file /key tree/d/key 0644 0 0\n", "program": "file /k tree/d/key 0755 0 0\n"}[how])
    for old in (None, 0o666, 0o640, 0o600):
        if old:
            (tool.path / "x.img").chmod(old)
        tool.run("pack", "--no-init", "--manifest", "-o", "x.img", "r")
        assert oct(mode_of(tool.path / "x.img")) == oct((old or 0o664) & (0o700 | others)), old
        assert mode_of(tool.path / "x.img.manifest.json") & 0o077 & ~others == 0


def test_what_is_packed_from_private_archives_and_recipes_is_private(tool, umask_002):
    tool.write("r", "dir /x 0755 0 0\n")
    tool.run("pack", "-o", "a.img", "r")
    subprocess.run(["tar", "-cf", "a.tar", "r"], cwd=tool.path, check=True)
    assert mode_of(tool.path / "a.img") == 0o664
    for words in (["--image", "a.img"], ["--tar", "a.tar"], ["r"]):
        tool.run("pack", "--no-init", "-o", "open.img", *words)
        private = tool.path / words[-1]
        private.chmod(0o600)
        tool.run("pack", "--no-init", "-o", "closed.img", *words)
        private.chmod(0o664)
        assert (mode_of(tool.path / "open.img"), mode_of(tool.path / "closed.img")) == (0o664, 0o600), words
        (tool.path / "open.img").unlink()
        (tool.path / "closed.img").unlink()
    (tool.path / "a.img").chmod(0o600)
    tool.run("extract", "a.img", "out")
    assert (mode_of(tool.path / "out"), mode_of(tool.path / "out.recipe")) == (0o700, 0o600)


@pytest.mark.parametrize("ending", ["whole", "signal"])
def test_where_no_file_is_without_a_name_it_has_one_beside_the_image(tool, ending):
    """As on file systems without O_TMPFILE: here /proc is hidden, which the name needs."""
    tool.write("tree/big", os.urandom(60_000_000)).chmod(0o644 if ending == "whole" else 0o600)
    hidden = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
    if subprocess.run([*hidden, "true"], check=False).returncode:
        pytest.skip("no user namespaces here")
    with subprocess.Popen([*hidden, RDINIT, "pack", "--no-init", "--no-cache", "-o", "x.img", "--tree", "tree"], cwd=tool.path) as run:
        seen = []
        while run.poll() is None and not (seen and ending == "signal"):
            with contextlib.suppress(FileNotFoundError):     # it may get its last name meanwhile
                seen += [mode_of(path) for path in tool.path.glob(".x.img.*")]
        if ending == "signal":
            run.terminate()
        assert run.wait(60) == (0 if ending == "whole" else -signal.SIGTERM)
    assert set(seen) == {0o600} or set(seen) == {0o600, 0o644}
    assert tool.names() == (["tree", "x.img"] if ending == "whole" else ["tree"])


def test_output_that_cannot_be(tool):
    recipe = b"pipe /x 0600 0 0\n"
    tool.fail("pack", "-o", "no/such/dir.img", "-", stdin=recipe, says="(ENOENT)")
    tool.fail("pack", "-o", ".", "-", stdin=recipe, says="(EISDIR)")
    master, slave = os.openpty()
    done = subprocess.run([RDINIT, "pack", "-o", "-", "-"], input=recipe, stdout=slave,
                          stderr=subprocess.PIPE, cwd=tool.path, check=False)
    os.close(master)
    os.close(slave)
    assert done.returncode == 1 and b"is a terminal" in done.stderr


def test_a_file_that_vanishes_or_is_unreadable_stops_everything(tool):
    tool.write("rdinit.img", "old")
    tool.write("tree/f", "x").chmod(0)
    if not ROOT:
        tool.fail("pack", "--no-init", "--tree", "tree", says="tree/f: Permission denied (EACCES)")
    tool.write("r", "tree tree\ninclude fifo\n")
    os.mkfifo(tool.path / "fifo")
    with subprocess.Popen([RDINIT, "pack", "r"], cwd=tool.path, stderr=subprocess.PIPE) as run:
        with open(tool.path / "fifo", "wb"):    # the tree was read when this opens
            (tool.path / "tree/f").unlink()
        assert b"tree/f: No such file or directory (ENOENT)" in run.communicate(timeout=20)[1]
        assert run.returncode == 1
    assert (tool.path / "rdinit.img").read_text() == "old"
    assert tool.names() == ["fifo", "r", "rdinit.img", "tree"]


@pytest.mark.parametrize("size", [5_000_000, 20_000_000])
def test_a_file_that_shrinks_or_grows_while_it_is_read_is_an_error(tool, size):
    big = tool.write("tree/big", os.urandom(10_000_000))
    os.mkfifo(tool.path / "fifo")
    with subprocess.Popen([RDINIT, "pack", "--no-init", "--compress", "none", "--tree", "tree",
                           "-o", "fifo"], cwd=tool.path, stderr=subprocess.PIPE) as run:
        with open(tool.path / "fifo", "rb") as reader:
            reader.read(2_000_000)      # it waits for the pipe, in the middle of the file
            os.truncate(big, size)
            reader.read()
        assert b"tree/big changed its size while it was read" in run.communicate(timeout=20)[1]
        assert run.returncode == 1


def test_a_module_directory_without_an_index_is_refused(tool):
    tool.fail("pack", "--no-init", "--module", "x", "--modules", str(tool.path),
              says=str(tool.path))


def test_missing_and_unreadable_recipes(tool):
    tool.fail("pack", "missing", says="missing: cannot open: No such file or directory (ENOENT)")
    tool.write("r", "include .\n")
    tool.fail("pack", "r", says="Is a directory (EISDIR)")


def test_a_file_of_4_gib_is_refused_by_name(tool):
    (tool.path / "tree").mkdir()
    with open(tool.path / "tree/huge", "wb") as file:
        file.truncate(1 << 32)
    tool.fail("pack", "--no-init", "--tree", "tree", says="/huge: a file of 4 GiB or more")
    assert tool.names() == ["tree"]


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs GNU cpio")
def test_gnu_cpio_reads_what_we_write(tool):
    tool.write("tree/dir/file", "text")
    os.link(tool.path / "tree/dir/file", tool.path / "tree/link")
    os.symlink("dir/file", tool.path / "tree/sym")
    os.mkfifo(tool.path / "tree/fifo")
    tool.run("pack", "--no-init", "--compress", "none", "--tree", "tree", "-o", "x.cpio")
    image = (tool.path / "x.cpio").read_bytes()
    listed = subprocess.run(["cpio", "-t", "--quiet"], input=image, capture_output=True, check=True)
    assert listed.stdout.split() == [b".", b"dir", b"dir/file", b"fifo", b"link", b"sym"]
    out = tool.path / "out"
    out.mkdir()
    subprocess.run(["cpio", "-i", "-d", "-m", "--quiet", "--no-preserve-owner"], input=image,
                   cwd=out, check=True)
    assert (out / "sym").read_text() == "text" and os.path.samefile(out / "link", out / "dir/file")
    assert stat.S_ISFIFO((out / "fifo").stat().st_mode)
