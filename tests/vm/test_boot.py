# SPDX-License-Identifier: MIT
"""test_boot.py - whole boots: one table, one walker, one proof that the walker can fail."""
import gzip
import os
import pathlib
import re
import sys

import pytest

from vm import RDINIT, Result, Row, check, run

NOISE = os.urandom(100 * 1024)

PROGRAMS = [
    Row("true is status 0", ["--", "/bin/true"], 0, out=b"", err=b""),
    Row("false is status 1", ["--", "/bin/false"], 1, out=b"", err=b""),
    Row("a status arrives as it is", ["--", "sh", "-c", "exit 42"], 42),
    Row("a program killed by a signal is 128 and its number",
        ["--", "sh", "-c", "kill -9 $$"], 137),
    Row("sqlite3 reads its query on stdin", ["--", "sqlite3"], 0, out=b"42\n",
        stdin=b"select 6*7;\n"),
    Row("perl finds its modules",
        ["--", "perl", "-MList::Util=sum", "-e", "print sum(1..4), qq(\\n)"], 0, out=b"10\n"),
    Row("python3 finds its modules",
        ["--", sys.executable, "-c", "import json; print(json.dumps([1, None]))"], 0,
        out=b"[1, null]\n"),
    Row("stdout and stderr stay apart", ["--", "sh", "-c", "echo out; echo err >&2; exit 5"], 5,
        out=b"out\n", err=b"err\n"),
    Row("binary input and output pass unchanged", ["--", "cat"], 0, out=NOISE, stdin=NOISE),
    Row("a program reads a disk and powers the machine off by itself, which tells no status",
        ["--disk", "@sda.disk,snapshot", "--", "@disk"], 125, out=r"DISK sda\b",
        err=r"^rdinit: the guest ended before /init reported its program's status: something in it powered it off or reset it"),
    Row("a reset by the kernel's keys is no success", ["--", "sh", "-c", "echo b >/proc/sysrq-trigger; read wait </dev/console"], 125,
        err=r"^rdinit: the guest ended before /init reported its program's status"),
    Row("a crash of the kernel is told as one", ["--", "sh", "-c", "echo c >/proc/sysrq-trigger; read wait </dev/console"], 125,
        err=r"^rdinit: the guest's kernel panicked: Kernel panic - not syncing: sysrq triggered crash"),
    Row("a program that prints what a panic prints goes on, and its status counts",
        ["--", "perl", "-e", "open C, '>', '/dev/console'; print C qq([    9.876543] Kernel panic - not syncing: no\n); "
         "close C; sleep 7; exit 4"], 4, err=b""),
]

IMAGES = [
    Row("an image with one program ends with its status", ["@hello.img"], 7, out=r"hello"),
    Row("an image without a console node boots", ["@bare.img"], 7, out=r"hello",
        absent=r"Kernel panic"),
    Row("the /init that only runs programs ends with the program's status", ["@onlyruns.img"], 7, out=r"hello"),
    Row("asked for a root it names the cure", ["--append", "root=/dev/vda panic=-1", "@onlyruns.img"], 125,
        both=r"scope: root=: this /init only runs programs: pack the image with `init` in place of `init run`"),
    Row("a program that is missing is status 127", ["--append", "rdinit.run=/nope", "@hello.img"],
        127, both=(r"run /nope.*ENOENT", r"hint: the program, its interpreter")),
    Row("a program that is not executable is status 126", ["@unexec.img"], 126,
        both=r"run /data.*EACCES"),
    Row("getent asks the service that nss brought", ["@getent.img"], 0, out=r"^guest:x:4711:"),
    Row("without nss it has none", ["@getentless.img"], 2, absent=r"4711"),
    Row("what is piped into an image's shell arrives whole", ["@shell.img"], 5, out=r"^input$", stdin=b"echo in''put; exit 5\n"),
    Row("an /init that ends is a panic of the kernel", ["@suicide.img"], 125,
        both=r"Kernel panic"),
]


# What only a PC has: firmware, a screen and a keyboard.
PC = [
    Row("an ACPI table in front of the image is taken", ["@early.img"], 0,
        out=r"SSDT ACPI table found in initrd \[kernel/firmware/acpi/ssdt.aml\]\[0x24\]"),
    Row("the console has the keymap of the image", ["@keymap.img"], 0, out=(r"^00000000  7a 0b", r"^same")),
]

