# SPDX-License-Identifier: MIT
"""conftest.py - the kernel, and the files that boots need: those of tests/vm."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vm"))

import vm  # noqa: E402  (its folder is found only now)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return vm.Files(tmp_path_factory.mktemp("uml"))


@pytest.fixture(scope="session")
def kernel():
    """build/kernel/uml/linux, or the one that RDINIT_UML names."""
    path = os.environ.get("RDINIT_UML", str(vm.PROJECT / "build/kernel/uml/linux"))
    assert os.access(path, os.X_OK), f"{path} is not there: run `make kernel PROFILE=uml`"
    return path
