# SPDX-License-Identifier: MIT
"""test_dlopen.py - what programs open with dlopen(3): .note.dlopen, NSS; and processors' levels."""
import glob
import json
import shutil
import stat

import pytest
from programs import LIBRARY, build, in_image

NOTE = '''
asm(".pushsection .note.dlopen, \\"a\\", %note\\n.balign 4\\n.long 4, 2f-1f, 0x407c0c0a\\n.asciz \\"FDO\\"\\n"
    "1: .asciz {text}\\n2: .balign 4\\n.popsection\\n");
'''
OPENS = '''
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	void *library = dlopen("%s", RTLD_NOW);
	int (*answer)(void) = library ? (int (*)(void))dlsym(library, "answer") : 0;
	return answer ? answer() : 1;
}
'''


def note(*wishes):
    text = json.dumps(json.dumps(list(wishes)))
    return NOTE.replace("{text}", json.dumps(text)[1:-1])


def wish(*sonames, priority="recommended", feature="answers"):
    return {"feature": feature, "description": f"Support for {feature}", "priority": priority,
            "soname": list(sonames)}


def opener(tool, *wishes, library="libanswer.so", more=""):
    build(tool, "lib/libanswer.so", LIBRARY, "-shared", "-fPIC")
    return build(tool, "opener", OPENS % library + (note(*wishes) if wishes else "") + more,
                 f"-Wl,-rpath,{tool.path}/lib")


def test_what_the_note_names_is_packed_and_opens(tool):
    app = opener(tool, wish("libanswer.so"))
    assert in_image(tool, f"program {app}\n", app).returncode == 42
    assert in_image(tool, f"run {app}\n", app).returncode == 42
    assert in_image(tool, f"program {app} dlopen=none\n", app).returncode == 1
    plain = opener(tool)
    assert in_image(tool, f"program {plain}\n", plain).returncode == 1, "the note alone says it"


@pytest.mark.parametrize("priority, levels", [
    ("required", {"required", "recommended", "suggested"}), ("recommended", {"recommended", "suggested"}),
    ("suggested", {"suggested"})])
def test_the_least_priority_that_comes_along(tool, priority, levels):
    app = opener(tool, wish("libanswer.so", priority=priority))
    for level in ("none", "required", "recommended", "suggested"):
        entries = tool.pack(f"program {app} dlopen={level}\n")
        assert any(name.endswith(b"libanswer.so") for name in entries) == (level in levels), level


def test_the_first_soname_that_there_is_counts(tool):
    app = opener(tool, wish("libnewer.so.9", "libanswer.so", "libc.so.6"))
    done = tool.run("pack", "-o", "-", "--compress", "none", "--app", str(app))
    assert b"libanswer.so" in done.stdout and done.stderr == b""


def test_a_library_of_the_note_brings_its_own(tool):
    build(tool, "deep/libdeep.so", "int deep(void) { return 17; }", "-shared", "-fPIC")
    app = opener(tool, wish("libanswer.so"))
    build(tool, "lib/libanswer.so", "int deep(void); int answer(void) { return deep(); }", "-shared", "-fPIC",
          "-Ldeep", "-ldeep", f"-Wl,-rpath,{tool.path}/deep")
    assert in_image(tool, f"program {app}\n", app).returncode == 17


def test_a_note_of_a_library_counts_as_well(tool):
    build(tool, "lib/libanswer.so", LIBRARY, "-shared", "-fPIC")
    build(tool, "lib/libuser.so", OPENS.replace("main", "use") % "libanswer.so" + note(wish("libanswer.so")),
          "-shared", "-fPIC", f"-Wl,-rpath,{tool.path}/lib")
    app = build(tool, "app", "int use(void); int main(void) { return use(); }", "-Llib", "-luser",
                f"-Wl,-rpath,{tool.path}/lib")
    assert in_image(tool, f"program {app}\n", app).returncode == 42


def test_a_required_one_that_is_missing_is_an_error(tool):
    app = opener(tool, wish("libgone.so.1", priority="required", feature="gone"))
    said = tool.fail("pack", "-o", "x.img", "--app", str(app))
    assert f'libgone.so.1 not found: {app} requires it for "Support for gone"' in said
    assert "dlopen=none" in said and "x.img" not in tool.names()
    tool.pack(f"program {app} dlopen=none\n")