CONSOLES = [
    Row(f"console={console} does not change the status",
        ["--append", f"console={console}", "@hello.img"], 7, out=out)
    for console, out in (("null", None), ("ttyS5", "^hello$"), ("hvc0", "^hello$"))
]

MACHINES = [
    Row(f"a status arrives from {machine}", ["--machine", machine, "--", "sh", "-c",
                                             "echo on it; exit 42"], 42, out=b"on it\n")
    for machine in ("pc", "q35", "microvm")
]

MACHINES += [Row(f"what sleeps wakes up on {machine}", ["--machine", machine, "--", "@busybox", "sleep", "1"], 0, timeout="20")
             for machine in ("pc", "q35", "microvm")]

# The first disk of the line is the first of the guest, but sd_mod looks at several side by side.
TWO = 'for i in 1 2 3 4 5 6 7 8 9; do [ -e /dev/{0}b ] && break; busybox sleep .2; done; busybox cat /dev/{0}a /dev/{0}b'
MACHINES += [Row(f"{bus} disks of a microvm", ["--machine", "microvm", "--disk", f"@one.disk,{bus},snapshot", "--disk",
                                              f"@two.disk,{bus},ro", "--", "@busybox", "sh", "-c", TWO.format(name)],
                 0, out=out) for bus, name, out in (("virtio", "vd", "(?s)^one .*two "),
                                            ("scsi", "sd", "(?s)^one .*two |^two .*one "))]

MACHINES.append(Row("a kernel without any tuning boots, too", ["--no-tuning", "--", "sh", "-c", "exit 42"], 42))

MOUNTS = 'while read -r from on type options rest; do echo "$on $type $options"; done </proc/mounts'
MEMORY = "(rw|size=[^,]*|nr_inodes=[^,]*|inode64|mode=[0-7]+|relatime|,)*"

INSIDE = [
    Row("an orphan is reaped", ["--", "@orphan"], 0, out=b"reaped\n"),
    Row("what ignores TERM is killed after the grace", ["--verbose", "--append", "rdinit.grace=1", "--",
                                                        "@stubborn"],
        9, out=b"left behind\n", err=r"processes still running 1 s after SIGTERM: killed"),
    Row("no program leaves the kernel's first mount", ["--", "@pivot"], 1, err="pivot_root: Invalid argument"),
    Row("the initramfs is a root that a container engine leaves", ["--append", "rdinit.root=tmpfs:size=48m", "--", "@pivot"], 3,
        out=b"left a root of 49152 KiB\n"),
    Row("a word of the kernel's line is in the environment",
        ["--append", 'FOO=bar "TWO=a b"', "--", "sh", "-c", 'echo "$FOO/$TWO"'], 0,
        out=b"bar/a b\n"),
    Row("a word of the kernel's line is a parameter of its module",
        ["--module", "brd", "--append", "brd.rd_nr=3 brd.max_part=2", "--", "sh", "-c",
         "read parts </sys/module/brd/parameters/max_part; echo $parts /sys/block/ram*"], 0,
        out=b"2 /sys/block/ram0 /sys/block/ram1 /sys/block/ram2\n"),
    Row("PATH and HOME are set, our own words are not",
        ["--append", "rdinit.grace=3", "--", "/usr/bin/env"], 0,
        out=(r"^PATH=/usr/local/sbin:", r"^HOME=/$"), absent=r"rdinit\.grace"),
    Row("the usual mounts", ["--", "sh", "-c", MOUNTS], 0, out=(
        rf"^/dev devtmpfs rw,nosuid,{MEMORY}$",
        r"^/proc proc rw,nosuid,nodev,noexec,relatime$",
        r"^/sys sysfs rw,nosuid,nodev,noexec,relatime$",
        rf"^/run tmpfs rw,nosuid,nodev,{MEMORY}$",
        r"^/dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666$",
        rf"^/dev/shm tmpfs rw,nosuid,nodev,{MEMORY}$",
        r"^/sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate$",
        r"\A([^\n]*\n){8}\Z")),
    Row("rdinit.mounts=minimal leaves three",
        ["--append", "rdinit.mounts=minimal", "--", "sh", "-c",
         'while read -r from on rest; do echo "$on"; done </proc/mounts'], 0,
        out=b"/\n/dev\n/proc\n/sys\n"),
    Row("/dev has the links of descriptors",
        ["--", "perl", "-e", "print readlink, qq(\\n) for map qq(/dev/$_), qw(fd stdin stderr)"], 0,
        out=b"/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/2\n"),
]

