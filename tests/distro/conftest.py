# SPDX-License-Identifier: MIT
"""conftest.py - whole Debian roots are booted as small ones are: by the modules of tests/vm and tests/kernels."""
import sys
from pathlib import Path

for folder in ("vm", "kernels"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))
