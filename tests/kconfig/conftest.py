# SPDX-License-Identifier: MIT
"""conftest.py - what the tests of fragments and profiles share."""
import importlib.util
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    """tools/NAME.py as a module."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kconfig = load("kconfig")
SOURCES = kconfig.sources()
# Merging needs a kernel's source: `make kernel` unpacks one. Nothing is skipped: there is nothing to test.
collect_ignore = [] if SOURCES else ["test_fragments.py"]