IDENTITY = [
    Row("a container's image runs as it says: user, groups, folder, environment, arguments",
        ["@container.img"], 9, out=r"^33\r?\n44 55\r?\n/srv\r?\n/srv /bin say \"hi\" <a b>\r?\n",
        absent="whiteout"),
    Row("a container's image in one command", ["--oci", "@container.oci"], 9,
        out=b'33\n44 55\n/srv\n/srv /bin say "hi" <a b>\n', err=b""),
    Row("another program in a container", ["--oci", "@container.oci", "--append", "rdinit.user=5:6 rdinit.chdir=/",
                                          "--", "sh", "-c", "id -u; id -G; pwd; exit 4"], 4, out=b"5\n6\n/\n"),
    Row("a container's program is replaced, and the words after -- are arguments",
        ["--oci", "@container.oci", "--entrypoint", "sh", "--tmpfs", "/srv/t", "--", "-c", "id -u; pwd; ls; exit 5"], 5, out=r"^33\n/srv\n.*^t$"),
    Row("a user that is no number ends the machine, not as root",
        ["--append", "rdinit.user=web", "@hello.img"], 125,
        both=r"parse rdinit.user=web: expected UID:GID\[,GID...\]: .*EINVAL", absent="^hello"),
    Row("a folder that is not there is status 126", ["--append", "rdinit.chdir=/none", "@hello.img"], 126,
        both=r"enter /none to run .*/hello: .*ENOENT", absent="^hello"),
]

# A child that takes its time once it is told to end; HUP would kill it.
DAEMON = """$| = 1; pipe R, W; if (!fork) { $SIG{TERM} = sub { select undef, undef, undef, .7; print STDERR qq(ended in order\n);
exit }; syswrite W, 'x'; sleep 1 while 1 } sysread R, $_, 1; print qq(left\n); exit 3"""

# PID 1 waits for signals (call 128); when it wakes, the function that made the call returns to nowhere.
BREAK = """do { open S, '<', '/proc/1/syscall'; $_ = <S> } until /^(128|271) /; open M, '+<', '/proc/1/mem';
sysseek M, hex((split)[-2]), 0; syswrite M, pack('Q32', (16) x 32); kill HUP => 1; sleep 5"""

