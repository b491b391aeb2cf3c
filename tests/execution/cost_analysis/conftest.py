"""Books made by hand lie beside these tests; markets drawn at random lie with the kernel's."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1] / "kernel"))
