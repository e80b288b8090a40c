# SPDX-License-Identifier: MIT
"""conftest.py - the modules that several kinds of tests share are found by name."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "shared"))