SIGNALS = [
    Row("a crash of PID 1 is reported", ["--", "perl", "-e", BREAK], 125,
        err=(r"PID 1 crashed by SIGSEGV", r"exit status 125 \(failed: appliance\)"), absent=r"Kernel panic"),
    Row("SEGV sent to PID 1 is none", ["--", "sh", "-c", "kill -SEGV 1; exit 6"], 6, err=b""),
    Row("TERM for PID 1 is the program's",
        ["--", "perl", "-e", "$SIG{TERM} = sub { print qq(got\n); exit 4 }; kill TERM => 1; "
         "select undef, undef, undef, .1 while 1"], 4, out=b"got\n"),
    Row("a signal that the program does not survive is its end",
        ["--", "perl", "-e", "kill TERM => 1; sleep 20"], 143),
    Row("the first real-time signal for PID 1 is the program's, too",
        ["--", "perl", "-e", "$SIG{RTMIN} = sub { print qq(got\n); exit 4 }; kill RTMIN => 1; "
         "select undef, undef, undef, .1 while 1"], 4, out=b"got\n"),
    Row("a daemon that is left over has its time to end, without a terminal", ["--", "perl", "-e", DAEMON], 3,
        out=b"left\n", err=b"ended in order\n"),
    Row("so has one on a terminal", ["--stdio", "console", "--", "perl", "-e", DAEMON], 3, out=r"ended in order"),
    Row("the output of a program that stopped its terminal still comes",
        ["--stdio", "console", "--", "perl", "-MPOSIX", "-e",
         "tcflow(1, TCOOFF); syswrite STDOUT, qq(the last line\n); exit 3"], 3, out=r"^the last line\r?$", err=b"", timeout="30"),
    Row("a CD is there and cannot be written", ["--cdrom", "@root.ext4", "--", "@busybox", "sh", "-c",
        "[ -b /dev/sr0 ] && exec 2>&1; echo x >/dev/sr0"], 1, out="Read-only file system"),
    Row("a fork bomb of a user who may have so many processes ends with the machine, and its program's status counts",
        ["--memory", "512", "--user", "1:1", "--ulimit", "nproc=100", "--", "perl", "-e",
         "sub bomb { while (1) { defined fork or select undef, undef, undef, .01 } } fork or bomb; "
         'while (1) { my $child = fork; defined $child or last; $child or bomb } print qq(no room\\n); exit 5'], 5, out=b"no room\n"),
    Row("file systems in memory that are full take nothing from process 1",
        ["--", "@busybox", "sh", "-c", "for at in /full /run/full; do busybox cat /dev/zero >$at; done 2>/dev/null; "
         "for at in / /run/; do echo x >${at}more 2>/dev/null || echo $at is full; done; exit 6"], 6, out=b"/ is full\n/run/ is full\n"),
    Row("what the kernel killed for want of memory is told as that", ["--memory", "300", "--", "perl", "-e",
        '$h{$i++} = "x" x 1000000 while 1'], 137, err="warning: the guest's kernel killed the program, because its 300 MiB of memory are not"),
    Row("a name and limits are the program's", ["--hostname", "a-name.x", "--ulimit", "nofile=100:200", "--ulimit", "core=0", "-u", "1:1", "--", "sh", "-c",
        "read -r name </proc/sys/kernel/hostname; echo $name; ulimit -Sn; ulimit -Hn; ulimit -c; exit 2"], 2, out=b"a-name.x\n100\n200\n0\n"),
    Row("another user has the capabilities that it is given", ["--append",
        "rdinit.user=1:1,5 rdinit.caps=kill,net_admin,chown rdinit.ambient=kill,chown rdinit.no_new_privs rdinit.umask=027 rdinit.oom_score_adj=-600", "--", "sh", "-c",
        "while read -r name value; do case $name in Cap*|Umask:|NoNewPrivs:|Groups:) echo $name $value;; esac; done </proc/self/status; "
        "read -r score </proc/self/oom_score_adj; echo $score"], 0,
        out=b"Umask: 0027\nGroups: 5\nCapInh: 0000000000000021\nCapPrm: 0000000000000021\nCapEff: 0000000000000021\n"
            b"CapBnd: 0000000000001021\nCapAmb: 0000000000000021\nNoNewPrivs: 1\n-600\n"),
    Row("sysctls and a score are the program's, and it is started again", ["--sysctl", "kernel.domainname=a b", "--oom-score-adj", "77",
        "--restart", "on-failure:1", "--", "sh", "-c",
        "read -r name </proc/sys/kernel/domainname; read -r score </proc/self/oom_score_adj; echo $name $score; exit 4"], 4, out=b"a b 77\na b 77\n"),
    Row("PID 1 does not hear KILL", ["--", "sh", "-c", "kill -KILL 1; exit 6"], 6),
    Row("a timeout is status 124", ["--", "sleep", "100"], 124, timeout="5"),
]


def hand_off(name, words, status, root="root", **expected):
    return Row(name, ["--disk", f"@{root}.ext4,virtio,snapshot", "--append", words,
                      "@handoff.img"], status, **expected)


