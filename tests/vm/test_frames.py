# SPDX-License-Identifier: MIT
"""Images in several frames, of every compression: what the kernel unpacked is what was packed."""
import os
import random
import subprocess

import pytest
from vm import HOST_TIMEOUT, RDINIT, TIMEOUT

LIST = "find . -type f | sort | xargs sha256sum | sha256sum"
MAGIC = {"gzip": b"\x1f\x8b\x08\0\0\0\0\0", "zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x02\x21\x4c\x18",
         "xz,0": b"\xfd7zXZ\0", "lzma,0": b"\x5d\0\0\x04\0\xff\xff", "bzip2,1": b"BZh11AY"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """6 MB in 60 files: three groups."""
    folder, numbers = tmp_path_factory.mktemp("tree"), random.Random(7)
    for i in range(60):
        (folder / str(i)).write_bytes(numbers.randbytes(20_000) + bytes(80_000))
    return folder


@pytest.mark.parametrize("method", MAGIC)
def test_every_frame_is_unpacked(tmp_path, tree, method):
    """A sum of the sums of all files comes out of the machine."""
    (tmp_path / "script").write_text(f"#!/bin/sh\ncd /data && {LIST}\n")
    image = tmp_path / "x.img"
    recipe = (f"init\napplets /bin/busybox sh find sort xargs sha256sum\ntree {tree} /data\n"
              f"file /script {tmp_path}/script 0755 0 0\nrun /script\n")
    subprocess.run([RDINIT, "pack", "--no-cache", "--compress", method, "-o", image, "-"],
                   input=recipe.encode(), check=True)
    assert image.read_bytes().count(MAGIC[method]) >= 2, "more than one frame"
    wanted = subprocess.run(["sh", "-c", LIST], cwd=tree, capture_output=True, check=True,
                            env={**os.environ, "LC_ALL": "C"})
    done = subprocess.run([RDINIT, "run", "--append", "quiet", "--timeout", TIMEOUT, image],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=HOST_TIMEOUT)
    assert done.returncode == 0, done
    assert wanted.stdout.decode().split()[0] in done.stdout.decode(), done
