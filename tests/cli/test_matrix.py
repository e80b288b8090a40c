# SPDX-License-Identifier: MIT
"""test_matrix.py - `rdinit run --matrix`: its rows, as a stand-in for QEMU is started for them, and how it ends."""
import os
import signal
import subprocess
import time

import pytest

from conftest import RDINIT
from stand_in import stand_in
from test_run_cli import KERNEL, is_gone

WELL = "say('wire', 'ready\\nexit 0\\noff\\n')"
HAS_UEFI = any(os.access(path, os.R_OK) for path in ("/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd", "/usr/share/edk2/x64/OVMF.fd",
                                                     "/usr/share/edk2-ovmf/x64/OVMF.fd"))


@pytest.fixture
def matrix(tool):
    """matrix(body, *words): the status, each row as a dictionary, the last line; body is the stand-in's, after NUMBER of the row."""
    assert KERNEL, "no kernel unpacked: run `make deps`"
    tool.env["RDINIT_KERNEL"] = str(KERNEL)

    def run(body, *words):
        stand_in(tool, f"""log = open({str(tool.path / 'lines')!r}, 'a'); log.write('\\0'.join(sys.argv) + '\\n'); log.close()
print('what the program prints')
{body}""")
        done = tool.run("run", "--matrix", *words, check=False)
        head, *rows, last = done.stdout.decode().splitlines()
        names = head.split()
        return done, [dict(zip(names, row.split(maxsplit=len(names) - 1))) for row in rows], last
    return run


def lines(tool):
    return [line.split("\0") for line in (tool.path / "lines").read_text().splitlines()]


def test_all_pass(matrix, tool):
    done, rows, last = matrix(WELL, "--", "/bin/true")
    ran = [row for row in rows if row["FIRMWARE"] != "UEFI" or HAS_UEFI]
    assert (done.returncode, done.stderr) == (0, b"") and b"prints" not in done.stdout
    assert last == f"{len(ran)} passed, 0 failed, {len(rows) - len(ran)} skipped"
    assert all((row["STATUS"], row["REASON"]) == ("0", "exit") for row in ran)
    for what, values in {"MACHINE": {"pc", "q35", "microvm"}, "ACPI": {"yes", "no"}, "FIRMWARE": {"qboot", "BIOS", "UEFI"},
                         "CPUS": {"1", "4"}, "MIB": {"64", "128", "256", "1024"}, "ROOT": {"tmpfs", "ramfs"}}.items():
        assert {row[what] for row in rows} == values
    started = lines(tool)
    assert len(started) == len(ran)
    for row, line in zip(ran, started):
        option = dict(zip(line, line[1:]))
        assert option["-M"].split(",")[0] == row["MACHINE"] and (option["-m"], option["-smp"]) == (row["MIB"], row["CPUS"])
        assert f"acpi={'on' if row['ACPI'] == 'yes' else 'off'}" in line
        assert ("rootfstype=ramfs" in option["-append"]) == (row["ROOT"] == "ramfs")
        bios = option.get("-bios", "")
        assert "OVMF" in bios if row["FIRMWARE"] == "UEFI" else "OVMF" not in bios
        assert row["FIRMWARE"] != "BIOS" or not bios


def test_a_row_that_fails_has_its_reason_and_the_others_run(matrix):
    body = f"if '1024' in sys.argv: say('console', 'Kernel panic - not syncing: x\\n'); sys.exit(0)\n{WELL}"
    done, rows, last = matrix(body, "--", "/bin/true")
    failed = [row for row in rows if row["STATUS"] not in ("0", "skipped")]
    assert done.returncode == 1 and failed and f" {len(failed)} failed, " in last
    assert {row["MIB"] for row in failed} == {"1024"} == {row["MIB"] for row in rows if row in failed}
    assert all(row["REASON"] == "panic: the guest's kernel panicked: Kernel panic - not syncing: x" for row in failed)


def test_the_program_s_own_status_is_in_the_table(matrix):
    done, rows, _ = matrix("say('wire', 'ready\\nexit 3\\noff\\n')", "--memory", "1G", "--", "/bin/false")
    assert done.returncode == 1 and {row["STATUS"] for row in rows} <= {"3", "skipped"}


def test_memory_leaves_out_rows_with_less(matrix):
    done, rows, _ = matrix(WELL, "--memory", "200M", "--", "/bin/true")
    assert done.returncode == 0 and {row["MIB"] for row in rows} == {"256", "1024"}


def test_what_cannot_start_is_skipped_and_no_success(matrix, tool):
    done, rows, last = matrix(WELL, "--append", "x" * 3000, "--", "/bin/true")
    assert done.returncode == 1 and last == f"0 passed, 0 failed, {len(rows)} skipped" and not (tool.path / "lines").exists()
    assert any("the kernel's command line would have" in row["REASON"] for row in rows)


def test_words_of_the_program_are_its_own(matrix, tool):
    """Also one that is called as an option of ours."""
    done, _, _ = matrix(f"import shutil; shutil.copy(sys.argv[sys.argv.index('-initrd') + 1], {str(tool.path / 'made.img')!r})\n{WELL}",
                        "--memory", "1G", "--", "/bin/echo", "--matrix", "--memory")
    assert done.returncode == 0
    assert tool.run("cat", "made.img", "/etc/rdinit/run").stdout == b"/bin/echo\0--matrix\0--memory\0"


@pytest.mark.parametrize("option", [["--machine", "pc"], ["--cpus", "2"], ["--json", "x"], ["--root", "/"], ["--dry-run"]])
def test_what_rows_choose_is_not_an_option(tool, option):
    done = tool.run("run", "--matrix", *option, "--", "/bin/true", check=False)
    assert done.returncode == 2 and b"--matrix has machines of its own" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_it_and_leaves_nothing(tool, number):
    tool.env["RDINIT_KERNEL"] = str(KERNEL)
    pid = tool.path / "pid"
    stand_in(tool, f"open({str(pid)!r} + '.new', 'w').write(str(os.getpid())); os.rename({str(pid)!r} + '.new', {str(pid)!r}); time.sleep(1000)")
    (tool.path / "tmp").mkdir()
    tool.env["TMPDIR"] = str(tool.path / "tmp")
    started = subprocess.Popen([RDINIT, "run", "--matrix", "--", "/bin/true"], cwd=tool.path, env=tool.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    while not pid.exists():
        assert started.poll() is None
        time.sleep(0.05)
    started.send_signal(number)
    assert started.wait(60) == (-number if number == signal.SIGKILL else 128 + number)
    for _ in range(200):
        if is_gone(int(pid.read_text())) and not os.listdir(tool.path / "tmp"):
            return
        time.sleep(0.05)
    raise AssertionError("left behind")