HAND_OFF = [
    Row("a root by path is mounted, entered and given the arguments",
        ["--verbose", "--disk", "@root.ext4,virtio,snapshot", "--append",
         'root=/dev/vda rw -- one "two three"', "@handoff.img"], 0, both=(
            r"^REALROOT-OK /sbin/init 2$", r"^argument <one>$", r"^argument <two three>$",
            r"^/dev/vda / ext4 rw,relatime ", r"^devtmpfs /dev ", r"^proc /proc ", r"^sysfs /sys ",
            r"^tmpfs /run ", r"root-switch: handing over to /sbin/init of /dev/vda",
            r"^Unevictable: +[0-9]{1,2} kB$", r"^Shmem: +[0-9]{1,2} kB$", r"^root-done$"),
        absent=(r"^/newroot$", r"^/init$", r"^/etc/rdinit$")),
    hand_off("a root is read-only unless rw asks for more", "root=/dev/vda", 0,
             out=(r"^REALROOT-OK /sbin/init 0$", r"^/dev/vda / ext4 ro,relatime ")),
    hand_off("a root by number", "root=254:0", 0, out=r"REALROOT-OK.* / ext4 ro"),
    hand_off("a root of a named type", "root=/dev/vda rootfstype=ext4", 0, out=r"REALROOT-OK"),
    hand_off("tmpfs and ramfs are words about the initramfs", "root=/dev/vda rootfstype=tmpfs,ext4", 0,
             out=r"REALROOT-OK"),
    hand_off("rootflags= reach the mount", "root=/dev/vda rootflags=nodelalloc", 0,
             out=r"^/dev/vda / ext4 ro,relatime,nodelalloc "),
    hand_off("rootflags= may hold what mount(8) knows", "root=/dev/vda rootflags=defaults,rw,noatime,nosuid,x-a,nodelalloc", 0,
             out=r"^/dev/vda / ext4 rw,nosuid,noatime,nodelalloc "),
    hand_off("rootflags= with a word that no type knows",
             "root=/dev/vda rootfstype=ext4 rootflags=nonsense", 125, both=(
                 r"root-mount: mount /dev/vda on /newroot as ext4: .*EINVAL",
                 r"hint: no file system of this type is there, or rootflags="),
             absent="Kernel panic"),
    hand_off("init= chooses the real init", "root=/dev/vda init=/bin/other", 0,
             out=r"^OTHER-OK /bin/other 0$", absent="REALROOT"),
    hand_off("a type that the kernel does not know", "root=/dev/vda rootfstype=xfs", 125, both=(
        r"root-mount: mount /dev/vda on /newroot as xfs: .*ENODEV",
        r"hint: this kernel lacks the file system"), absent="Kernel panic"),
    hand_off("a root that does not come", "root=/dev/vdz rd.timeout=2", 125, both=(
        r"find root=/dev/vdz: .*ETIMEDOUT", r"asked for root=/dev/vdz, waited 2\.[0-9] s",
        r"block devices: vda 16 MiB", r"modules: [1-9][0-9]* loaded, 0 failed",
        r"hint: is it one of these\?"), absent="Kernel panic"),
    hand_off("a root without an init", "root=/dev/vda", 125, root="noinit", both=(
        r"root-switch: find an init on /dev/vda: tried /sbin/init, .*ENOENT",
        r"check that this is the right root"), absent="Kernel panic"),
    hand_off("an init whose interpreter is missing", "root=/dev/vda", 125, root="nointerp", both=(
        r"/sbin/init: its interpreter /lib/no-such-shell cannot be used"), absent="Kernel panic"),
    hand_off("an init= that is missing", "root=/dev/vda init=/bin/nope", 125, both=(
        r"use init=/bin/nope of /dev/vda: .*ENOENT"), absent=("Kernel panic", "REALROOT")),
    Row("a root without its driver in the image",
        ["--disk", "@root.ext4,virtio,snapshot", "--append", "root=/dev/vda rd.timeout=1",
         "@hello.img"], 125, both=(r"block devices: none", r"hint: is the disk's driver in")),
    Row("a root without rd.timeout= is waited for until the host's patience ends",
        ["--append", "root=/dev/vda rootwait", "@hello.img"], 124, timeout="4",
        err="the guest did not end within 4 s",
        absent="ETIMEDOUT"),
    Row("what the guest waits for is shown with --verbose",
        ["--verbose", "--append", "root=/dev/vda rd.timeout=1", "@hello.img"], 125,
        err="^rdinit: the guest: root-find: waiting for /dev/vda$"),
    Row("a machine that is to halt after a failure ends all the same",
        ["--append", "root=/dev/vda rd.timeout=1 rdinit.onfail=halt", "@hello.img"], 125,
        both=r"exit status 125 \(failed: root-find\)", timeout="20"),
    Row("a machine that is to halt ends with its program's status",
        ["--append", "rdinit.exit=halt", "--", "sh", "-c", "echo out; exit 9"], 9, out=b"out\n",
        timeout="20"),
    hand_off("a root that is no name of a device", "root=vda", 125, both=(
        r"parse root=vda: not /dev/NAME, MAJ:MIN, UUID=, LABEL="), absent="Kernel panic"),
    Row("an initramfs on ramfs", ["--append", "rootfstype=ramfs", "@hello.img"], 7, out="hello"),
]

