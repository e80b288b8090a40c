# SPDX-License-Identifier: MIT
"""test_input.py - the recipe verbs that take what others packed: tar, oci, image, and what changes them."""
import gzip
import json
import pathlib
import os
import shutil
import subprocess
import tarfile

import pytest

from conftest import RDINIT
from newc import TRAILER, entry
from oci import digest, docker_save, member, parts, tar, write_layout


def packed(tool, *members, dest="", **kwargs):
    tool.write("a.tar", tar(*members, **kwargs))
    return tool.pack(f"tar a.tar {dest}\n")


def test_tar_brings_every_kind_with_mode_and_owner(tool):
    got = packed(tool, member("d/", "d", mode=0o750, uid=1, gid=2), member("d/f", data=b"bytes", mode=0o4755),
                 member("d/h", "h", "d/f"), member("l", "l", "d/f"), member("c", "c", devmajor=1, devminor=3, mode=0o666),
                 member("b", "b", devmajor=8, devminor=0, mode=0o600), member("p", "p", mode=0o640))
    assert {n.decode(): oct(e.mode) for n, e in got.items()} == {
        "d": "0o40750", "d/f": "0o104755", "d/h": "0o104755", "l": "0o120777", "c": "0o20666",
        "b": "0o60600", "p": "0o10640"}
    assert (got[b"d"].uid, got[b"d"].gid, got[b"d"].mtime) == (1, 2, 0)
    assert got[b"d/f"].ino == got[b"d/h"].ino != 0 and got[b"d/h"].data == b"bytes"
    assert (got[b"c"].rdev_major, got[b"c"].rdev_minor, got[b"l"].data) == (1, 3, b"d/f")


@pytest.mark.parametrize("program", [["gzip"], ["bzip2"], ["xz"], ["xz", "--format=lzma"], ["zstd"], ["lz4"]],
                         ids=lambda p: p[-1])
