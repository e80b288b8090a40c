# SPDX-License-Identifier: MIT
"""Each profile of kconfig-fragments/, built by `make kernel` and booted: `make check-all`."""
import subprocess

import pytest
from guests import pack
from roots import U
from vm import RDINIT, Row, check, run

BASIC = [
    Row(f"{kernel} on {machine} {words}".strip(),
        ["--kernel", kernel, "--machine", machine, *(["--append", words] if words else []), "--",
         "sh", "-c", "read -r line; echo \"$line\"; exit 42"], 42, out=b"one\n", stdin=b"one\ntwo\n")
    for kernel, machine, words in [
        ("hello", "microvm", ""), ("hello", "pc", ""), ("hello", "q35", ""),
        ("appliance", "microvm", ""), ("appliance", "microvm", "acpi=off"),
        ("appliance", "pc", ""), ("appliance", "q35", ""), ("handoff", "q35", ""), ("router", "q35", ""),
        ("metal", "q35", ""), ("test", "q35", "")]
]
# kmemleak reports what nothing points to any more: scanned twice, since an object counts only when
# it is older than some seconds. Nothing stands before "end" where it finds nothing, and is on.
LEAKS = """mount -t debugfs debugfs /sys/kernel/debug
sleep 6
echo scan >/sys/kernel/debug/kmemleak
sleep 1
echo scan >/sys/kernel/debug/kmemleak
cat /sys/kernel/debug/kmemleak
echo end"""
# One allocation of the kernel's in a hundred fails for this shell's children: they may fail, PID 1 not.
FAILING = """mount -t debugfs debugfs /sys/kernel/debug
cd /sys/kernel/debug/failslab
echo Y >task-filter; echo N >ignore-gfp-wait; echo 1 >probability; echo -1 >times; echo 0 >verbose
good=0; bad=0; i=0
while [ $i -lt 50 ]; do
    if (echo 1 >/proc/self/make-it-fail; cat /null) 2>/dev/null; then good=$((good+1)); else bad=$((bad+1)); fi
    i=$((i+1))
done
[ $good -gt 0 ] && [ $bad -gt 0 ] && echo both"""
APPLETS = "sh mount sleep cat echo true"
HAND_OFF = Row("handoff: a disk without any module",
               ["--kernel", "handoff", "--machine", "q35", "--disk", "@root.ext4,virtio,snapshot",
                "--append", "root=/dev/vda", "@plain.img"], 0, out=r"REALROOT-OK")
F2FS = Row("handoff: a root of f2fs",
           ["--kernel", "handoff", "--machine", "q35", "--disk", "@f2fs.root,virtio,snapshot",
            "--append", f"root=UUID={U}", "@plain.img"], 0, out=(r"^ROOT-OK$", r"^/dev/vda / f2fs "))


@pytest.mark.parametrize("row", BASIC + [HAND_OFF, F2FS], ids=lambda row: row.name)
def test_profile(row, files):
    check(row, run(row, files))


@pytest.mark.parametrize("script, said", [(LEAKS, "\nend\ninit: exit status 0"), (FAILING, "\nboth\ninit: ")],
                         ids=["kmemleak finds nothing", "PID 1 outlives failing allocations"])
def test_under_the_debugging_kernel(tmp_path, script, said):
    (tmp_path / "script").write_text("#!/bin/sh\necho\n" + script)
    (tmp_path / "script").chmod(0o755)
    image = pack(tmp_path / "i.img", f"init\napplets /bin/busybox {APPLETS}\n"
                 "file /null /dev/null 0644 0 0\n"
                 f"file /script {tmp_path}/script 0755 0 0\nrun /script\n")
    done = subprocess.run([RDINIT, "run", "--kernel", "test", "--memory", "512", "--append", "quiet",
                           image], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done
    assert said in done.stdout.replace("\r", ""), done.stdout