MODULES = [
    Row("an image for a machine and a root boots into it",
        ["--disk", "@root.ext4,virtio,snapshot", "--append", "root=/dev/vda", "@forroot.img"], 0,
        out=r"^REALROOT-OK /sbin/init 0$", absent=r"tainting kernel"),
    Row("a root whose file system is a module with checksums of its own",
        ["--machine", "q35", "--disk", "@root.btrfs,scsi,snapshot", "--append", "root=/dev/sda", "@forbtrfs.img"], 0,
        out=(r"^REALROOT-OK /sbin/init 0$", r"^/dev/sda / btrfs ro,relatime")),
    Row("modules without signatures load, and taint the kernel",
        ["--verbose", "--disk", "@root.ext4,scsi,snapshot", "--append", "root=/dev/sda", "@unsigned.img"], 0,
        both=(r"^REALROOT-OK /sbin/init 0$", r"module verification failed: .* tainting kernel")),
    Row("modules without signatures, BTF and names of local functions hand off",
        ["--disk", "@root.ext4,virtio,snapshot", "--append", "root=/dev/vda", "@stripped.img"], 0,
        out=r"^REALROOT-OK /sbin/init 0$"),
    Row("so do those of btrfs, with all that they need of each other",
        ["--machine", "q35", "--disk", "@root.btrfs,scsi,snapshot", "--append", "root=/dev/sda", "@strippedbtrfs.img"], 0,
        out=(r"^REALROOT-OK /sbin/init 0$", r"^/dev/sda / btrfs ro,relatime")),
    Row("modprobe of busybox and of kmod find the modules by the image's index", ["@modprobe.img"], 5,
        out=(r"^\s*btrfs$", r"overlay$", r"^/dev/ram0 /dev/ram1 /dev/ram2$")),
]


@pytest.mark.parametrize("row", PROGRAMS + IMAGES + PC + CONSOLES + MACHINES + INSIDE + IDENTITY +
                         SIGNALS + HAND_OFF + MODULES, ids=lambda row: row.name)
def test_boot(row, files):
    check(row, run(row, files))


@pytest.mark.parametrize("wrong", [
    Row("status", [], 1), Row("exact", [], 0, out=b"ye"), Row("pattern", [], 0, out="no"),
    Row("stderr", [], 0, err="no"), Row("either", [], 0, both=("yes", "no")),
    Row("absent", [], 0, absent="yes"),
], ids=lambda row: row.name)
def test_the_checker_fails_on_a_wrong_expectation(wrong):
    check(Row("right", [], 0, out=b"yes", both="yes", absent="no"), Result(0, b"yes", b""))
    with pytest.raises(AssertionError):
        check(wrong, Result(0, b"yes", b""))


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
def test_no_byte_of_what_the_kernel_prints_is_lost(machine, files):
    """The console's lines are those of the kernel's own log, less its debugging messages."""
    done = run(Row("dmesg", ["--verbose", "--machine", machine, "--", "@busybox", "dmesg", "-r"], 0), files)
    logged = re.findall(r"^<(\d+)>(\[ *[0-9.]+\] .*)$", done.out.decode(errors="replace"), re.M)
    shown = done.err.decode(errors="replace").replace("\r", "").splitlines()
    wanted = [line for level, line in logged if int(level) % 8 < 7]
    assert done.status == 0 and len(wanted) > 100 and not [line for line in wanted if line not in shown]


# Bytes beside /init, which has a guard of its own (make guards).
@pytest.mark.parametrize("image, most", [
    pytest.param("hello.img", 4 << 10, id="one program"),
    pytest.param("smallest.img", 53 << 10, id="a hand-off from virtio to ext4"),
    pytest.param("stripped.img", 41 << 10, id="the same with modules without signatures"),
])
def test_an_image_is_hardly_larger_than_what_is_in_it(image, most, files):
    init = gzip.compress(pathlib.Path(RDINIT).with_name("init").read_bytes(), 9)
    assert files.get(image).stat().st_size < len(init) + most
