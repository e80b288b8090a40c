# SPDX-License-Identifier: MIT
"""What `rdinit check` predicts for a kernel with few compressions: `rdinit run` would refuse, QEMU does not."""
import json
import subprocess

import pytest
from guests import KERNELS, Guest, direct, pack
from vm import RDINIT


@pytest.mark.parametrize("method, expected, told", [
    ("zstd", {"unreadable"}, ""), ("gzip", set(), "ready\nexit 7\nreboot\n")])
def test_a_kernel_without_the_compression(tmp_path, files, method, expected, told):
    image = pack(tmp_path / "x.img", f"init\nfile /hello {files.get('hello')} 0755 0 0\nrun /hello\n",
                 "--compress", method)
    done = subprocess.run([RDINIT, "check", "--json", "--kernel", KERNELS / "hello/bzImage", image],
                          capture_output=True)
    assert {finding["rule"] for finding in json.loads(done.stdout)["findings"]} == expected, done
    with Guest(tmp_path, "g", *direct("hello", image, ""), machine="pc") as guest:
        assert guest.end() == told, guest.said()
