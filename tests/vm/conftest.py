# SPDX-License-Identifier: MIT
"""conftest.py - the files that boots need, made once in each test process."""
import pytest
import vm


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return vm.Files(tmp_path_factory.mktemp("vm"))
