# SPDX-License-Identifier: MIT
"""conftest.py - what the tests of the host tool share: the tool, run in a folder of its own."""
import gzip
import os
import pathlib
import subprocess
import time

import pytest
from newc import read_newc

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RDINIT = os.environ.get("RDINIT", str(PROJECT / "build" / "rdinit"))


def wait_for_output(process, folder):
    """Until it writes a new file there, or has ended: whether that has no name, as it has where the file system
    knows such files."""
    while process.poll() is None:
        for fd in pathlib.Path(f"/proc/{process.pid}/fd").glob("*"):
            try:
                place = os.readlink(fd)
                written = os.stat(fd).st_size
            except OSError:
                continue
            if written and place.startswith(f"{folder}/") and place.endswith(" (deleted)"):
                return True
            if written and place.startswith(f"{folder}/."):
                return False
        time.sleep(0.001)
    return False


class Tool:
    """Runs rdinit in a directory of its own."""

    def __init__(self, path):
        self.path = path
        self.env = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        self.env["XDG_CACHE_HOME"] = f"{path}.cache"
        self.share_kernels(path)

    def share_kernels(self, path):
        """One unpacked kernel for all tests, not 50 MB for each; all else of the cache is a test's own."""
        shared, own = path.parent / "kernels.cache", pathlib.Path(self.env["XDG_CACHE_HOME"], "rdinit")
        shared.mkdir(0o700, exist_ok=True)
        own.mkdir(0o700, parents=True, exist_ok=True)
        (own / "kernels").symlink_to(shared)

    def run(self, *args, stdin=b"", check=True, **kwargs):
        done = subprocess.run([RDINIT, *args], input=stdin, cwd=kwargs.pop("cwd", self.path), capture_output=True,
                              env={**self.env, **kwargs.pop("env", {})}, timeout=60, **kwargs)
        if check:
            assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done

    def fail(self, *args, status=1, says="", **kwargs):
        """A command that must fail, with `says` in its one report, and without a crash."""
        done = self.run(*args, check=False, **kwargs)
        text = done.stderr.decode(errors="replace")
        assert done.returncode == status, (done.returncode, text)
        assert says in text, text
        assert all(line.startswith("rdinit: ") for line in text.splitlines()), text
        return text

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def pack(self, recipe, *args, **kwargs):
        """The entries of the image that this recipe makes."""
        if isinstance(recipe, str):
            recipe = recipe.encode()
        done = self.run("pack", "--compress", "none", "-o", "-", *args, "-", stdin=recipe, **kwargs)
        entries = read_newc(done.stdout)
        self.root = entries.pop(b".", None)     # few tests are about it
        return entries

    def image(self, name="rdinit.img"):
        data = (self.path / name).read_bytes()
        if data[:4] == b"\x28\xb5\x2f\xfd":
            data = subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout
        return read_newc(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)

    def names(self):
        return sorted(os.listdir(self.path))


@pytest.fixture
def tool(tmp_path):
    assert os.access(RDINIT, os.X_OK), f"{RDINIT} is not built"
    return Tool(tmp_path)