def test_another_one_that_is_missing_is_a_warning_where_it_was_asked_for(tool):
    app = opener(tool, wish("libgone.so.1"), wish("libaway.so.1", priority="suggested"))
    done = tool.run("pack", "-o", "x.img", "--app", str(app))
    assert b'libgone.so.1 not found: recommended for "Support for answers"' in done.stderr
    assert b"libaway" not in done.stderr


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '[{"soname": "libc.so.6"}]', '[{"soname": []}]',
                                  '[{"soname": ["x"], "priority": "none"}]',
                                  '[{"soname": ["x"], "priority": "urgent"}]'])
def test_a_damaged_note_is_a_warning(tool, text):
    app = opener(tool, more=NOTE.replace("{text}", json.dumps(json.dumps(text))[1:-1]))
    done = tool.run("pack", "-o", "x.img", "--app", str(app))
    assert done.stderr.decode() == (f"rdinit: warning: {app}: its note of libraries for dlopen(3) is damaged: "
                                    "these libraries may be missing\n")


def test_several_notes_and_what_the_reason_says(tool):
    build(tool, "lib/libother.so", "int other;", "-shared", "-fPIC")
    app = opener(tool, wish("libanswer.so"), more=note(wish("libother.so", feature="others")))
    tool.run("pack", "-o", "y.img", "--manifest", "--app", str(app))
    assert f"needed by {app}, with dlopen for others" in (tool.path / "y.img.manifest.json").read_text()


def test_words_behind_program(tool):
    said = tool.fail("pack", "-o", "-", "-", stdin=b"program true dlopen=all\n")
    assert "expected dlopen=none, required, recommended or suggested" in said
    said = tool.fail("pack", "-o", "-", "-", stdin=b"program true iconv\n")
    assert "expected [DEST] [dlopen=...]" in said


# --- hwcaps ---

def hwcaps_tree(tool, *folders):
    for folder in folders:
        build(tool, f"lib/{folder}/libanswer.so", LIBRARY, "-shared", "-fPIC")
    first = folders[0]
    return build(tool, "app", "int answer(void); int main(void) { return answer(); }", f"-Llib/{first}", "-lanswer",
                 f"-Wl,-rpath,{tool.path}/lib")


def libraries(entries):
    return sorted(name.decode().split("/lib/", 1)[1] for name, entry in entries.items()
                  if name.endswith(b"libanswer.so") and stat.S_ISREG(entry.mode))


def test_the_plain_library_alone_unless_asked(tool):
    app = hwcaps_tree(tool, ".", "glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3")
    assert libraries(tool.pack(f"program {app}\n")) == ["libanswer.so"]
    assert libraries(tool.pack(f"program {app} hwcaps\n")) == [
        "glibc-hwcaps/x86-64-v2/libanswer.so", "glibc-hwcaps/x86-64-v3/libanswer.so", "libanswer.so"]


def test_a_library_that_is_only_for_a_level_is_found_and_said(tool):
    app = hwcaps_tree(tool, "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2")
    done = tool.run("pack", "-o", "x.img", "--app", str(app))
    assert b"glibc-hwcaps/x86-64-v2/libanswer.so: there is no plain libanswer.so" in done.stderr, "the lowest"
    assert in_image(tool, f"program {app}\n", app).returncode == 42
    assert b"no-library" not in tool.run("check", "x.img", check=False).stdout


# --- NSS ---

NSSWITCH = "passwd: compat\ngroup: compat [NOTFOUND=return] files # not: nis\nhosts: files dns\n"
PASSWD = "guest:x:4711:4711::/:/bin/sh\n"


def nss_recipe(tool, words, conf=True):
    tool.write("nsswitch.conf", NSSWITCH)
    tool.write("passwd", PASSWD)
    lines = ["file /etc/passwd passwd 0644 0 0"]
    if conf:
        lines.append("file /etc/nsswitch.conf nsswitch.conf 0644 0 0")
    return "\n".join(lines + [f"program getent {words}\n"])


