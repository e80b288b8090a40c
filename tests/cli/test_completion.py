# SPDX-License-Identifier: MIT
"""test_completion.py - what bash completes, asked of bash itself."""
import subprocess

import pytest

from conftest import RDINIT

ASK = 'source <("$1" completion); COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rdinit; echo "${COMPREPLY[@]}"'


def completed(*words):
    done = subprocess.run(["bash", "-c", ASK, "bash", RDINIT, "rdinit", *words], capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("words, found", [
    (["p"], ["pack", "plan"]), (["he"], ["help"]), (["pack", "--thr"], ["--threads"]), (["list", "--lo"], ["--long"]),
    (["check", "--machine", ""], ["pc", "q35", "microvm"]), (["run", "--machine", "u"], ["uml"]),
    (["run", "--stdio", ""], ["pipe", "console"]), (["cat", "--m"], ["--max-size"]), (["run", "x.img"], []),
    (["pack", ""], []), (["run", "--", "--k"], []), (["pack", "--app", "sh", "--k"], []), (["bake", "--k"], []),
])
def test_bash_completes(words, found):
    assert completed(*words) == found


def test_all_options_are_completed():
    names = {line.split()[0 if line[2:4] == "--" else 1].split("[")[0] for line in
             subprocess.run([RDINIT, "run", "--help"], capture_output=True, text=True, check=True).stdout.splitlines()
             if line.startswith("  -")}
    assert set(completed("run", "--")) == names | {"--help", "--max-size"} and len(names) > 10
