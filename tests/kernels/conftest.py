# SPDX-License-Identifier: MIT
"""conftest.py - what the boots of our own kernels share with those of tests/vm."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
import vm  # noqa: E402  (its folder is added above)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return vm.Files(tmp_path_factory.mktemp("kernels"))
