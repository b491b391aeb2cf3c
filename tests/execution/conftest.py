"""The sound order and its cases lie with the law of checks; markets lie with the kernel's tests."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in (
    TESTS / "contracts" / "check",
    TESTS / "kernel",
    TESTS / "execution",
    TESTS / "execution" / "checks",
):
    sys.path.insert(0, str(folder))