def test_nss_brings_the_services_of_the_image(tool):
    done = in_image(tool, nss_recipe(tool, "nss"), "getent", "passwd", "guest")
    assert done.stdout == PASSWD, done.stderr
    assert in_image(tool, nss_recipe(tool, ""), "getent", "passwd", "guest").returncode != 0
    entries = tool.pack(nss_recipe(tool, "nss"))
    assert any(b"libnss_compat.so.2" in name for name in entries)
    assert not any(b"libnss_nis" in name for name in entries), "a comment"


def test_nss_takes_the_host_s_file_where_the_image_has_none_and_says_so(tool):
    done = tool.run("pack", "-o", "x.img", "-", stdin=nss_recipe(tool, "nss", conf=False).encode())
    assert b"the image has no /etc/nsswitch.conf: it gets /etc/nsswitch.conf" in done.stderr
    assert b"etc/nsswitch.conf" in tool.image("x.img")


def test_a_service_that_is_not_there_is_a_warning(tool):
    tool.write("conf", "passwd: nonesuch\n")
    done = tool.run("pack", "-o", "x.img", "-",
                    stdin=b"file /etc/nsswitch.conf conf 0644 0 0\nprogram getent nss\n")
    assert b"libnss_nonesuch.so.2 not found: /etc/nsswitch.conf names the service nonesuch" in done.stderr


def test_musl_has_none(tool):
    app = build(tool, "small", "int main(void) { return 6; }", compiler="musl-gcc")
    said = tool.fail("pack", "-o", "-", "-", stdin=f"program {app} nss\n".encode())
    assert f"nss: {app} is a program of musl" in said and "remove nss" in said


# --- iconv ---

GCONV = next(iter(glob.glob("/usr/lib*/x86_64-linux-gnu/gconv") + glob.glob("/usr/lib64/gconv")), None)


@pytest.mark.parametrize("line, status", [("", 1), (f"tree {GCONV} {GCONV}\n", 0)], ids=["without", "with"])
def test_the_modules_of_iconv_come_as_a_tree(tool, line, status):
    tool.write("text", "日本".encode("EUC-JP"))
    done = in_image(tool, f"program iconv\nfile /text text 0644 0 0\n{line}", "iconv", "-f", "EUC-JP", "-t", "UTF-8", "/text")
    assert (done.returncode, done.stdout) == (status, "" if status else "日本")


# --- a program that moves, and $ORIGIN ---

def moving(tool, rpath="$ORIGIN/../lib"):
    build(tool, "app/lib/libanswer.so", LIBRARY, "-shared", "-fPIC")
    return build(tool, "app/bin/user", "int answer(void); int main(void) { return answer(); }", "-Lapp/lib",
                 "-lanswer", f"-Wl,-rpath,{rpath}")


def test_what_origin_finds_moves_with_the_program(tool):
    app = moving(tool)
    assert in_image(tool, f"program {app} /opt/x/bin/say\n", "/opt/x/bin/say").returncode == 42
    entries = tool.pack(f"program {app} /opt/x/bin/say\n")
    assert b"opt/x/lib/libanswer.so" in entries
    assert str(tool.path).lstrip("/").encode() + b"/app/lib/libanswer.so" not in entries


def test_origin_of_a_library_that_moved(tool):
    build(tool, "app/lib/more/libdeep.so", "int deep(void) { return 23; }", "-shared", "-fPIC")
    app = moving(tool)
    build(tool, "app/lib/libanswer.so", "int deep(void); int answer(void) { return deep(); }", "-shared", "-fPIC",
          "-Lapp/lib/more", "-ldeep", "-Wl,-rpath,$ORIGIN/more")
    assert in_image(tool, f"program {app} /say\n", "/say").returncode == 23


def test_a_library_by_its_own_path_stays(tool):
    app = moving(tool, f"{tool.path}/app/lib")
    assert in_image(tool, f"program {app} /opt/say\n", "/opt/say").returncode == 42
    shutil.rmtree(tool.path / "app/lib")
    tool.fail("pack", "-o", "-", "-", stdin=f"program {app} /opt/say\n".encode(), says="libanswer.so not found")
