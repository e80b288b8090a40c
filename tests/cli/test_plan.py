# SPDX-License-Identifier: MIT
"""test_plan.py - rdinit plan: what /init says it does, and what it would do, are one."""
import re

import pytest

from conftest import PROJECT


def plan(tool, recipe, *args):
    """The lines of each step."""
    tool.write("r", recipe)
    tool.run("pack", "r", "-o", "x.img")
    steps, step = {}, None
    for line in tool.run("plan", *args, "x.img").stdout.decode().splitlines():
        step = line[:14].strip() or step
        steps.setdefault(step, []).append(line[14:])
    return steps


def steps_of(mode):
    """The names in init/steps.def of the steps that this mode takes."""
    text = (PROJECT / "init/steps.def").read_text()
    return [name for name, modes in re.findall(r'^STEP\("([a-z-]+)", \w+, (.*), \w+\)', text, re.M)
            if {"IN_ALL", mode} & set(modes.split(" | "))]


@pytest.mark.parametrize("words,mode", [
    ("rdinit.run=/init", "IN_RUN"), ("rdinit.run=/init rdinit.root=tmpfs:", "IN_RUN"), ("rdinit.run=/app rdinit.root=/dev/sda", "IN_RUN_IN_ROOT"), ("root=/dev/sda", "IN_HAND_OFF"),
    ("", "IN_STAY"), ("rdinit.root=/dev/sda", "IN_STAY")])
def test_the_steps_are_those_of_init(tool, words, mode):
    steps = steps_of(mode)
    assert len(steps) >= 8 and list(plan(tool, "init\n", "--append", words)) == steps


def test_a_hand_off(tool):
    got = plan(tool, "init\ncmdline rootfstype=ext4 rd.timeout=7\n", "--append",
               'console=ttyS0 console=tty0 root=UUID=12-ab rw rootflags=noatime rd.overlay rdinit.toram resume=LABEL=s init=/x bad rdinit.no=1 -- a "b c"')
    assert got["settings"] == ["hand off, by root=", "after a failure: as panic= asks, else a shell",
                               "ignored: rdinit.no=1: no such parameter"]
    assert got["console"] == ["/dev/console", "else ttyS0", "else tty0"]
    assert got["root-find"] == ["the file system of UUID 12-ab", "then a copy in memory, as rdinit.toram asks", "waits up to 7 s"]
    assert got["root-mount"] == ["for writing, as ext4, with noatime", "under an overlay in memory"]
    assert got["resume"] == ["from LABEL=s, if it holds a hibernated system"]
    assert got["root-usr"] == ["/usr, if the root's /etc/fstab has a line for it"]
    assert got["root-switch"] == ["/x", 'with a "b c"']


def test_a_program_in_a_root(tool):
    got = plan(tool, "init\n", "--append", 'rdinit.run="/app x" rdinit.root=UUID=12-ab rd.overlay rdinit.chdir=/srv')
    assert got["settings"][0] == "run one program in the root of rdinit.root=, by rdinit.run="
    assert got["root-find"][0] == "the file system of UUID 12-ab"
    assert got["root-switch"] == ["the program runs there"] and got["appliance"] == ["/app x", "in /srv"]


@pytest.mark.parametrize("root,line", [
    ("/dev/sda1", "the device /dev/sda1"), ("WWID=naa.5", "the disk of WWID naa.5"),
    ("/dev/disk/by-id/virtio-S1", "the disk of virtio-S1"), ("WWID=naa.5-part2", "partition 2 of the disk of WWID naa.5"),
    ("/dev/disk/by-path/pci-0000:00:05.0-part12", "partition 12 of the disk at pci-0000:00:05.0")])
def test_a_root_by_the_name_of_its_disk(tool, root, line):
    assert plan(tool, "init\n", "--append", f"root={root}")["root-find"][0] == line


def test_a_program_with_its_rights(tool):
    rights = "rdinit.caps=kill,chown rdinit.ambient=kill rdinit.no_new_privs rdinit.umask=027 rdinit.oom_score_adj=-5"
    assert plan(tool, "init\n", "--append", f"{rights} -- /bin/x")["appliance"][1:] == [
        "with these capabilities at most: kill,chown", "with these capabilities as any user: kill",
        "without new privileges by what it executes", "with the umask 027", "with the oom_score_adj -5"]
    assert plan(tool, "init\n", "--append", "rdinit.caps rdinit.ambient=all rdinit.umask=8 -- /bin/x")["appliance"][1:] == [
        "with these capabilities at most: none", "fails: rdinit.ambient=all has a name that is no capability",
        "fails: rdinit.umask=8 is not an octal number up to 777"]


@pytest.mark.parametrize("word,line", [
    ("never", "started once"), ("always", "started again whenever it ends"), ("on-failure", "started again if it fails"),
    ("on-failure:3", "started again if it fails, up to 3 times in a row"),
    ("often", "fails: rdinit.restart=often is not never, on-failure[:N] or always")])
def test_whether_a_program_starts_again(tool, word, line):
    assert plan(tool, "init\n", "--append", f"rdinit.restart={word} -- /bin/x")["appliance"][1:] == [line]