def test_tar_may_be_compressed(tool, program):
    plain = tar(member("f", data=b"x" * 100000))
    tool.write("a.tar", subprocess.run([*program, "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout)
    assert tool.pack("tar a.tar\n")[b"f"].data == b"x" * 100000


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_forms_with_long_and_strange_names(tool, form):
    name = "d/" * 40 + "n" * 60
    odd = "new\nline" if form == tarfile.USTAR_FORMAT else "new\nline é"
    got = packed(tool, member(name, data=b"1"), member(odd, data=b"2"), form=form)
    assert got[name.encode()].data == b"1" and got[odd.encode()].data == b"2"


def test_tar_goes_where_it_is_told_and_belongs_to_whom(tool):
    tool.write("a.tar", tar(member("./", "d", mode=0o700, uid=9), member("./x/f", uid=9, gid=8)))
    got = tool.pack("tar a.tar /srv 3:4\ntar a.tar /kept keep\n")
    assert (got[b"srv/x/f"].uid, got[b"srv/x/f"].gid, got[b"kept/x/f"].uid) == (3, 4, 9)
    assert (oct(got[b"srv"].mode), got[b"kept"].uid) == ("0o40700", 9)
    assert (got[b"srv/x"].uid, oct(got[b"srv/x"].mode)) == (0, "0o40755"), "a folder that no member names"


def test_tar_times_count_up_to_source_date_epoch(tool):
    tool.write("a.tar", tar(member("old", mtime=50), member("new", mtime=5000)))
    got = tool.pack("tar a.tar\n", env={"SOURCE_DATE_EPOCH": "100"})
    assert (got[b"old"].mtime, got[b"new"].mtime) == (50, 100)


def test_a_later_member_replaces_an_earlier_one_as_on_a_disk(tool):
    got = packed(tool, member("a/b/c", data=b"1"), member("f", data=b"old"), member("f", data=b"new"),
                 member("a", "l", "z"), member("l", "l", "f"), member("l/", "d"))
    assert set(got) == {b"a", b"f", b"l"} and got[b"f"].data == b"new" and got[b"a"].data == b"z"


def test_named_entries_win_over_what_a_tar_holds(tool):
    tool.write("mine", "mine")
    tool.write("a.tar", tar(member("etc/x", data=b"theirs"), member("etc/y", data=b"y")))
    assert tool.pack("file /etc/x mine 0644 0 0\ntar a.tar\n")[b"etc/x"].data == b"mine"


def test_a_hole_in_a_file_is_zeros(tool):
    with open(tool.path / "sparse", "wb") as f:
        f.write(b"a")
        f.truncate(1 << 20)
        f.seek(1 << 20)
        f.write(b"z")
    subprocess.run(["tar", "-S", "-cf", "a.tar", "sparse"], cwd=tool.path, check=True)
    assert (tool.path / "a.tar").stat().st_size < 1 << 19
    assert tool.pack("tar a.tar\n")[b"sparse"].data == b"a" + bytes((1 << 20) - 1) + b"z"


def hostile():
    good = tar(member("f", data=b"x" * 3000))
    yield "dot-dot", tar(member("../f")), '".." cannot be in an image'
    yield "dot-dot within", tar(member("a/../../f")), '".." cannot be in an image'
    yield "trailer", tar(member("TRAILER!!!")), "this name ends an archive"
    yield "link to nothing", tar(member("h", "h", "nothing")), "a hard link to nothing, which is not there"
    yield "link to a folder", tar(member("d", "d"), member("h", "h", "d")), "which is a directory"
    yield "below a file", tar(member("f"), member("f/x")), "/f/x cannot be below /f, a file"
    yield "links in a circle", tar(member("a", "l", "b"), member("b", "l", "a"), member("a/x")), "/a/x: too many symlinks in the path"
    yield "truncated", good[:1024], "a.tar"
    yield "not one", b"#!/bin/sh\n" * 100, "a.tar"
    yield "empty", b"", "a.tar"
    yield "an empty link", tar(member("l", "l", "")), "a symlink's target has"
    yield "owner", tar(member("f", uid=1 << 33)), "an owner that is not a 32-bit number"


@pytest.mark.parametrize("data,says", [row[1:] for row in hostile()], ids=[row[0] for row in hostile()])
def test_a_tar_that_cannot_be_right_leaves_no_image(tool, data, says):
    tool.write("a.tar", data)
    tool.write("r", "tar a.tar\n")
    tool.write("rdinit.img", "old")
    tool.fail("pack", "r", says=says)
    assert (tool.path / "rdinit.img").read_bytes() == b"old" and tool.names() == ["a.tar", "r", "rdinit.img"]


def test_absolute_names_and_links_stay_in_the_image(tool):
    got = packed(tool, member("/abs/f"), member("out", "l", "/abs"), member("out/g"))
    assert {b"abs/f", b"abs/g", b"out"} <= set(got)


def test_a_symlink_of_a_tar_leads_nothing_out_of_its_place(tool):
    tool.write("a.tar", tar(member("bin", "l", "/bin"), member("x")))
    tool.write("r", "dir /bin 0755 0 0\ntree t\ntar a.tar /srv\n")
    tool.write("t/bin/sh", "shell")
    tool.run("pack", "r")
    tool.write("b.tar", tar(member("bin/sh", data=b"theirs")))
    tool.write("r", "slink /srv/bin /bin 0777 0 0\ntree t\ntar b.tar /srv\n")
    tool.fail("pack", "r", says="/bin/sh leads out of /srv, to /bin/sh")


def test_attributes_that_are_lost_are_said_once(tool):
    tool.write("a.tar", tar(*(member(n, pax_headers={"SCHILY.xattr.security.capability": "x"}) for n in "ab")))
    tool.write("r", "tar a.tar\n")
    text = tool.run("pack", "r").stderr.decode()
    assert text.count("extended") == 1 and "2 members lose their extended attributes" in text and "(/a)" in text


def test_a_file_of_4_gib_in_a_tar_is_refused_before_it_is_read(tool):
    info, _ = member("big")
    info.size = 1 << 32
    tool.write("a.tar", info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    tool.write("r", "tar a.tar\n")
    tool.fail("pack", "r", says="a file of 4 GiB or more")


def test_a_full_temporary_folder_is_said_with_its_name(tool):
    tool.write("a.tar", tar(member("f", data=b"x")))
    tool.write("r", "tar a.tar\n")
    tool.fail("pack", "r", says="/nowhere: cannot make a temporary file", env={"TMPDIR": "/nowhere"})


# --- oci ---------------------------------------------------------------------

LAYERS = [tar(member("bin/sh", data=b"shell"), member("etc/passwd", data=b"root:x:0:0::/root:\nweb:x:33:44::/srv:\n"),
              member("etc/group", data=b"web:x:44:\nlog:x:55:a,web\nadm:x:4:webber\n"), member("old/a"), member("old/b/c"),
              member("gone"), member("keep/me"), member("usr/lib/x", data=b"1"), member("lib", "l", "usr/lib")),
          tar(member("old/new", data=b"n"), member("old/.wh..wh..opq"), member(".wh.gone"), member("lib/y", data=b"2"),
              member("hard", "h", "bin/sh"), member("keep/.wh.nothing"), mode="w:gz")]
CONFIG = {"Entrypoint": ["/bin/sh"], "Cmd": ["-c", "exit 3"], "Env": ["PATH=/bin", 'Q=a "b" \n c'], "User": "web",
          "WorkingDir": "/srv"}


def merged(got):
    assert set(got) >= {b"bin/sh", b"old/new", b"keep/me", b"usr/lib/x", b"usr/lib/y", b"lib", b"hard"}
    assert not set(got) & {b"old/a", b"old/b/c", b"old/b", b"gone", b"old/.wh..wh..opq", b".wh.gone"}
    assert got[b"hard"].ino == got[b"bin/sh"].ino != 0


def test_layers_lie_upon_one_another(tool):
    write_layout(tool.path / "l", {"latest": parts(LAYERS, CONFIG)})
    got = tool.pack("oci l\n")
    merged(got)
    assert got[b"etc/rdinit/run"].data == b"/bin/sh\0-c\0exit 3\0"
    assert got[b"etc/rdinit/env"].data == b'HOME=/srv\0PATH=/bin\0Q=a "b" \n c\0'
    assert got[b"etc/rdinit/cmdline.d/40-container.conf"].data == b'rdinit.user=33:44,55\nrdinit.chdir="/srv"\n'


def layered(tool, *layers):
    write_layout(tool.path / "w", {"x": parts([tar(*layer) for layer in layers], {"Cmd": ["/f"]})})
    return {name for name in tool.pack("oci w\n") if not name.startswith((b"etc", b"dev", b"init"))}


def test_an_opaque_root_hides_all_of_the_layers_below(tool):
    assert layered(tool, [member("old/a"), member("f")], [member("f"), member("new/b"), member(".wh..wh..opq")]) \
        == {b"f", b"new", b"new/b"}


def test_a_whiteout_hides_what_has_its_path_and_not_what_a_symlink_leads_to(tool):
    lower = [member("f"), member("d/x"), member("d/y"), member("l", "l", "d"), member("s", "l", "d/x")]
    assert layered(tool, lower, [member("l/.wh.x"), member("l/.wh..wh..opq")]) == {b"f", b"d", b"d/x", b"d/y", b"l", b"s"}
    shutil.rmtree(tool.path / "w")
    assert layered(tool, lower, [member(".wh.l"), member(".wh.s"), member("d/.wh.y")]) == {b"f", b"d", b"d/x"}
    shutil.rmtree(tool.path / "w")
    assert layered(tool, lower, [member("l", "d"), member("l/.wh.x"), member("l/z")]) == {b"f", b"d", b"d/x", b"d/y", b"l", b"l/z", b"s"}


def test_what_aufs_kept_for_itself_is_no_part_of_the_image(tool):
    assert layered(tool, [member("f")], [member(".wh..wh.plnk", "d"), member(".wh..wh.plnk/1.2"), member(".wh..wh.aufs")]) == {b"f"}


@pytest.mark.parametrize("name", ["d/.wh.", "d/.wh..", "d/.wh..."])
def test_a_whiteout_of_no_name_hides_nothing_and_is_refused(tool, name):
    write_layout(tool.path / "l", {"x": parts([tar(member("d/x")), tar(member(name))], {"Cmd": ["/f"]})})
    tool.write("r", "oci l\n")
    tool.fail("pack", "r", says=f"/{name}: a whiteout that names nothing")


def test_a_layout_in_a_tar_archive_and_an_old_docker_save(tool):
    write_layout(tool.path / "l", {"latest": parts(LAYERS, CONFIG)})
    subprocess.run(["tar", "-C", "l", "-czf", "l.tar.gz", "."], cwd=tool.path, check=True)
    plain = [LAYERS[0], gzip.decompress(LAYERS[1])]
    tool.write("docker.tar", docker_save(plain, CONFIG))
    merged(tool.pack("oci l.tar.gz\n"))
    merged(tool.pack("oci docker.tar:latest\n"))


@pytest.mark.parametrize("kind", ["Config", "Layers"])
@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/outside", ""])
def test_a_docker_save_names_nothing_outside(tool, kind, name):
    layer = tar(member("f"))
    config = json.dumps({"architecture": "amd64", "rootfs": {"diff_ids": [digest(layer)]}}).encode()
    tool.write("outside", config if kind == "Config" else layer)
    image = {"Config": "c", "RepoTags": ["x:y"], "Layers": ["l"], kind: name if kind == "Config" else [name]}
    for name, data in (("c", config), ("l", layer), ("manifest.json", json.dumps([image]).encode())):
        tool.write(f"saved/{name}", data)
    tool.write("saved.tar", tar(*(member(name, data=(tool.path / "saved" / name).read_bytes()) for name in ("c", "l", "manifest.json")),
                                member("outside", data=(tool.path / "outside").read_bytes())))
    for store in ("saved", "saved.tar"):
        tool.write("r", f"oci {store}\n")
        tool.fail("pack", "r", says="is not a name of a file in it")


def test_a_tag_chooses_and_without_it_several_are_refused(tool):
    write_layout(tool.path / "l", {t: parts([tar(member(t))], {"Cmd": [f"/{t}"]}) for t in ("one", "two")})
    assert b"two" in tool.pack("oci l:two\n")
    tool.write("r", "oci l\n")
    assert "one for amd64, two for amd64" in tool.fail("pack", "r", says="choose one by its tag, PATH:TAG")
    tool.write("r", "oci l:three\n")
    tool.fail("pack", "r", says="no image for linux/amd64 called three")


def test_another_machines_image_is_passed_over_or_refused(tool):
    write_layout(tool.path / "l", {"a": parts([tar(member("arm"))], {}, arch="arm64"),
                                   "b": parts([tar(member("x"))], {"Cmd": ["/x"]})})
    assert b"x" in tool.pack("oci l\n")
    write_layout(tool.path / "m", {"a": parts([tar(member("arm"))], {}, arch="arm64")})
    tool.write("r", "oci m\n")
    tool.fail("pack", "r", says="no image for linux/amd64")


def test_an_index_within_an_index(tool):
    blobs, manifest = parts(LAYERS, CONFIG)
    attestation = {**manifest, "platform": {"os": "unknown", "architecture": "unknown"}}
    inner = json.dumps({"schemaVersion": 2, "manifests": [manifest, attestation]}).encode()
    blobs[digest(inner)] = inner
    write_layout(tool.path / "l", {"v1": (blobs, {"digest": digest(inner), "size": len(inner)})})
    merged(tool.pack("oci l:v1\n"))


@pytest.mark.parametrize("user,words", [
    ("web", "33:44,55"), ("33", "33:44,55"), ("web:log", "33:55"), ("web:7", "33:7"), ("1000", "1000:0"),
    ("1000:1000", "1000:1000"), ("0:adm", "0:4")])
def test_users_become_numbers(tool, user, words):
    write_layout(tool.path / "l", {"x": parts(LAYERS, {**CONFIG, "User": user})})
    conf = tool.pack("oci l\n")[b"etc/rdinit/cmdline.d/40-container.conf"].data.decode()
    assert conf.splitlines()[0] == f"rdinit.user={words}"


def test_lines_of_the_recipe_win_over_the_container(tool):
    write_layout(tool.path / "l", {"x": parts(LAYERS, CONFIG)})
    got = tool.pack("run /bin/sh -c mine\nenv PATH=/x A=1\noci l\n")
    assert got[b"etc/rdinit/run"].data == b"/bin/sh\0-c\0mine\0"
    assert got[b"etc/rdinit/env"].data.endswith(b"PATH=/x\0A=1\0")


@pytest.mark.parametrize("link", [None, "x"], ids=["plain", "behind a link"])
def test_a_container_does_not_say_what_init_obeys(tool, link):
    """Of the container's own files none is read by /init: whoever made it could make itself root."""
    at = link or "etc"
    layer = tar(*([member("etc", "l", link)] if link else []), member("bin/sh"),
                member(f"{at}/rdinit/cmdline.d/50-x.conf", data=b"rdinit.user=0:0 root=/dev/vda"),
                member(f"{at}/rdinit/cmdline", data=b"rdinit.user=0:0"), member(f"{at}/rdinit/env", data=b"A=1\0"),
                member(f"{at}/rdinit/run", data=b"/evil\0"), member(f"{at}/passwd", data=b"web:x:33:44::/:/\n"),
                member("etc/rdinitrc" if not link else "x/rdinitrc", data=b""))
    write_layout(tool.path / "l", {"x": parts([layer], CONFIG)})
    tool.write("r", "oci l\n")
    done = tool.run("pack", "--compress", "none", "-o", "i", "r")
    assert b"warning: r:1: omitted /etc/rdinit of the container" in done.stderr
    got = tool.image("i")
    assert {name for name in got if b"rdinit/" in name} == {f"{at}/rdinit/{name}".encode() for name in (
        "run", "env", "cmdline.d", "cmdline.d/40-container.conf")}
    assert got[f"{at}/rdinit/run".encode()].data.startswith(b"/bin/sh\0")


def test_the_init_of_a_container_is_not_process_1(tool):
    layer = tar(member("init", data=b"#!/bin/sh\n", mode=0o755), member("bin/sh"))
    write_layout(tool.path / "l", {"x": parts([layer], {"Entrypoint": ["/bin/sh"]})})
    ours = (pathlib.Path(RDINIT).parent / "init").read_bytes()
    done = tool.run("pack", "--compress", "none", "-o", "i", "--oci", "l")
    assert b"omitted /init of the container: process 1 is rdinit's" in done.stderr
    assert tool.image("i")[b"init"].data == ours
    tool.write("mine", "#!/bin/sh\n")
    assert tool.pack("oci l\nfile /init mine 0755 0 0\n")[b"init"].data == b"#!/bin/sh\n"


def test_what_a_tree_asks_for_loses_to_the_line(tool):
    """/init reads what pack was asked for last."""
    tool.write("t/etc/rdinit/cmdline.d/zz.conf", "rdinit.user=0:0\n")
    tool.write("t/etc/rdinit/cmdline", "rdinit.user=0:0\n")
    tool.write("t/etc/cmdline.d/a.conf", "root=/dev/none\n")
    got = tool.pack("init\ntree t /\ncmdline rdinit.user=33:33\n")
    assert got[b"etc/rdinit/cmdline"].data == b"rdinit.user=33:33\n"
    tool.run("pack", "-o", "i", "-", stdin=b"init\ntree t /\ncmdline rdinit.user=33:33 rdinit.run=/init\n")
    plan = tool.run("plan", "i", "--append", "quiet").stdout.decode()
    assert "/dev/none" not in plan


def broken(path, change):
    index = json.loads((path / "index.json").read_text())
    manifest = path / "blobs/sha256" / index["manifests"][0]["digest"][7:]
    change(path, index, manifest)


def damage_layer(path, index, manifest):
    blob = path / "blobs/sha256" / json.loads(manifest.read_text())["layers"][0]["digest"][7:]
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")


def shorten_layer(path, index, manifest):
    blob = path / "blobs/sha256" / json.loads(manifest.read_text())["layers"][0]["digest"][7:]
    blob.write_bytes(blob.read_bytes()[:-1])


def lose_layer(path, index, manifest):
    (path / "blobs/sha256" / json.loads(manifest.read_text())["layers"][0]["digest"][7:]).unlink()


def set_digest(text):
    def change(path, index, manifest):
        index["manifests"][0]["digest"] = text
        (path / "index.json").write_text(json.dumps(index))
    return change


def set_size(*where, size):
    """In the manifest's descriptor, or, with the digests after it right again, in one that the manifest has."""
    def change(path, index, manifest):
        described = index["manifests"][0]
        if where:
            text = json.loads(manifest.read_text())
            found = text
            for key in where:
                found = found[key]
            found["size"] = size
            data = json.dumps(text).encode()
            (path / "blobs/sha256" / digest(data)[7:]).write_bytes(data)
            described.update(digest=digest(data), size=len(data))
        else:
            described["size"] = size
        (path / "index.json").write_text(json.dumps(index))
    return change


def lead_outside(path, index, manifest):
    outside = path.parent / "outside"
    manifest.rename(outside)
    manifest.symlink_to(outside)


def damage_index(path, index, manifest):
    (path / "index.json").write_text("{")


def lose_index(path, index, manifest):
    (path / "index.json").unlink()


@pytest.mark.parametrize("change,says", [
    (damage_layer, "is damaged: its digest is sha256:"), (shorten_layer, "in the manifest"),
    (lose_layer, "No such file or directory (ENOENT)"), (set_digest("sha256:../../../etc/passwd"), "is not a digest"),
    (set_digest("md5:abc"), "is not a digest"), (set_digest("sha256:" + "0" * 64), "No such file"),
    (damage_index, "index.json: is not JSON: line 1"), (lose_index, "neither an OCI layout"),
    (set_size(size=-5), "a size that is not a number of bytes"), (set_size("layers", 0, size=-5), "a size that is not a number"),
    (set_size("config", size=-1), "a size that is not a number"), (set_size("config", size="12"), "a size that is not a number"),
    (set_size("layers", 1, size=1.5), "a size that is not a number"), (set_size(size=3), "but 3 in the manifest"),
    (set_size("config", size=3), "but 3 in the manifest"), (lead_outside, "No such file or directory"),
], ids=["damaged", "short", "lost", "traversal", "md5", "no manifest", "no JSON", "no layout", "size below 0", "layer below 0",
        "config below 0", "size as text", "size with a point", "another size", "config of another size", "link to outside"])
def test_what_is_wrong_with_a_layout_is_said(tool, change, says):
    write_layout(tool.path / "l", {"x": parts(LAYERS, CONFIG)})
    broken(tool.path / "l", change)
    tool.write("r", "oci l\n")
    tool.fail("pack", "r", says=says)
    assert "rdinit.img" not in tool.names()


@pytest.mark.parametrize("config,says", [
    ({"User": "nobody"}, 'User "nobody" is not in the image\'s /etc/passwd'),
    ({"User": "web:none"}, "is not in the image's /etc/group"), ({"WorkingDir": "srv"}, "does not begin with a slash"),
    ({"Env": ["A"]}, "which is not NAME=VALUE"), ({"Env": "A=1"}, "Env is not a list"), ({"Cmd": [1]}, "not text"),
    ({"WorkingDir": '/a"b'}, "a character that the kernel's command line cannot hold")])
def test_a_config_that_cannot_be_done_is_refused(tool, config, says):
    write_layout(tool.path / "l", {"x": parts(LAYERS, {**CONFIG, **config})})
    tool.write("r", "oci l\n")
    tool.fail("pack", "r", says=says)


@pytest.mark.parametrize("key", ["Env", "User", "WorkingDir", "group", "arch", "Entrypoint"])
@pytest.mark.parametrize("hidden", ["\x1b[2J\x1b]0;owned\x07", "\u009b2J", "\u202e"])
def test_words_of_a_container_are_escaped(tool, key, hidden):
    word = f"a{hidden}b"
    config = {"Env": {"Env": [word]}, "User": {"User": word}, "WorkingDir": {"WorkingDir": word}, "group": {"User": f"0:{word}"},
              "arch": {}, "Entrypoint": {"Entrypoint": [word, 7]}}[key]
    write_layout(tool.path / "app", {"latest": parts([tar(member("f"))], config, arch=word if key == "arch" else "amd64")})
    text = tool.run("pack", "-o", "x.img", "--oci", "app", check=False).stderr.decode()
    assert text and not any(letter in text for letter in "\x1b\x07\u009b\u202e"), text


def test_a_container_that_cannot_start_is_warned_of(tool):
    write_layout(tool.path / "l", {"x": parts(LAYERS, {"Cmd": ["/bin/none"]}), "y": parts(LAYERS, {})})
    tool.write("r", "oci l:x\n")
    assert "the container's program /bin/none is not in the image" in tool.run("pack", "r").stderr.decode()
    tool.write("r", "oci l:y\n")
    assert "the container names no program" in tool.run("pack", "r").stderr.decode()


def test_options_are_short_for_these_lines(tool):
    write_layout(tool.path / "l", {"x": parts(LAYERS, CONFIG)})
    tool.write("a.tar", tar(member("f", data=b"tar")))
    tool.run("pack", "--oci", "l:x", "--tar", "a.tar:/in", "-o", "a.img")
    tool.run("pack", "--image", "a.img", "--no-init", "-o", "b.img")
    assert tool.image("b.img")[b"in/f"].data == b"tar" and b"init" in tool.image("a.img")
    assert tool.run("diff", "a.img", "b.img").stdout == b""


# --- image -------------------------------------------------------------------

def test_image_gives_what_the_kernel_would_unpack(tool):
    early = entry(b"early", 0o40755) + entry(b"early/cpu", data=b"code") + TRAILER
    main = (entry(b"f", data=b"old") + entry(b"d", 0o40755) + entry(b"d/x", ino=5, nlink=2) +
            entry(b"d/y", data=b"1", ino=5, nlink=2) + entry(b"f", data=b"new") + entry(b"d", 0o100644, b"lost"))
    tool.write("x.img", early + bytes(512) + main + TRAILER)
    tool.write("r", "image x.img /in\n")
    done = tool.run("pack", "r")
    assert b"/d is a directory that is not empty: the kernel drops this entry, too" in done.stderr
    got = tool.image()
    assert got[b"in/early/cpu"].data == b"code" and got[b"in/f"].data == b"new"
    assert got[b"in/d/x"].ino == got[b"in/d/y"].ino != 0 and got[b"in/d"].mode == 0o40755


@pytest.mark.parametrize("line,says", [
    ("image none", "none: cannot open"), ("tar none", "expected a file, found none"), ("oci none", "none: cannot open"),
    ("tar .", "expected a regular file"), ("image r", "neither a newc archive"), ("tar a b c", "expected DEST"),
    ("tar a /b c", "expected keep or UID:GID"), ("oci", "expected oci PATH[:TAG]"),
    ("env A", "expected NAME=VALUE"), ("attr x - - -", "with a slash first"), ("attr /x 9 - -", "a mode"),
    ("attr /none - 1 -", "nothing in the image matches /none"), ("tree . without", "expected a pattern"),
    ("tree . with x", "expected DEST")])
def test_bad_lines(tool, line, says):
    tool.write("r", line + "\n")
    tool.fail("pack", "r", says=says)


# --- attr, without -----------------------------------------------------------

def test_attr_changes_what_other_lines_bring(tool):
    for name in ("t/bin/su", "t/bin/sh", "t/srv/a/b"):
        tool.write(name, "x")
    tool.write("t/link", "x")
    got = tool.pack("attr /srv/* - 33 44\nattr /srv/a 0700 0 -\nattr /bin/su 4755 - -\ntree t\n")
    assert oct(got[b"bin/su"].mode) == "0o104755" and (got[b"srv/a/b"].uid, got[b"srv/a/b"].gid) == (33, 44)
    assert (oct(got[b"srv/a"].mode), got[b"srv/a"].uid, got[b"srv/a"].gid) == ("0o40700", 0, 44)


def test_without_keeps_things_away(tool):
    for name in ("t/a.o", "t/a.c", "t/.git/config", "t/sub/b.o", "t/sub/doc/x", "t/doc/y"):
        tool.write(name, "x")
    tool.write("r", "tree t /s without *.o .git /doc none\n")
    done = tool.run("pack", "r")
    assert set(tool.image()) == {b"s", b"s/a.c", b"s/sub", b"s/sub/doc", b"s/sub/doc/x"}
    assert done.stderr.count(b"matches the pattern") == 1 and b"matches the pattern none" in done.stderr


def test_a_distributions_tar_is_whole(tool):
    """GNU tar's archive of a real folder and ours give the same image."""
    shutil.copytree("/etc", tool.path / "etc", symlinks=True, ignore_dangling_symlinks=True,
                    ignore=lambda d, names: [n for n in names if n.endswith("shadow") or n.endswith("-")
                                             or not os.path.islink(f"{d}/{n}") and not os.access(f"{d}/{n}", os.R_OK)])
    subprocess.run(["tar", "--sort=name", "--owner=0", "--group=0", "-C", "etc", "-cJf", "a.tar.xz", "."],
                   cwd=tool.path, check=True)
    tool.write("r", "tar a.tar.xz /etc\n")
    tool.write("s", "tree etc /etc\n")
    tool.run("pack", "-o", "a.img", "r")
    tool.run("pack", "-o", "b.img", "s")
    assert tool.run("diff", "a.img", "b.img").stdout == b""
