# SPDX-License-Identifier: MIT
"""conftest.py - the modules that several kinds of tests share are found by name, and programs like mkfs, too."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "shared"))

# Debian leaves them out of the PATH of whoever is not root.
os.environ["PATH"] += "".join(f":{folder}" for folder in ("/usr/local/sbin", "/usr/sbin", "/sbin")
                              if folder not in os.environ["PATH"].split(":"))
