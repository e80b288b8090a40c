# SPDX-License-Identifier: MIT
"""test_packages.py - the bill of materials of containers and sysroots: what dpkg and apk wrote down there."""
import os

import pytest
from oci import member, parts, tar, write_layout
from test_provenance import spdx
from test_sysroot import glibc_root

STATUS = b"""Package: one
Status: install ok installed
Version: 1.2-3+b1
Architecture: amd64
Description: a program
 with a second line

Package: two
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2:0.1~rc1

Package: gone
Status: deinstall ok config-files
Version: 9
Architecture: all
"""
INSTALLED = b"""C:Q1pSfk1234567890=
P:musl
V:1.2.4-r2
A:x86_64
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1abcdefgh=

P:busybox
V:1.36.1-r5
A:x86_64
F:bin
R:busybox
F:etc
F:etc/network
R:if-up
"""


def folders(*names):
    return [member(name, "d") for name in names]


def pack(tool, *members, config=None):
    """The judged bill of a container."""
    write_layout(tool.path / "layout", {"app": parts([tar(*members)], config or {"Cmd": ["/bin/x"]})})
    tool.run("pack", "--oci", "layout:app", "-o", "x.img", "--sbom")
    return spdx(tool)


def owners(whole):
    """{file: (name, version, url of its package)}, and the same of all packages."""
    packages = {p["SPDXID"]: (p["name"], p["versionInfo"], p["externalRefs"][0]["referenceLocator"])
                for p in whole["packages"] if p["SPDXID"] != "SPDXRef-Image"}
    files = {f["SPDXID"]: f["fileName"] for f in whole["files"]}
    found = {files[r["spdxElementId"]]: packages[r["relatedSpdxElement"]] for r in whole["relationships"]
             if r["relationshipType"] == "GENERATED_FROM"}
    return found, set(packages.values())


ONE = ("one", "1.2-3+b1", "pkg:deb/debian/one@1.2-3%2Bb1?arch=amd64")
TWO = ("two", "2:0.1~rc1", "pkg:deb/debian/two@2:0.1~rc1?arch=amd64")
MUSL = ("musl", "1.2.4-r2", "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64")
BUSYBOX = ("busybox", "1.36.1-r5", "pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64")


def test_a_container_of_debian(tool):
    """Folders are merged into /usr, and a package lists its file where it was before."""
    whole = pack(tool, *folders("usr", "usr/bin", "usr/lib", "var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/info"),
                 member("bin", "l", "usr/bin"), member("usr/bin/x", data=b"x"), member("usr/lib/two.so", data=b"2"),
                 member("usr/bin/own", data=b"own"), member("var/lib/dpkg/status", data=STATUS),
                 member("var/lib/dpkg/info/one.list", data=b"/.\n/bin\n/bin/x\n"),
                 member("var/lib/dpkg/info/two:amd64.list", data=b"/usr/lib/two.so\n/bin/x"))
    assert owners(whole) == ({"./usr/bin/x": ONE, "./usr/lib/two.so": TWO}, {ONE, TWO})


def test_a_container_without_a_distribution(tool):
    stanza = STATUS.split(b"\n\n")[0].replace(b"Status: install ok installed\n", b"")
    whole = pack(tool, *folders("bin", "etc", "var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/status.d"),
                 member("bin/x", data=b"x"), member("etc/os-release", data=b'NAME="A b"\nID="ubuntu"\nVERSION_ID=1\n'),
                 member("var/lib/dpkg/status.d/one", data=stanza),
                 member("var/lib/dpkg/status.d/one.md5sums", data=b"9dd4e461268c8034f5c8564e155c67a6  bin/x\n"),
                 member("var/lib/dpkg/status.d/two", data=STATUS.split(b"\n\n")[1]))
    one, two = ((name, version, url.replace("debian", "ubuntu")) for name, version, url in (ONE, TWO))
    assert owners(whole) == ({"./bin/x": one}, {one, two}), "a package whose files are not known is one, too"


@pytest.mark.parametrize("place", ["lib/apk/db", "usr/lib/apk/db"])
def test_a_container_of_alpine(tool, place):
    parents = [place[:i] for i, byte in enumerate(place + "/") if byte == "/"]
    whole = pack(tool, *folders("bin", "etc", "etc/network", *([] if "lib" in parents else ["lib"]), *parents),
                 member("bin/busybox", data=b"x"), member("etc/network/if-up", data=b"#"), member("etc/own", data=b"o"),
                 member("lib/ld-musl-x86_64.so.1", data=b"y"), member(f"{place}/installed", data=INSTALLED),
                 config={"Cmd": ["/bin/busybox"]})
    assert owners(whole) == ({"./bin/busybox": BUSYBOX, "./etc/network/if-up": BUSYBOX,
                              "./lib/ld-musl-x86_64.so.1": MUSL}, {MUSL, BUSYBOX})


def test_a_tree_that_is_a_system_of_its_own(tool):
    tool.write("root/bin/x", "x")
    tool.write("root/lib/apk/db/installed", INSTALLED.replace(b"R:busybox", b"R:x"))
    tool.run("pack", "--no-init", "--tree", "root", "-o", "x.img", "--sbom")
    assert owners(spdx(tool)) == ({"./bin/x": BUSYBOX}, {MUSL, BUSYBOX})


def test_a_program_of_a_sysroot(tool):
    """Its own database counts, not the host's; and only those of its packages that are needed."""
    glibc_root(tool)
    tool.write("sys/var/lib/dpkg/status", STATUS)
    tool.write("sys/var/lib/dpkg/info/one.list", "/bin/sh\n")
    tool.run("pack", "--sysroot", "sys", "-o", "x.img", "--sbom", "--app", "sh")
    found, all_packages = owners(spdx(tool))
    assert found == {"./usr/bin/sh": ONE} and all_packages == {ONE}


def test_two_systems_have_two_packages_of_one_name(tool):
    glibc_root(tool)
    tool.write("sys/var/lib/dpkg/status", STATUS)
    tool.write("sys/var/lib/dpkg/info/one.list", "/bin/sh\n")
    (tool.path / "sys2").mkdir()
    os.system(f"cp -a {tool.path}/sys/. {tool.path}/sys2 && sed -i s/1.2-3/9.9/ {tool.path}/sys2/var/lib/dpkg/status")
    tool.run("pack", "-o", "x.img", "--sbom", "-",
             stdin=b"sysroot sys\nprogram sh /one\nsysroot sys2\nprogram sh /two\n")
    found, _ = owners(spdx(tool))
    assert found["./one"] == ONE and found["./two"][1] == "9.9+b1"


@pytest.mark.parametrize("status", [b"", b"\n\n\n", b"Package: one\n", b"Package: \xff\nVersion: 1\n", b"Package: a b\nVersion: 1",
                                    b"\0\1\2", b"Version: 1\nArchitecture: amd64\n\nPackage: x"])
def test_a_database_that_is_damaged_names_nothing(tool, status):
    whole = pack(tool, *folders("bin", "var", "var/lib", "var/lib/dpkg"), member("bin/x", data=b"x"),
                 member("var/lib/dpkg/status", data=status))
    assert owners(whole) == ({}, set())