def test_hooks_in_the_order_of_their_names(tool):
    tool.write("h", "#!/bin/sh\n")
    lines = "".join(f"file /etc/rdinit/before-run.d/{name} h 0755 0 0\n" for name in ("20-b", "10-a", ".hidden", "30-c~"))
    got = plan(tool, f"init\n{lines}", "--append", "rdinit.hooks_timeout=7 -- /bin/x")
    assert got["hooks"] == ["/etc/rdinit/before-run.d/10-a", "/etc/rdinit/before-run.d/20-b", "each for up to 7 s"]
    assert plan(tool, "init\n", "--append", "-- /bin/x")["hooks"] == ["-"]


def test_sysctls_with_their_files(tool):
    got = plan(tool, "init\n", "--append", 'rdinit.sysctl=net.ipv4.ip_forward=1 "rdinit.sysctl=kernel/printk=1 2" rdinit.sysctl=x -- /bin/x')
    assert got["sysctls"] == ["write 1 to /proc/sys/net/ipv4/ip_forward", "write 1 2 to /proc/sys/kernel/printk",
                              "fails: rdinit.sysctl=x is not NAME=VALUE"]


def test_a_program_with_its_user_and_folder(tool):
    tool.write("app", "#!/init\n")
    got = plan(tool, "init\nfile /app app 0755 0 0\nrun /app 1 '2\ncmdline rdinit.user=1:2,3 rdinit.chdir=/none rdinit.stdin=/none/in A=b\n",
               "--append", "rdinit.grace=9 rdinit.exit=reboot rdinit.onfail=halt rdinit.mounts=minimal rdinit.links")
    assert got["appliance"] == ["/app 1 '2", "as user 1, group 2 and 1 more", "in /none (not in the image)",
                                "with /none/in as its standard input (not in the image)", "with links in /dev/disk"]
    assert got["power"] == ["TERM, after 9 s KILL, sync, unmount; reboot"] and got["late-mounts"] == ["none: rdinit.mounts=minimal"]
    assert got["settings"] == ["run one program, by /etc/rdinit/run", "after a failure: halt", "environment: A=b"]


def test_a_program_in_the_initramfs_as_a_tmpfs(tool):
    tool.write("app", "#!/init\n")
    recipe = "init\nfile /app app 0755 0 0\nrun /app\n"
    got = plan(tool, recipe, "--append", "rdinit.root=tmpfs:size=80%")
    assert got["settings"][0] == "run one program, by /etc/rdinit/run" and "root-find" not in got
    assert got["reroot"] == ["the initramfs, as a tmpfs with size=80%"] and got["appliance"] == ["/app"]
    assert plan(tool, recipe, "--append", "rdinit.root=tmpfs")["reroot"] == ["the initramfs, as a tmpfs"]


@pytest.mark.parametrize("words,line", [
    ("rdinit.run=\"/bin/x 'a b'\"", "/bin/x a b (not in the image)"), ("-- /bin/y z", "/bin/y z (not in the image)"),
    ("rdinit.run=\"x 'open\"", "fails: an open quote, no arguments, or too many")])
def test_a_program_of_the_command_line(tool, words, line):
    assert plan(tool, "init\n", "--append", words)["appliance"][0] == line


def test_modules_have_the_options_of_both(tool):
    tool.write("m.ko", "x")
    tool.write("list", "/lib/m.ko a=1\n/lib/gone.ko\n")
    tool.write("drivers", "/lib/m.ko - \n\npci:* 0\n")
    got = plan(tool, "init\nfile /lib/m.ko m.ko 0644 0 0\nfile /etc/rdinit/modules list 0644 0 0\n"
                     "file /etc/rdinit/drivers drivers 0644 0 0\n", "--append", "m.b=2 module_blacklist=evil")
    assert got["modules"] == ["/lib/m.ko a=1 b=2", "/lib/gone.ko (not in the image)", "1 drivers, when their devices appear",
                              "never: evil"]


def test_the_size_of_the_terminal(tool):
    got = plan(tool, "init\n", "--append", "rdinit.run=/p rdinit.window=24x80,port")
    assert got["window"] == ["make the console's terminal 24x80,port"] and list(got).index("window") < list(got).index("mounts")


def test_staying_in_the_image(tool):
    assert plan(tool, "init\n")["stay"] == ["a shell, /bin/sh (not in the image)"]
    tool.write("i", "#!/bin/sh\n")
    assert plan(tool, "init\nfile /sbin/init i 0755 0 0\n")["stay"] == ["/sbin/init of the image replaces /init"]


def test_what_cannot_be_planned(tool):
    tool.write("i", "#!/bin/sh\n")
    tool.write("r", "file /init i 0755 0 0\n")
    tool.run("pack", "r", "-o", "x.img")
    tool.fail("plan", "x.img", says="/init is not rdinit's /init")
    tool.write("bad.img", (tool.path / "x.img").read_bytes()[:-20])
    tool.fail("plan", "bad.img", says="bad.img: is damaged")
    tool.fail("plan", "none", says="none")
    tool.fail("plan", status=2, says="expected one IMAGE")
    tool.fail("plan", "--append", status=2, says="expects an argument")
